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
from simulator.wire import Request, Send, once

_PAUSE = 0.1  # seconds between two looks
_LOOK = 2.0  # seconds one look may take
_ENDING = 5.0  # seconds a receiver we started has to end by itself


async def wait_until_ready(url: Url, send: Send, clock: Clock, patience: float) -> None:
    """Return when a GET of `url` is answered with 2xx.

    Raises:
        NeverReached: it was not within `patience` seconds.
    """
    request = f"GET {url.target} HTTP/1.1\r\nHost: {url.authority}\r\nAccept: */*\r\n\r\n".encode("latin-1")
    deadline = clock.now() + patience
    while True:
        left = deadline - clock.now()
        answer = await once(send, Request(url, request, max(min(_LOOK, left), 0.05), "GET", fresh=True))
        if answer.outcome is Outcome.ANSWERED and 200 <= answer.status < 300:
            return
        if clock.now() >= deadline:
            what = f"answered {answer.status}" if answer.status else f"{answer.outcome} {answer.detail}".strip()
            raise NeverReached(
                f"{url} was not ready within {patience:g} s: {what}",
                "start the receiver, or wait longer with --wait-timeout",
            )
        await clock.until(clock.now() + _PAUSE)


@asynccontextmanager
async def started(command: str, log: Path) -> AsyncIterator[None]:
    """While inside, the receiver's own command runs in a process group of its own; what it prints goes to `log`.

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
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the receiver's command {command!r} cannot be started: {error}", "mend `start` in the receiver file"
            ) from error
    try:
        yield
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _ENDING)
            return
