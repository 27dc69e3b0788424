"""Lends this machine's processes to a load that another machine orders and judges."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from simulator.clock import RealClock, spelled
from simulator.load.crew import GLANCE, Crew, Process, last_words, said_of
from simulator.load.processes import check_locust, locust_words, without_locust
from simulator.load.variables import HOME, ORDERS
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.stop import Stop, on_signals

NOT_ALL_SENT: Final = 4
"""The exit code when a share was not sent: what the other machine finds is inconclusive."""


PATIENCE: Final = 300.0
"""Seconds for which nobody may answer; Locust itself would try no longer."""

_EVERY = 30.0  # seconds between two words that nobody answered yet


class Loan(NamedTuple):
    """Who asks whom: `workers` of this machine the load at `host`:`port`. `home` is where certificates are looked for.

    `told` is called with the reason whenever one of them ends before all of its share was sent, and when nobody
    answers for `patience` seconds; `said` with how it goes until somebody does.
    """

    host: str
    port: int
    workers: int
    environment: Mapping[str, str]
    home: Path
    told: Callable[[str], object]
    said: Callable[[str], object] = str
    patience: float = PATIENCE

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
    crew = Crew(folder, {**kept, HOME: str(loan.home)}, RealClock())
    with on_signals(stop):
        try:
            crew.start(joiners(loan))
            lost = await _gone(crew, folder, stop, loan)
        finally:
            await crew.end()
    return stop.exit_code or (NOT_ALL_SENT if lost else 0)


async def _gone(crew: Crew, folder: Path, stop: Stop, loan: Loan) -> bool:
    """Wait until all have ended, a signal comes, or nobody answers; whether any was lost, each reason told once."""
    said: set[str] = set()
    seen = 0
    clock, knocking = RealClock(), Knocking(loan)
    while True:
        running = list(crew.look())
        for one in crew.lost[seen:]:
            why = last_words(said_of(folder, one.worker)) or f"a worker {one.why}"
            if why not in said:
                loan.told(why)
            said.add(why)
        seen = len(crew.lost)
        if not running or stop.asked:
            return bool(seen)
        if not knocking.goes_on(clock.now(), answered=_answered(folder, loan)):
            return True
        await asyncio.sleep(GLANCE)


def _answered(folder: Path, loan: Loan) -> bool:
    """Whether any of them got its orders: it makes a folder for them."""
    return any((folder / str(number)).is_dir() for number in range(loan.workers))


class Knocking:
    """Says until somebody answers that nobody does yet, and when that has been so for too long."""

    def __init__(self, loan: Loan) -> None:
        self._loan = loan
        self._said = 0.0
        self._answered = False

    def goes_on(self, now: float, *, answered: bool) -> bool:
        """Whether to wait on; it is `now`, in seconds since the waiting began."""
        loan = self._loan
        if self._answered:
            return True
        if answered:
            self._answered = True
            loan.said(f"{loan.where} answers; the load begins once all its workers are ready")
        elif now >= loan.patience:
            loan.told(
                f"nobody at {loan.where} answered within {spelled(loan.patience)}: nothing was sent from here\n"
                f"  see that a load waits there (partnersim load … --expect-workers {loan.workers} --master-bind "
                f"{loan.where}), and that no firewall stands between"
            )
            return False
        elif now - self._said >= _EVERY:
            self._said = now
            left = spelled(round(loan.patience - now))
            loan.said(f"nobody at {loan.where} answers yet; knocking for {left} more")
        return True
