"""Lends this machine's processes to a load that another machine orders and judges."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from simulator.clock import RealClock, spelled
from simulator.load.crew import GLANCE, Crew, Process, Running, last_words, said_of
from simulator.load.orders import FILE, read_orders, shards
from simulator.load.processes import check_locust, locust_words, without_locust
from simulator.load.silence import Silence
from simulator.load.usual import GATHERING, SILENT, STARTING
from simulator.load.variables import ALLOW, HOME, ORDERS
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.stop import Stop, on_signals

NOT_ALL_SENT: Final = 4
"""The exit code when a share was not sent: what the other machine finds is inconclusive."""

_UNTOLD = GATHERING + STARTING  # seconds that one may have nothing to do until all others are there
_AFTER = 2 * STARTING + SILENT  # seconds that the one which judges may end later than the load; it takes less itself


class Loan(NamedTuple):
    """Who asks whom: `workers` of this machine the load at `host`:`port`. `home` is where certificates are looked for.

    `told` is called with the reason whenever one of them ends before all of its share was sent, and when nobody
    answers for `patience` seconds; `glance` every now and then, with the seconds since it began and whether anybody
    answered. One that gives no sign of life for `silent` seconds is ended, and lost. `allow` names the public hosts
    that may be sent to: what that machine allows itself counts for nothing here.
    """

    host: str
    port: int
    workers: int
    environment: Mapping[str, str]
    home: Path
    told: Callable[[str], object]
    glance: Callable[[float, bool], object]
    allow: Sequence[str] = ()
    patience: float = GATHERING
    silent: float = SILENT

    @property
    def where(self) -> str:
        """HOST:PORT."""
        return f"{self.host}:{self.port}"


def lend(loan: Loan) -> int:
    """Send what that machine says, until it has ended the load; the exit code: 0, 4, or that of a signal.

    Nothing of it stays on this machine: orders and journals are in a temporary folder.

    Raises:
        UsageError: Locust is not installed.
    """
    check_locust()
    with TemporaryDirectory(prefix="partnersim-joined-") as folder:
        return run_on_a_loop(_lend(loan, Path(folder)))


def joiners(loan: Loan) -> list[Process]:
    """What to start."""
    words = (*locust_words(), "--worker", "--master-host", loan.host, "--master-port", str(loan.port))
    return [Process(words, number) for number in range(loan.workers)]


async def _lend(loan: Loan, folder: Path) -> int:
    stop = Stop()
    stop.belongs_here()
    kept = {name: value for name, value in without_locust(loan.environment).items() if name != ORDERS}
    own = {HOME: str(loan.home), ALLOW: " ".join(loan.allow)}
    crew = Crew(folder, {**kept, **own}, RealClock())
    with on_signals(stop):
        try:
            crew.start(joiners(loan))
            lost = await _Watch(loan, crew, folder).lost(stop)
        finally:
            await crew.end()
    return stop.exit_code or (NOT_ALL_SENT if lost else 0)


class _Watch:
    """Whether what was lent still has something to do."""

    def __init__(self, loan: Loan, crew: Crew, folder: Path) -> None:
        self._loan = loan
        self._crew = crew
        self._folder = folder
        silence = Silence(folder)
        self._seen = [_Seen(folder, number, silence, loan.silent) for number in range(loan.workers)]
        self._ended: set[int | None] = set()
        self._told = 0
        self._said: set[str] = set()

    async def lost(self, stop: Stop) -> bool:
        """Wait until all have ended, a signal comes, or nobody answers; whether any was lost, each reason told once."""
        clock, loan = RealClock(), self._loan
        while True:
            running = list(self._crew.look())
            now, answered = clock.now(), self._answered()
            self._end(running, now, answered=answered)
            self._tell()
            if not running or stop.asked:
                return bool(self._crew.lost)
            if not answered and now >= loan.patience:
                loan.told(
                    f"nobody at {loan.where} answered within {spelled(loan.patience)}: nothing was sent from here\n"
                    f"  see that a load waits there (partnersim load … --expect-workers {loan.workers} --master-bind "
                    f"{loan.where}), and that no firewall stands between"
                )
                return True
            loan.glance(now, answered)
            await asyncio.sleep(GLANCE)

    def _answered(self) -> bool:
        """Whether any of them got its orders: it makes a folder for them."""
        return any((self._folder / str(number)).is_dir() for number in range(self._loan.workers))

    def _end(self, running: Sequence[Running], now: float, *, answered: bool) -> None:
        """End those that hang."""
        for one in running:
            worker = one.process.worker
            if worker is not None and (why := self._seen[worker].hangs(now, answered=answered)):
                self._ended.add(worker)
                self._crew.give_up(one, why)

    def _tell(self) -> None:
        """Say who was lost since it was said last; what those said that were ended here is no reason."""
        for one in self._crew.lost[self._told :]:
            own = "" if one.worker in self._ended else last_words(said_of(self._folder, one.worker))
            why = own or f"a worker {one.why}"
            if why not in self._said:
                self._loan.told(why)
            self._said.add(why)
        self._told = len(self._crew.lost)


class _Seen:
    """What is seen in `folder` of one of them, which has a folder of its own there once it has orders."""

    def __init__(self, folder: Path, worker: int, silence: Silence, silent: float) -> None:
        self._own = folder / str(worker)
        self._worker = worker
        self._silence = silence
        self._silent = silent
        self._begun = False
        self._until = math.inf

    def hangs(self, now: float, *, answered: bool) -> str:
        """How it shows that it does; empty as long as it does not. `answered`, somebody told one of them its orders."""
        silence = self._silence.of(self._worker, now)
        limit = self._silent if self._silence.began(self._worker) else STARTING
        if silence > limit:
            return f"gave no sign of life for {spelled(limit)}, and was ended"
        if not self._begun and shards(self._own):
            self._begun = True
            self._until = now + read_orders(self._own / FILE).length + _AFTER
        elif answered and self._until == math.inf:
            self._until = now + _UNTOLD
        if now <= self._until:
            return ""
        if not self._begun:
            return f"was given nothing to send for {spelled(_UNTOLD)}, and was ended"
        return "went on long after the load should have ended, and was ended"
