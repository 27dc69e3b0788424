"""What `run`, `trigger` and `demo` have in common: choose a receiver, play scenarios one after another, report."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.authoring import load_receiver, parse_url, receiver_at
from simulator.cli.output import colour_wanted, say
from simulator.cli.progress import progress_line
from simulator.clock import RealClock, fresh_seed, utc_now
from simulator.curl import shell_address
from simulator.errors import StorageError, UsageError
from simulator.model import Play, Report
from simulator.receiver import Receiver
from simulator.reporting import REPORTERS
from simulator.runner.conduct import conduct, file_name
from simulator.runner.prepare import Settings, prepare
from simulator.runner.readiness import started, wait_until_ready
from simulator.runner.stop import Stop, on_signals
from simulator.scenario import Scenario
from simulator.version import __version__
from simulator.wire.sockets import Wire

Options = Mapping[str, Any]
"""What click made of a command line: option name → value."""


def chosen_receiver(options: Options) -> Receiver:
    """The receiver of `--receiver` or `--to`, with the TLS options.

    Raises:
        UsageError: none or both were named, or the file is wrong.
    """
    file, url = options["receiver_file"], options["to"]
    if bool(file) == bool(url):
        raise UsageError("name the receiver", "either --receiver FILE or --to URL")
    if file:
        if options["authorization"] or options["headers"]:
            raise UsageError("--authorization and --header go with --to", "put them into the receiver file")
        receiver = load_receiver(file, os.environ)
    else:
        receiver = receiver_at(url, authorization=options["authorization"], headers=tuple(options["headers"]))
    named = {"ca": options["cacert"], "certificate": options["cert"], "key": options["key"]}
    tls = replace(receiver.tls, **{name: value for name, value in named.items() if value})
    return replace(receiver, tls=replace(tls, insecure=tls.insecure or options["insecure"]))


def again(options: Options, scenario: Scenario, seed: int, start: datetime) -> str:
    """The command line that plays the same bytes again; where a secret stood, it has a variable."""
    words = ["partnersim run", shlex.quote(scenario.source)]
    if options["receiver_file"]:
        words += ["--receiver", shlex.quote(options["receiver_file"])]
    else:
        words += ["--to", shell_address(options["to"] or "")]
    words += ["--seed", str(seed), "--start", start.isoformat()]
    words += ["--time-scale", shlex.quote(str(options["scale"]))] if options["scale"] else []
    words += ['--authorization "$AUTHORIZATION"'] if options["authorization"] else []
    words += [f'--header "{name}: ${_variable(name)}"' for name, _ in options["headers"]]
    words += [f"--allow-target {shlex.quote(host)}" for host in options["allow_target"]]
    named = [(name, options[name]) for name in ("cacert", "cert", "key") if options[name]]
    words += [f"--{name} {shlex.quote(str(value))}" for name, value in named]
    return " ".join([*words, *(["--insecure"] if options["insecure"] else [])])


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def journal_folder(options: Options, moment: datetime, prefix: str = "") -> Path:
    """Where this call's journals go: the folder of `--journal`, or a new one below `.partnersim`."""
    if options["journals"]:
        return Path(options["journals"])
    root = Path(".partnersim")
    try:
        root.mkdir(exist_ok=True)
        if not (root / ".gitignore").exists():
            (root / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"cannot write below {root.resolve()}: {error.strerror}", "name a folder with --journal"
        ) from error
    stem = prefix + moment.strftime("%Y%m%dT%H%M%S")
    taken = sum(1 for _ in root.glob(f"{stem}*"))
    return root / (f"{stem}-{os.getpid()}" if taken else stem)


@dataclass(frozen=True, kw_only=True)
class Performance:
    """Scenarios to play in order against one receiver."""

    scenarios: Sequence[Scenario]
    receiver: Receiver
    settings: Settings
    wait_for: str | None = None
    wait_timeout: float = 30.0
    quiet: bool = False


def perform(performance: Performance) -> Report:
    """Plan all, so that every mistake shows first; then play them one after another.

    Raises:
        UsageError: a scenario cannot be played; nothing was sent.
        NeverReached: the receiver was not ready in time.
        StorageError: a journal could not be written.
    """
    try:
        import uvloop

        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:  # a system without uvloop: asyncio's own loop serves
        loop_factory = None
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(_perform(performance))


async def _perform(performance: Performance) -> Report:
    settings, receiver = performance.settings, performance.receiver
    began = utc_now()
    first = fresh_seed() if settings.seed is None else settings.seed
    # Scenarios of one call get different seeds, so that they never share ids.
    planned = [
        prepare(one, receiver, settings, seed=_seed(settings, one, first, index))
        for index, one in enumerate(performance.scenarios)
    ]
    stop, plays = Stop(), list[Play]()
    async with AsyncExitStack() as stack:
        stack.enter_context(on_signals(stop))
        if receiver.start:
            await stack.enter_async_context(started(receiver.start, settings.journals / "receiver.log"))
        await _ready(performance)
        for number, one in enumerate(planned, start=1):
            if stop.asked:
                break
            with progress_line(one.scenario.title, quiet=performance.quiet) as progress:
                told = replace(settings, progress=progress)
                plays.append(await conduct(one, receiver, told, stop, file_name(number, one.scenario)))
    return Report(
        version=__version__,
        started=began.isoformat(timespec="seconds"),
        seed=plays[0].seed if plays else first,
        plays=tuple(plays),
        interrupted=stop.exit_code,
    )


def _seed(settings: Settings, scenario: Scenario, first: int, index: int) -> int:
    if settings.seed is None and scenario.seed is not None:
        return scenario.seed
    return (first + index) % 2**32


async def _ready(performance: Performance) -> None:
    url = parse_url(performance.wait_for) if performance.wait_for else performance.receiver.ready
    if url:
        clock = RealClock()
        wire = Wire(clock.now, tls=performance.receiver.tls, allow=performance.settings.allow)
        try:
            await wait_until_ready(url, wire, clock, performance.wait_timeout)
        finally:
            await wire.close()


def conclude(report: Report, options: Options) -> int:
    """Write the reports that were asked for, say the verdicts, and give the exit code."""
    write_reports(report, options["reports"])
    if options["as_json"]:
        say(REPORTERS["json"](report).rstrip("\n"))
    words = shown(report, as_json=options["as_json"], brief=not options["verbose"])
    say(words, as_json=options["as_json"], quiet=options["quiet"])
    return report.exit_code


def shown(report: Report, *, as_json: bool = False, brief: bool = False) -> str:
    """The report for people, in colour where the terminal takes it."""
    from simulator.reporting.text import render

    stream = sys.stderr if as_json else sys.stdout
    encoding = stream.encoding or "utf-8"
    return render(report, colour=colour_wanted() and not as_json, encoding=encoding, brief=brief).rstrip("\n")


def check_reports(reports: Sequence[tuple[str, Path]]) -> None:
    """Refuse an unknown format before anything is sent.

    Raises:
        UsageError: it lists those there are.
    """
    for form, _ in reports:
        if form not in REPORTERS:
            raise UsageError(f"there is no report format {form!r}", f"there are {', '.join(REPORTERS)}")


def write_reports(report: Report, reports: Sequence[tuple[str, Path]]) -> None:
    """Write each report to its file.

    Raises:
        StorageError: a file could not be written; the others were.
    """
    trouble = None
    for form, path in reports:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(REPORTERS[form](report), encoding="utf-8")
        except OSError as error:
            trouble = StorageError(
                f"cannot write the {form} report {path}: {error.strerror or error}", "name another file"
            )
    if trouble:
        raise trouble
