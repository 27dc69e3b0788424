"""Starts, watches and ends the processes that send a load: Locust runs in them, and only there."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.clock import RealClock, spelled
from simulator.errors import PartnersimError, StorageError, UsageError
from simulator.load.orders import ORDERS, Orders, shard_of
from simulator.resources import folder as shipped
from simulator.runner.stop import Stop
from simulator.shown import line

WORKER: Final = "PARTNERSIM_LOAD_WORKER"
"""The environment variable with the number of a worker, from 0."""

_GLANCE = 0.05  # seconds between two looks at whether they run
_ORDERLY = 1.3  # seconds that processes which are told to end have for it
_STARTING = 60.0  # seconds that may pass before they send, and after the end until they have gone
_ALONE = 3.0  # seconds that the one which holds the workers together may outlast them
_LAST_WORDS = 4096  # bytes of what one said that are looked at
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG

Glance = Callable[[], None]
"""Called every now and then while they run."""


class Lost(NamedTuple):
    """A process that ended before its time, and why; `worker` is from 0, None for the one that holds them together."""

    worker: int | None
    why: str


class Part(NamedTuple):
    """One process to be: its name, which also its output is called by; its command line; its worker's number."""

    name: str
    words: tuple[str, ...]
    worker: int | None


def check_locust() -> None:
    """Make sure that Locust is installed, without importing it.

    Raises:
        UsageError: it is not.
    """
    if any(find_spec(name) is None for name in ("locust", "hdrh")):  # that, and what counts its durations
        raise UsageError("a load is sent with Locust, which is not installed", "pip install 'partnersim[load]'")


def parts(orders: Orders, locustfile: Path, port: int, more: Sequence[str] = ()) -> list[Part]:
    """What to start: one process for one worker, else as many as there are and one, on `port`, that holds them.

    `more` are options of Locust for the one that has all the figures.
    """
    locust = (sys.executable, "-m", "locust", "-f", str(locustfile), "--loglevel", "WARNING")
    whole = (*locust, "--headless", "--only-summary", "--exit-code-on-error", "0", *more)
    if orders.workers == 1:
        return [Part("worker-000", whole, 0)]
    bind = ("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port))
    wait = ("--expect-workers", str(orders.workers), "--expect-workers-max-wait", str(round(_STARTING)))
    one = (*locust, "--worker", "--master-host", "127.0.0.1", "--master-port", str(port))
    workers = [Part(f"worker-{number:03d}", one, number) for number in range(orders.workers)]
    return [Part("master", (*whole, *bind, *wait), None), *workers]


async def send(
    folder: Path,
    orders: Orders,
    file: Path,
    environment: Mapping[str, str],
    stop: Stop,
    *,
    more: Sequence[str] = (),
    glance: Glance = lambda: None,
) -> list[Lost]:
    """Send the whole load, or until `stop`; gives who was lost on the way. Afterwards none of the processes is left.

    `file` has the orders; `folder` takes what the processes say. When this process is killed they end, too.

    Raises:
        StorageError: that cannot be written.
        PartnersimError: none of them ever sent anything; with what they said.
    """
    locustfile = shipped("loadtests") / "locustfile.py"
    planned = parts(orders, locustfile, _free_port() if orders.workers > 1 else 0, more)
    crew = _Crew(folder, {**_without_locust(environment), ORDERS: str(file)}, RealClock())
    try:
        crew.start(planned)
        await crew.gone(orders, stop, glance)
    finally:
        await crew.end()
    glance()
    if not stop.asked and not any(shard_of(folder, number).exists() for number in range(orders.workers)):
        raise PartnersimError(f"nothing was sent: {crew.words() or 'nobody said why'}", f"all they said is in {folder}")
    return crew.lost


def _without_locust(environment: Mapping[str, str]) -> dict[str, str]:
    """What a project sets for Locust runs of its own is not meant here; the package is found from any folder."""
    kept = {name: value for name, value in environment.items() if not name.startswith("LOCUST_")}
    home = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, [home, kept.get("PYTHONPATH", "")]))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class _Running:
    part: Part
    process: "subprocess.Popen[bytes]"
    log: Path

    def words(self) -> str:
        """The last that it said."""
        with suppress(OSError), self.log.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
            said = [one for one in file.read().decode(errors="replace").splitlines() if one.strip()]
            return line(said[-1].strip()) if said else ""
        return ""


