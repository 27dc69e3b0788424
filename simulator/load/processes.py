"""Starts, watches and ends the processes that send a load: Locust runs in them, and only there."""

import asyncio
import errno
import os
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from simulator.clock import RealClock, spelled
from simulator.errors import PartnersimError, UsageError
from simulator.load.crew import GLANCE, Crew, Lost, Process, Running, last_line, said_of
from simulator.load.orders import Orders, shard_of
from simulator.load.silence import Silence
from simulator.load.usual import GATHERING, SILENT, STARTING
from simulator.load.variables import AGAIN, ELSEWHERE, ORDERS, WAIT
from simulator.resources import folder as shipped
from simulator.runner.stop import Stop

_ALONE = 3.0  # seconds that the one which holds the workers together may outlast them
_LAST = 5.0  # seconds that it has to give up waiting, and to say so
_OTHER_PORT = "end what listens there, perhaps another load, or name another port"
_OTHER_HOST = "name an address of this machine, e.g. 0.0.0.0:5557 for all of them"
_EVERYWHERE = ("0.0.0.0", "*")  # noqa: S104 - what somebody chose to bind

Glance = Callable[[], None]
"""Called every now and then while they run."""


class Meeting(NamedTuple):
    """Where workers of other machines join, how many of them there are to be, and for how many seconds to wait.

    The place of one that left is kept for another for `again` seconds; then it is not waited for any more.
    """

    host: str
    port: int
    elsewhere: int
    wait: float = GATHERING
    again: float = 60.0

    @property
    def reached(self) -> str:
        """By what name a process of this machine reaches it."""
        return "127.0.0.1" if self.host in _EVERYWHERE else self.host

    @property
    def shown(self) -> str:
        """HOST:PORT as others would say it."""
        return f"{socket.gethostname() if self.host in _EVERYWHERE else self.host}:{self.port}"


def check_locust() -> None:
    """Make sure that Locust is installed, without importing it.

    Raises:
        UsageError: it is not.
    """
    if any(find_spec(name) is None for name in ("locust", "hdrh")):  # that, and what counts its durations
        needed = "pip install 'gevent>=24.11' 'hdrhistogram>=0.10.8' 'locust>=2.40'"  # as pyproject.toml says
        raise UsageError("a load is sent with Locust, which is not installed", needed)


