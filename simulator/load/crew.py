"""A crew of processes that send: started together, watched, and ended together; none of them outlasts this one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from simulator.clock import Clock, spelled
from simulator.errors import PartnersimError, StorageError
from simulator.load.silence import sign_of
from simulator.load.variables import ALIVE, WORKER
from simulator.shown import block, line

GLANCE: Final = 0.05
"""Seconds between two looks at whether they run."""

_ORDERLY = 1.3  # seconds that processes which are told to end have for it
_KILLED = 5.0  # seconds in which a process that was killed is gone, unless the system holds it
_LAST_WORDS = 4096  # bytes of what one said that are looked at
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG


class Lost(NamedTuple):
    """A process that ended before its time, and why; `worker` is from 0, None for the one that holds them together."""

    worker: int | None
    why: str

    @property
    def who(self) -> str:
        """What people call it."""
        return "the process that holds the workers together" if self.worker is None else f"worker {self.worker}"


class Process(NamedTuple):
    """One to be: its command line, and its worker's number, from 0; None for the one that holds them together."""

    words: tuple[str, ...]
    worker: int | None

    @property
    def name(self) -> str:
        """What it is called."""
        return "master" if self.worker is None else f"worker-{self.worker:03d}"


@dataclass(frozen=True, slots=True)
class Running:
    """One of them; `log` has what it says."""

    process: Process
    child: "subprocess.Popen[bytes]"
    log: Path

    def words(self) -> str:
        """The last line that it said."""
        return last_line(self.log)


def said_of(folder: Path, worker: int | None) -> Path:
    """The file in a load's folder with what that worker said, or what is noted of one of another machine."""
    return folder / f"{Process((), worker).name}.log"


def last_line(log: Path) -> str:
    """The last line of what somebody said that is not empty, safe to show; "" where there is none."""
    said = [one for one in _tail(log).splitlines() if one.strip()]
    return line(said[-1].strip()) if said else ""


def last_words(log: Path) -> str:
    """The last lines of what somebody said, safe to show; "" where there are none."""
    return block(_tail(log).strip())


def _tail(log: Path) -> str:
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
        return file.read().decode(errors="replace")
    return ""


class Crew:
    """The processes of one load."""

    def __init__(self, folder: Path, environment: Mapping[str, str], clock: Clock) -> None:
        self.lost: list[Lost] = []
        self.killed = False  # whether any of the lost was, by somebody else or by the system
        self._folder = folder
        self._environment = environment
        self._clock = clock
        self._all: list[Running] = []
        self._told: set[str] = set()

    def start(self, planned: Sequence[Process]) -> None:
        """Start each, in a session of its own: a Ctrl-C reaches this process alone.

        Raises:
            StorageError: what one says cannot be written.
            PartnersimError: one cannot be started.
        """
        bound = _bound_to_this()
        for one in planned:
            log = said_of(self._folder, one.worker)
            self._all.append(Running(one, self._started(one, log, bound), log))

    def _started(self, one: Process, log: Path, bound: Callable[[], Any] | None) -> "subprocess.Popen[bytes]":
        own = {ALIVE: str(sign_of(self._folder.absolute(), one.worker))}
        own |= {} if one.worker is None else {WORKER: str(one.worker)}
        with _opened(log) as output:
            try:
                return subprocess.Popen(  # noqa: S603 - our own command line
                    one.words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self._folder,  # no locust.conf lies there
                    env={**self._environment, **own},
                    start_new_session=True,
                    preexec_fn=bound,  # noqa: PLW1509 - one system call, no lock that a thread could hold
                )
            except OSError as error:
                why = f"cannot start {one.name} ({one.words[0]}): {error.strerror or error}"
                raise PartnersimError(why) from error

    def tell(self, lost: Lost, name: str) -> None:
        """Note who was lost, which its end does not show; `name` is not told of again: the first reason stands."""
        if name not in self._told:
            self._told.add(name)
            self.lost.append(lost)

    def give_up(self, one: Running, why: str) -> None:
        """Kill one, which is lost."""
        if one.process.name not in self._told:
            self.tell(Lost(one.process.worker, why), one.process.name)
            with suppress(ProcessLookupError):
                os.killpg(one.child.pid, signal.SIGKILL)

    async def end(self) -> None:
        """Tell all that still run to end, and kill those that have not soon.

        Nothing of them is left but what the system does not let go, as one that waits for a disk: that is lost.
        """
        self._signal(signal.SIGTERM)
        await self._gone(_ORDERLY)
        self._signal(signal.SIGKILL)
        await self._gone(_KILLED)
        for one in self._all:
            if one.child.poll() is None:
                why = f"was killed, and had not ended {spelled(_KILLED)} later"
                self.tell(Lost(one.process.worker, why), one.process.name)

    async def _gone(self, patience: float) -> None:
        deadline = self._clock.now() + patience
        while self._clock.now() < deadline and any(one.child.poll() is None for one in self._all):
            await self._clock.until(self._clock.now() + GLANCE / 5)

    def words(self) -> str:
        """The last words of the first that said any."""
        return next(filter(None, (one.words() for one in self._all)), "")

    def look(self) -> Iterator[Running]:
        """Those that run, but for those that were given up; who ended badly since the last look is lost."""
        for one in self._all:
            code = one.child.poll()
            if code is None:
                if one.process.name not in self._told:
                    yield one
            elif code and one.process.name not in self._told:
                self._told.add(one.process.name)
                self.killed = self.killed or code < 0
                self.lost.append(Lost(one.process.worker, _why(code, self._clock.now(), one.words())))

    def _signal(self, number: int) -> None:
        for one in self._all:
            if one.child.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(one.child.pid, number)


def _opened(log: Path) -> BinaryIO:
    try:
        return log.open("ab")
    except OSError as error:
        raise StorageError(f"cannot write {log}: {error.strerror}", "name another folder") from error


def _why(code: int, after: float, words: str) -> str:
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return f"{how} after {spelled(round(after, 1))}" + (f": {words}" if words and code > 0 else "")


def _bound_to_this() -> Callable[[], Any] | None:
    """What a new process calls so that it ends with this one, however this one ends; None where the system cannot."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return partial(ctypes.CDLL(None).prctl, _DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
