"""Plays a scenario straight into a Python application: no socket, and a clock that jumps."""

import asyncio
import inspect
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.authoring import load_scenario, receiver_at
from simulator.clock import JumpClock, Scale, utc_now
from simulator.model import Report
from simulator.receiver import Receiver
from simulator.runner.conduct import conduct, file_name
from simulator.runner.prepare import Settings, prepare
from simulator.runner.stop import Stop
from simulator.version import __version__
from simulator.wire import Send
from simulator.wire.in_process import Asgi, Wsgi


def play(
    scenario: str,
    app: Any,
    *,
    journals: str | Path,
    receiver: Receiver | None = None,
    seed: int | None = None,
    start: datetime | None = None,
    confirm: bool = True,
) -> Report:
    """Play one scenario against a WSGI or ASGI application in this process, and judge it.

    Story time passes in jumps: a month of exports takes as long as the application needs to answer. `scenario` is a
    file or the name of a shipped one; `journals` a folder. Without a `receiver` (see
    `simulator.authoring.load_receiver`) everything goes to `http://receiver.test/hook`, and there is no probe.

    Raises:
        UsageError: the scenario is wrong, or does not fit the receiver.
        StorageError: a journal could not be written.
    """
    read = load_scenario(scenario)
    settings = Settings(
        journals=Path(journals),
        seed=seed,
        start=start,
        scale=Scale.parse("instant"),
        confirm=confirm,
        environment=os.environ,
        make_send=_sending_to(app),
        make_clock=JumpClock,
    )
    target = receiver or receiver_at("http://receiver.test/hook")
    planned = prepare(read, target, settings)
    began = utc_now()
    result = asyncio.run(conduct(planned, target, settings, Stop(), _free_name(Path(journals), file_name(1, read))))
    return Report(
        version=__version__, started=began.isoformat(timespec="seconds"), seed=planned.timeline.seed, plays=(result,)
    )


def _sending_to(app: Any) -> Callable[[Callable[[], float]], Send]:
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004
    return (lambda now: Asgi(app, now)) if asynchronous else (lambda now: Wsgi(app, now))


def _free_name(folder: Path, name: str) -> str:
    """A name no journal there has yet: a test may play a scenario twice."""
    number, free = 1, name
    while (folder / f"{free}.ndjson").exists():
        number += 1
        free = f"{name}-{number}"
    return free
