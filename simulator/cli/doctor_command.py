"""`partnersim doctor`: this machine and, if named, a receiver."""

import os
import platform
import sys
from collections.abc import Iterator
from typing import Any

import click

from simulator.cli.options import HOST, NAMED, json_option

_WELL, _WORTH_KNOWING, _TROUBLE = "ok", "note", "trouble"
Finding = tuple[str, str, str]
"""How bad it is, what was looked at, what was seen and, where needed, what to do."""


@click.command()
@click.option(
    "--receiver",
    "receiver_file",
    type=NAMED,
    metavar="FILE",
    help="Look at this receiver too: is it there, does it answer?",
)
@click.option(
    "--allow-target", type=HOST, multiple=True, metavar="HOST", help="A public host that may be connected to."
)
@json_option
def command(receiver_file: str | None, allow_target: tuple[str, ...], as_json: bool) -> int:
    """Look at what a run depends on. Exit code 0 when nothing is in its way, 4 when something is.

    A receiver is connected to and its `ready` URL is read; no notification is sent.

    \b
    partnersim doctor --receiver receiver.yaml
    """
    from simulator.cli.output import say, tell

    findings = [*_machine(), *(_receiver(receiver_file, allow_target) if receiver_file else ())]
    for mark, what, seen in findings:
        say(f"{mark:8}{what:18}{seen}", as_json=as_json)
    code = 4 if any(mark == _TROUBLE for mark, _, _ in findings) else 0
    if as_json:
        tell(
            {"findings": [{"mark": one, "what": two, "seen": three} for one, two, three in findings], "exit_code": code}
        )
    return code


def _machine() -> Iterator[Finding]:
    from simulator.version import __version__

    yield _WELL, "partnersim", f"{__version__} on Python {platform.python_version()} ({sys.executable})"
    yield _event_loop()
    yield _descriptors()
    yield _timer()
    yield _journals()
    ambient = sorted(name for name in os.environ if name.lower() in {"http_proxy", "https_proxy", "all_proxy"})
    if ambient:
        yield (
            _WORTH_KNOWING,
            "proxies",
            f"{', '.join(ambient)} set; partnersim goes to the receiver directly all the same",
        )
    yield _zones()


def _event_loop() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return _WELL, "event loop", f"uvloop {version('uvloop')}"
    except PackageNotFoundError:
        return _WORTH_KNOWING, "event loop", "asyncio's own; uvloop sends about twice as fast"


def _descriptors() -> Finding:
    from simulator import limits

    try:
        import resource
    except ImportError:
        return _WELL, "open files", "no limit known here"
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < limits.CONNECTIONS + 64:
        return _TROUBLE, "open files", f"at most {soft}; {limits.CONNECTIONS} connections need more: ulimit -n 4096"
    return _WELL, "open files", f"at most {soft}"


def _timer() -> Finding:
    import asyncio

    from simulator.clock import RealClock

    async def late() -> float:
        clock, rang, worst = RealClock(), asyncio.Event(), 0.0
        for _ in range(20):
            rang.clear()
            moment = clock.now() + 0.005
            clock.alarm(moment, rang.set)
            await rang.wait()
            worst = max(worst, clock.now() - moment)
        return worst

    worst = asyncio.run(late())
    mark = _WELL if worst < 0.01 else _WORTH_KNOWING
    return mark, "timer", f"wakes {worst * 1000:.2f} ms late at worst; every report shows how late the sender was"


def _journals() -> Finding:
    from pathlib import Path

    try:
        here = Path.cwd()
    except FileNotFoundError:
        return _TROUBLE, "journals", "this folder is gone: run elsewhere, or name a folder with --journal"
    if os.access(here, os.W_OK):
        return _WELL, "journals", f"go to {here / '.partnersim'}"
    return _TROUBLE, "journals", f"{here} cannot be written to: run elsewhere, or name a folder with --journal"


def _zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("Asia/Kolkata")
    except ZoneInfoNotFoundError:
        return _TROUBLE, "time zones", "no time zone data: pip install tzdata"
    return _WELL, "time zones", "present"


def _receiver(file: str, allow: tuple[str, ...]) -> Iterator[Finding]:
    import asyncio

    from simulator.authoring import load_receiver

    receiver = load_receiver(file, os.environ)
    yield _WELL, "receiver file", f"{file}: {receiver.name}"
    yield from asyncio.run(_answers(receiver, allow))
    if not receiver.probes:
        yield _WORTH_KNOWING, "probes", "none: what the receiver did with a notification cannot be judged"


async def _answers(receiver: Any, allow: tuple[str, ...]) -> list[Finding]:
    """A GET of `ready`, or of each endpoint's host: any answer will do, since a hook may refuse GET."""
    from simulator.clock import RealClock
    from simulator.wire import get, once
    from simulator.wire.sockets import Wire

    clock, found = RealClock(), list[Finding]()
    wire = Wire(clock.now, tls=receiver.tls, allow=frozenset(allow))
    named = [("ready", receiver.ready)] if receiver.ready else []
    named += [(name, endpoint.url._replace(target="/")) for name, endpoint in receiver.endpoints.items()]
    try:
        for name, url in named:
            answer = await once(wire, get(url, 5.0, fresh=True))
            seen = f"answered {answer.status}" if answer.status else f"{answer.outcome} {answer.detail}".strip()
            good = bool(answer.status) and (name != "ready" or 200 <= answer.status < 300)
            if answer.status and name != "ready":
                seen += "; so the host is there, the hook itself is not tried"
            where = url._replace(target=url.target.partition("?")[0])  # a query may hold a token
            found.append((_WELL if good else _TROUBLE, name, f"{where}: {seen}"))
    finally:
        await wire.close()
    return found