def check_port(meeting: Meeting) -> None:
    """Make sure that others can join there: nobody listens on that address, and it is this machine's.

    Raises:
        UsageError: they cannot.
    """
    host = "0.0.0.0" if meeting.host == "*" else meeting.host  # noqa: S104 - what somebody chose to bind
    try:
        (family, kind, _, _, address), *_ = socket.getaddrinfo(host, meeting.port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as who listens there for them does
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise UsageError(
            f"nobody can join at {meeting.host}:{meeting.port}: {error.strerror or error}",
            f"{_OTHER_PORT if taken else _OTHER_HOST}, with --master-bind HOST:PORT",
        ) from error


def locust_words() -> tuple[str, ...]:
    """How the command line of every process begins."""
    locustfile = shipped("loadtests") / "locustfile.py"
    return (sys.executable, "-m", "locust", "-f", str(locustfile), "--loglevel", "WARNING")


def to_start(orders: Orders, meeting: Meeting, more: Sequence[str] = ()) -> list[Process]:
    """One process for one worker, else as many as run here and one that holds all of them.

    `more` are options of Locust for the one that has all the figures.
    """
    locust = locust_words()
    whole = (*locust, "--headless", "--only-summary", "--exit-code-on-error", "0", *more)
    if orders.workers == 1:
        return [Process(whole, 0)]
    bind = ("--master", "--master-bind-host", meeting.host, "--master-bind-port", str(meeting.port))
    patience = round(meeting.wait + STARTING)  # it gives up by itself before
    wait = ("--expect-workers", str(orders.workers), "--expect-workers-max-wait", str(patience))
    one = (*locust, "--worker", "--master-host", meeting.reached, "--master-port", str(meeting.port))
    own = range(orders.workers - meeting.elsewhere)
    return [Process((*whole, *bind, *wait), None), *(Process(one, number) for number in own)]


async def send(
    folder: Path,
    orders: Orders,
    file: Path,
    environment: Mapping[str, str],
    stop: Stop,
    *,
    more: Sequence[str] = (),
    glance: Glance = lambda: None,
    meeting: Meeting | None = None,
    silent: float = SILENT,
) -> list[Lost]:
    """Send the whole load, or until `stop`; gives who was lost on the way. Afterwards none of the processes is left.

    `file` has the orders; `folder` takes what the processes say. When this process is killed they end, too. With
    `meeting` the last workers are those of other machines, which join there. A process that gives no sign of life for
    `silent` seconds is ended, and lost. Where one hangs, or is killed, before anything was sent, nothing is.

    Raises:
        StorageError: that cannot be written.
        UsageError: none of them ever sent anything, with what they said: others were to join, or a port was taken.
        PartnersimError: the same, for no such reason.
    """
    where = meeting or Meeting("127.0.0.1", _free_port() if orders.workers > 1 else 0, 0, STARTING)
    told = {ORDERS: str(file), ELSEWHERE: str(where.elsewhere), WAIT: str(where.wait), AGAIN: str(where.again)}
    crew = Crew(folder, {**without_locust(environment), **told}, RealClock())
    try:
        crew.start(to_start(orders, where, more))
        missed = await _Watch(folder, orders, where, crew, silent).gone(stop, glance)
    finally:
        await crew.end()
    glance()
    if not stop.asked and not missed and not anything_sent(folder, orders):
        why = crew.words() or "; ".join(f"{one.who} {one.why}" for one in crew.lost) or "nobody said why"
        if meeting is None and os.strerror(errno.EADDRINUSE) in why:
            raise UsageError(f"nothing was sent: {why}", "start it again: it takes another port then")
        trouble = UsageError if where.elsewhere else PartnersimError  # who did not join is no fault of ours
        raise trouble(f"nothing was sent: {why}", f"all they said is in {folder}")
    others = range(orders.workers - where.elsewhere, orders.workers)
    said = [Lost(number, last_line(said_of(folder, number))) for number in others]
    return [*crew.lost, *(one for one in said if one.why)]


def anything_sent(folder: Path, orders: Orders) -> bool:
    """Whether any worker began to."""
    return any(shard_of(folder, number).exists() for number in range(orders.workers))


def without_locust(environment: Mapping[str, str]) -> dict[str, str]:
    """What a project sets for Locust runs of its own is not meant here; the package is found from any folder."""
    kept = {name: value for name, value in environment.items() if not name.startswith("LOCUST_")}
    home = str(Path(__file__).resolve().parents[2])
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, [home, kept.get("PYTHONPATH", "")]))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Watch:
    """Whether a load still goes on."""

    def __init__(self, folder: Path, orders: Orders, meeting: Meeting, crew: Crew, silent: float) -> None:
        self._folder = folder
        self._orders = orders
        self._meeting = meeting
        self._crew = crew
        self._silence = Silence(folder)
        self._silent = silent
        self._clock = RealClock()
        self._began: float | None = None
        self._missed = False  # whether any hung, or was killed, before anything was sent
        self._alone: float | None = None

    async def gone(self, stop: Stop, glance: Glance) -> bool:
        """Return when all have ended, when none is left that sends, when `stop` is asked, or when it takes too long.

        True when one of them hung, or was killed, before anything was sent.
        """
        while True:
            running = list(self._crew.look())
            now = self._clock.now()
            if self._began is None and anything_sent(self._folder, self._orders):
                self._began = now
            self._give_up(running, now)
            self._missed = self._missed or (self._began is None and self._crew.killed)
            if not running or stop.asked or self._pointless([one.process for one in running], now):
                return self._missed
            if now > self._patience:
                for one in running:
                    self._crew.tell(Lost(one.process.worker, "had to be ended: it went on for ever"), one.process.name)
                return False
            glance()
            await asyncio.sleep(GLANCE)

    def _give_up(self, running: Sequence[Running], now: float) -> None:
        """End those that hang."""
        for one in running:
            worker = one.process.worker
            silence = self._silence.of(worker, now)
            limit = self._silent if self._silence.began(worker) else STARTING
            if silence > limit:
                self._crew.give_up(one, f"gave no sign of life for {spelled(limit)}, and was ended")
                self._missed = self._missed or self._began is None

    @property
    def _patience(self) -> float:
        """Until when they may go on: the time of the load counts from when the first of them began."""
        if self._began is None:
            return self._meeting.wait + STARTING + _LAST
        return self._began + STARTING + self._orders.length + STARTING

    def _pointless(self, running: Sequence[Process], now: float) -> bool:
        """Whether those that still run have nothing to do any more."""
        lost = {one.worker for one in self._crew.lost}
        if None in lost or (lost and self._began is None):
            return True  # nobody tells them any more when it begins, or that all was sent
        if self._meeting.elsewhere:
            return False  # others send, for all that can be seen here
        alone = all(one.worker is None for one in running)
        self._alone = (self._alone or now) if alone else None
        return self._alone is not None and now - self._alone > _ALONE
