"""Workers that hang, with Locust: one that was stopped is ended and lost, one that is idle or busy is not."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from simulator.load.crew import Lost
from simulator.load.orders import Orders, shard_of, write_orders
from simulator.load.processes import send
from simulator.load.variables import ORDERS, WORKER
from simulator.runner.stop import Stop
from tests.acceptance.conftest import Answering, children, unmeasured_environment

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),
]
SCENARIO = "scenario: Fleet\nprovider: clevertap\nexports:\n  nightly: {frequency: one time, takes: 1h}\n"
QUIET = 13.0  # seconds from the first notification of a life to the next
SILENT = 10.0  # with room for a machine that has much else to do
SECONDS, RATE = 14.0, 20.0  # of the load whose workers are missed: no less than Locust's master may take for that
MISSED = ("--loglevel", "INFO"), b"last worker went missing"  # what it says of it, and from what level on
BUSY = """
import locust
from pathlib import Path
from time import perf_counter

import gevent
from gevent import monkey

from loadtests import alive

def signs():
    return int(sign.read_bytes() or 0)

alive._BEAT = 0.05
sign = Path({sign!r})
alive.alive(sign)
gevent.sleep(1.0)
turned = signs()
until = perf_counter() + 30.0
while signs() < turned + 5 and perf_counter() < until:
    pass
worked = signs()
monkey.get_original("time", "sleep")(1.0)
print(turned > 3, worked == turned + 5, signs() < worked + 5)
"""


class Going(NamedTuple):
    """A load in its folder, to a receiver of its own."""

    folder: Path
    answering: Answering

    def shard(self, worker: int) -> bytes:
        """What stands there so far."""
        with suppress(FileNotFoundError):
            return shard_of(self.folder, worker).read_bytes()
        return b""

    def sends(self, worker: int) -> bool:
        """Whether it has an outcome already."""
        return b'"kind":"outcome"' in self.shard(worker)

    def signal(self, worker: int, number: int) -> None:
        """Send one to the process of that worker."""
        wanted = {f"{WORKER}={worker}".encode(), f"{ORDERS}={self.folder / 'orders.json'}".encode()}
        told = {pid: Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") for pid in children(os.getpid())}
        (pid,) = [one for one, words in told.items() if wanted <= set(words)]
        os.kill(pid, number)

    async def lost(
        self, *, workers: int, glance: Callable[[], None], more: Sequence[str] = (), silent: float = SILENT, **told: Any
    ) -> list[Lost]:
        """Who was, of a load in which nothing is sent or written for longer than anybody may be silent."""
        (self.folder / "fleet.yaml").write_text(SCENARIO)
        orders = Orders(
            scenarios=(str(self.folder / "fleet.yaml"),), to=self.answering.url, seed=1, workers=workers, connections=2,
            start="2026-01-05T00:00:00+00:00", **{"rate": 2.0 * workers, "seconds": 1.0, "life": QUIET, **told},
        )  # fmt: skip
        file, told_too = write_orders(self.folder, orders), unmeasured_environment()
        return await send(self.folder, orders, file, told_too, Stop(), more=more, glance=glance, silent=silent)


class Came(NamedTuple):
    """What a load came to: who was lost, how much was sent, and the times that the finished journal had."""

    lost: list[Lost]
    requests: int
    times: set[int]


class Watcher:
    """Looks at a load every now and then. `name` says what it does with whom."""

    def __init__(self, name: str, load: Going, workers: int) -> None:
        self.times = set[int]()
        self._load = load
        self._workers = range(workers) if name == "missed" else range(1)
        self._steps: list[Callable[[], bool]] = {
            "missed": [self._stopped, self._missed], "stopped": [self._stopped], "idle": [], "journal": [],
        }[name]  # fmt: skip

    def __call__(self) -> None:
        if self._steps and self._steps[0]():
            del self._steps[0]
        if b'"kind":"footer"' in self._load.shard(0):
            self.times.add(shard_of(self._load.folder, 0).stat().st_mtime_ns)

    def _stopped(self) -> bool:
        """Those that it is about, once each has sent something."""
        if there := all(self._load.sends(number) for number in self._workers):
            self._tell(signal.SIGSTOP)
        return there

    def _missed(self) -> bool:
        """They go on when Locust's master has missed them."""
        if missed := MISSED[1] in (self._load.folder / "master.log").read_bytes():
            self._tell(signal.SIGCONT)
        return missed

    def _tell(self, number: int) -> None:
        for worker in self._workers:
            self._load.signal(worker, number)


LOADS: dict[tuple[str, int], Mapping[str, Any]] = {
    ("idle", 1): {},
    ("stopped", 1): {},
    ("stopped", 2): {},
    ("missed", 2): {"silent": 60.0, "more": MISSED[0], "rate": RATE, "seconds": SECONDS, "life": 1.0, "grace": 1.0},
    ("journal", 1): {"life": 1.0},
}


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Came]:
    """All of them, which do little but wait, side by side."""

    async def one(name: str, workers: int) -> Came:
        load = Going(tmp_path_factory.mktemp(name), Answering())
        watcher, told = Watcher(name, load, workers), dict(LOADS[name, workers])
        if name == "journal":
            told["more"] = ("--csv", str(load.folder / "x"))
        try:
            lost = await load.lost(workers=workers, glance=watcher, **told)
        finally:
            load.answering.close()
        return Came(lost, len(load.answering.requests), watcher.times)

    async def all_of_them() -> list[Came]:
        return await asyncio.gather(*(one(*which) for which in LOADS))

    return dict(zip(LOADS, asyncio.run(all_of_them()), strict=True))


Loads = dict[tuple[str, int], Came]


def test_a_worker_that_has_nothing_to_send_for_long_is_not_given_up(came: Loads) -> None:
    idle = came["idle", 1]
    assert idle.lost == []
    assert idle.requests > 1


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_was_stopped_is_ended_and_lost_and_no_other(came: Loads, workers: int) -> None:
    assert came["stopped", workers].lost == [Lost(0, "gave no sign of life for 10s, and was ended")]


def test_workers_that_were_missed_and_come_again_end_with_the_load(came: Loads) -> None:
    missed = came["missed", 2]
    assert missed.lost == []
    assert missed.requests < RATE * SECONDS, "the master ended the run, or nothing is shown"


def test_the_time_of_a_journal_is_that_of_its_end_however_long_its_process_lives_on(came: Loads) -> None:
    journal = came["journal", 1]
    assert journal.lost == []
    assert len(journal.times) == 1


def test_one_that_is_too_busy_to_turn_gives_signs_and_one_that_waits_gives_none(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", BUSY.format(sign=str(tmp_path / "sign"))],
        cwd=Path(__file__).resolve().parents[2], env=unmeasured_environment(), capture_output=True, text=True,
        timeout=90, check=True,
    )  # fmt: skip
    assert said.stdout.split() == ["True", "True", "True"]
