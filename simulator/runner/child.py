"""The receiver's own command: a child process, started, killed and ended with all that it started itself."""

import asyncio
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from simulator.errors import NeverReached, StorageError, UsageError
from simulator.runner.stop import Stop
from simulator.shown import line

_ENDING = 5.0  # seconds a receiver we started has to end by itself
_HURRIED = 0.5  # the same, when the run was interrupted
_GLANCE = 0.02  # seconds between two looks at whether it has
_LAST_WORDS = 4096  # bytes of what it said that are looked at


class Child:
    """The receiver's own command, to be run in `folder` in a process group of its own; what it prints goes to `log`."""

    def __init__(self, command: str, folder: Path, log: Path) -> None:
        self.log = log
        self._command = command
        self._folder = folder
        self._starting: asyncio.Future[asyncio.subprocess.Process] | None = None
        self._silent = 0  # bytes of the log before this start

    async def start(self) -> None:
        """Start it; not while it runs. What was begun is never lost, even when whoever waits for it is cancelled.

        Raises:
            UsageError: there is no such command.
            StorageError: `log` cannot be written.
        """
        with suppress(OSError):  # there is none yet
            self._silent = self.log.stat().st_size
        self._starting = asyncio.ensure_future(_process(self._command, self._folder, self.log))
        await asyncio.shield(self._starting)

    def kill(self) -> None:
        """End all its processes at once, without a word."""
        if process := self._begun():
            _signal(process.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Return when its process has ended and, as far as can be seen within a moment, those that it started."""
        if process := self._begun():
            await process.wait()
            with suppress(TimeoutError):  # those that nobody has taken note of yet stay in the group
                await asyncio.wait_for(_gone(process.pid), _HURRIED)

    async def end(self, patience: float) -> None:
        """Ask all its processes to end, and kill those that have not within `patience` seconds."""
        if self._starting is None:
            return
        with suppress(UsageError, StorageError):  # told already
            process = await self._starting
            await _end(process.pid, patience)
            await process.wait()

    def _begun(self) -> asyncio.subprocess.Process | None:
        started = self._starting is not None and self._starting.done() and not self._starting.exception()
        return self._starting.result() if self._starting and started else None

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            NeverReached: it has ended; with its code and its last words.
        """
        process = self._begun()
        if process is None or process.returncode is None:
            return
        with self.log.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LAST_WORDS, self._silent))
            words = file.read().decode(errors="replace").splitlines()[-5:]
        said = "".join(f"\n    {line(one)}" for one in words)
        raise NeverReached(
            f"the receiver's command {self._command!r} ended with code {process.returncode}{said}",
            f"mend it; all that it said is in {self.log}",
        )


@asynccontextmanager
async def started(command: str, folder: Path, log: Path, stop: Stop) -> AsyncIterator[Child]:
    """While inside, the receiver's own command runs in `folder`, in a process group of its own.

    Afterwards the whole group is gone; when `stop` was asked, it is given less time for it.

    Raises:
        UsageError: there is no such command.
        StorageError: `log` cannot be written.
    """
    child = Child(command, folder, log)
    try:
        await child.start()
        yield child
    finally:
        await child.end(_HURRIED if stop.asked else _ENDING)


async def _process(command: str, folder: Path, log: Path) -> asyncio.subprocess.Process:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        output = log.open("ab")
    except OSError as error:
        raise StorageError(
            f"cannot write {log}: {error.strerror or error}", "name another folder with --journal"
        ) from error
    with output:
        try:
            return await asyncio.create_subprocess_exec(
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


async def _end(group: int, patience: float) -> None:
    """End every process of a group, also where the first of them has gone before the others."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(group, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(_gone(group), patience)
            return


async def _gone(group: int) -> None:
    while _signal(group, 0):
        await asyncio.sleep(_GLANCE)


def _signal(group: int, number: int) -> bool:
    """Whether there was anybody to take it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
