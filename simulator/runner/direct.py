"""Plays a scenario straight into a Python application: no socket, and a clock that jumps."""

import inspect
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.authoring import load_receiver, load_scenario, receiver_at
from simulator.clock import JumpClock, Scale
from simulator.journal import file_name
from simulator.model import Report
from simulator.receiver import Receiver
from simulator.runner.prepare import Settings
from simulator.runner.session import Session, perform
from simulator.scenario import Scenario
from simulator.wire import Send
from simulator.wire.in_process import Asgi, Wsgi


def play(
    scenario: str | Path,
    app: Any,
    *,
    journals: str | Path,
    receiver: str | Path | Receiver | None = None,
    seed: int | None = None,
    start: datetime | None = None,
    confirm: bool = True,
) -> Report:
    """Play one scenario against a WSGI or ASGI application in this process, and judge it.

    Story time passes in jumps: a month of exports takes as long as the application needs to answer. `scenario` is a
    file or the name of a shipped one; `journals` a folder; `receiver` a receiver file, whose addresses only lend their
    paths (its `start` and `ready` are not looked at). Without one everything goes to `http://receiver.test/hook` and
    there is no probe, so that claims about the receiver's state are inconclusive. It runs an event loop of its own.

    Raises:
        UsageError: the scenario or the receiver file is wrong, or they do not fit.
        StorageError: a journal could not be written.
    """
    if isinstance(receiver, str | Path):
        receiver = load_receiver(str(receiver), os.environ)
    read = load_scenario(str(scenario))
    settings = Settings(
        journals=Path(journals),
        seed=seed,
        start=start,
        scale=Scale.parse("instant"),
        confirm=confirm,
        environment=os.environ,
        make_send=_sending_to(app),
        make_clock=JumpClock,
        reproduce=_again,
    )
    target = receiver or receiver_at("http://receiver.test/hook")
    name = _free_name(Path(journals), file_name(1, read.source))
    return perform(Session(scenarios=[read], names=[name], receiver=target, settings=settings))


def _again(scenario: Scenario, seed: int, start: datetime) -> str:
    return f"play({scenario.source!r}, app, seed={seed}, start=datetime.fromisoformat({start.isoformat()!r}), …)"


def _sending_to(app: Any) -> Callable[[Callable[[], float]], Send]:
    called = getattr(type(app), "__call__", None)  # noqa: B004 - what it is like is asked, not whether it is there
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(called)
    return (lambda now: Asgi(app, now)) if asynchronous else (lambda now: Wsgi(app, now))


def _free_name(folder: Path, name: str) -> str:
    """A name no journal there has yet: a test may play a scenario twice."""
    number, free = 1, name
    while (folder / f"{free}.ndjson").exists():
        number += 1
        free = f"{name}-{number}"
    return free