class _Crew:
    """The processes of one load."""

    def __init__(self, folder: Path, environment: Mapping[str, str], clock: RealClock) -> None:
        self.lost: list[Lost] = []
        self._folder = folder
        self._environment = environment
        self._clock = clock
        self._all: list[_Running] = []
        self._told: set[str] = set()

    def start(self, planned: Sequence[Part]) -> None:
        """Start each, in a session of its own: a Ctrl-C reaches this process alone."""
        bound = _bound_to_this()
        for part in planned:
            log = self._folder / f"{part.name}.log"
            own = {} if part.worker is None else {WORKER: str(part.worker)}
            try:
                with log.open("ab") as output:
                    process = subprocess.Popen(  # noqa: S603 - our own command line
                        part.words,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        cwd=self._folder,  # no locust.conf lies there
                        env={**self._environment, **own},
                        start_new_session=True,
                        preexec_fn=bound,  # noqa: PLW1509 - one system call, no lock that a thread could hold
                    )
            except OSError as error:
                raise StorageError(f"cannot write {log}: {error.strerror}", "name another folder") from error
            self._all.append(_Running(part, process, log))

    async def gone(self, orders: Orders, stop: Stop, glance: Glance) -> None:
        """Return when all have ended, when none is left that sends, when `stop` is asked, or when it takes too long."""
        patience = _STARTING + orders.seconds + orders.life + orders.grace + _STARTING
        alone_since: float | None = None
        while True:
            running = list(self._look())
            now = self._clock.now()
            if not running or stop.asked:
                return
            if all(one.part.worker is None for one in running):
                alone_since = now if alone_since is None else alone_since
                if now - alone_since > _ALONE:
                    return
            if now > patience:
                self.lost += [Lost(one.part.worker, "had to be ended: it went on for ever") for one in running]
                self._told |= {one.part.name for one in running}
                return
            if now > orders.seconds + orders.life + orders.grace and any(one.worker is None for one in self.lost):
                return  # nobody tells them any more that all was sent
            glance()
            await asyncio.sleep(_GLANCE)

    async def end(self) -> None:
        """Tell all that still run to end, and kill those that have not soon; nothing of them is left."""
        self._signal(signal.SIGTERM)
        deadline = self._clock.now() + _ORDERLY
        while self._clock.now() < deadline and any(one.process.poll() is None for one in self._all):
            await asyncio.sleep(_GLANCE / 5)
        self._signal(signal.SIGKILL)
        for one in self._all:
            one.process.wait()

    def words(self) -> str:
        """The last words of the first that said any."""
        return next(filter(None, (one.words() for one in self._all)), "")

    def _look(self) -> Iterator[_Running]:
        """Those that run; who ended badly since the last look is lost."""
        for one in self._all:
            code = one.process.poll()
            if code is None:
                yield one
            elif code and one.part.name not in self._told:
                self._told.add(one.part.name)
                self.lost.append(Lost(one.part.worker, _why(code, self._clock.now(), one.words())))

    def _signal(self, number: int) -> None:
        for one in self._all:
            if one.process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(one.process.pid, number)


def _why(code: int, after: float, words: str) -> str:
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return f"{how} after {spelled(round(after, 1))}" + (f": {words}" if words and code > 0 else "")


def _bound_to_this() -> Callable[[], Any] | None:
    """What a new process calls so that it ends with this one, however this one ends; None where the system cannot."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    return partial(ctypes.CDLL(None).prctl, _DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
