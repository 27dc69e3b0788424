"""Waits until a receiver is there, and starts and ends it where its file says how."""

import asyncio
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from simulator.clock import Clock
from simulator.errors import NeverReached, UsageError
from simulator.model import Outcome, Url
from simulator.shown import line
from simulator.wire import Send, get, once

_PAUSE = 0.1  # seconds between two looks
_LOOK = 2.0  # seconds one look may take
_ENDING = 5.0  # seconds a receiver we started has to end by itself


async def wait_until_ready(
    url: Url, send: Send, clock: Clock, patience: float, *, any_answer: bool = False, child: "Child | None" = None
) -> None:
    """Return when a GET of `url` is answered with 2xx; with `any_answer`, whatever the answer.

    Raises:
        NeverReached: it was not within `patience` seconds, or the receiver that was started has ended.
    """
    deadline = clock.now() + patience
    while True:
        answer = await once(send, get(url, max(min(_LOOK, deadline - clock.now()), 0.05), fresh=True))
        if child:
            child.check()  # before the answer counts: it may be another process that gave it
        if answer.outcome is Outcome.ANSWERED and (any_answer or 200 <= answer.status < 300):
            return
        if clock.now() >= deadline:
            what = f"answered {answer.status}" if answer.status else f"{answer.outcome} {answer.detail}".strip()
            raise NeverReached(
                f"{url} was not ready within {patience:g} s: {what}",
                f"see what it said in {child.log}"
                if child
                else "start the receiver, or wait longer with --wait-timeout",
            )
        await clock.until(clock.now() + _PAUSE)


async def nobody_there(url: Url, send: Send) -> None:
    """Make sure that what is about to be started is what will answer.

    Raises:
        UsageError: something answers at `url` already.
    """
    answer = await once(send, get(url, _LOOK, fresh=True))
    if answer.status:
        raise UsageError(
            f"something answers at {url} already: what `start` starts could not be told from it",
            "end that process, or leave `start` out of the receiver file",
        )


class Child:
    """The receiver as we started it; what it prints goes to `log`."""

    def __init__(self, process: asyncio.subprocess.Process, command: str, log: Path) -> None:
        self.log = log
        self._process = process
        self._command = command

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            NeverReached: it has ended; with its code and its last words.
        """
        if self._process.returncode is None:
            return
        words = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        said = "".join(f"\n    {line(one)}" for one in words)
        raise NeverReached(
            f"the receiver's command {self._command!r} ended with code {self._process.returncode}{said}",
            f"mend it; all that it said is in {self.log}",
        )


@asynccontextmanager
async def started(command: str, folder: Path, log: Path) -> AsyncIterator[Child]:
    """While inside, the receiver's own command runs in `folder`, in a process group of its own.

    Raises:
        UsageError: there is no such command.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            process = await asyncio.create_subprocess_exec(
                *shlex.split(command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the receiver's command {command!r} cannot be started: {error}", "mend `start` in the receiver file"
            ) from error
    try:
        yield Child(process, command, log)
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _ENDING)
            return
