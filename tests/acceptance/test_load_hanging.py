"""Workers that hang, with Locust: one that was stopped is ended and lost, one that is idle or busy is not."""

import asyncio
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import RealClock
from simulator.load import processes
from simulator.load.crew import Lost
from simulator.load.orders import Orders, shard_of, write_orders
from simulator.load.processes import send
from simulator.load.variables import WORKER
from simulator.runner.stop import Stop
from tests.acceptance.conftest import Answering, children

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),
]
SCENARIO = "scenario: Fleet\nprovider: clevertap\nexports:\n  nightly: {frequency: one time, takes: 1h}\n"
QUIET = 13.0  # seconds from the first notification of a life to the next
SILENT = 10.0  # with room for a machine that has much else to do
MISSING = 8.0  # seconds after which Locust's master has missed a worker
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


def lost(
    folder: Path,
    answering: Answering,
    *,
    workers: int,
    glance: Callable[[], None] = lambda: None,
    more: Sequence[str] = (),
    silent: float = SILENT,
    **told: Any,
) -> list[Lost]:
    """Who was, of a load in which nothing is sent or written for longer than anybody may be silent."""
    (folder / "fleet.yaml").write_text(SCENARIO)
    orders = Orders(
        scenarios=(str(folder / "fleet.yaml"),), to=answering.url, seed=1, start="2026-01-05T00:00:00+00:00",
        workers=workers, connections=2, **{"rate": 2.0 * workers, "seconds": 1.0, "life": QUIET, **told},
    )  # fmt: skip
    file = write_orders(folder, orders)
    return asyncio.run(send(folder, orders, file, os.environ, Stop(), more=more, glance=glance, silent=silent))


def process_of(worker: int) -> int:
    wanted = f"{WORKER}={worker}".encode()
    (pid,) = [one for one in children(os.getpid()) if wanted in Path(f"/proc/{one}/environ").read_bytes().split(b"\0")]
    return pid


def sends(shard: Path) -> bool:
    """Whether it has an outcome already."""
    return shard.exists() and b'"kind":"outcome"' in shard.read_bytes()


def stopping(folder: Path, worker: int) -> Callable[[], None]:
    """Stops the process of that worker once it has sent something."""
    stopped: list[int] = []

    def glance() -> None:
        if not stopped and sends(shard_of(folder, worker)):
            stopped.append(process_of(worker))
            os.kill(stopped[0], signal.SIGSTOP)

    return glance


def resting(folder: Path, workers: int) -> Callable[[], None]:
    """Stops all of them once each has sent something, and lets them go on when Locust's master has missed them."""
    stopped: list[int] = []
    clock = RealClock()
    until = math.inf

    def glance() -> None:
        nonlocal until
        if not stopped and all(sends(shard_of(folder, number)) for number in range(workers)):
            stopped.extend(process_of(number) for number in range(workers))
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            until = clock.now() + MISSING
        elif clock.now() > until:
            until = math.inf
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    return glance


def test_a_worker_that_has_nothing_to_send_for_long_is_not_given_up(tmp_path: Path, answering: Answering) -> None:
    assert lost(tmp_path, answering, workers=1) == []
    assert len(answering.requests) > 1


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_was_stopped_is_ended_and_lost_and_no_other(
    tmp_path: Path, answering: Answering, workers: int
) -> None:
    gone = lost(tmp_path, answering, workers=workers, glance=stopping(tmp_path, 0))
    assert gone == [Lost(0, "gave no sign of life for 10s, and was ended")]


def test_workers_that_were_missed_and_come_again_end_with_the_load(
    tmp_path: Path, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STARTING", 20.0)  # and so long after its end a load goes on for ever
    glance = resting(tmp_path, 2)
    assert lost(tmp_path, answering, workers=2, glance=glance, silent=60.0, rate=20.0, seconds=14.0, life=1.0) == []
    assert len(answering.requests) < 20 * 14, "the master ended the run, or nothing is shown"


def test_the_time_of_a_journal_is_that_of_its_end_however_long_its_process_lives_on(
    tmp_path: Path, answering: Answering
) -> None:
    shard, times = shard_of(tmp_path, 0), set()

    def glance() -> None:
        if shard.exists() and b'"kind":"footer"' in shard.read_bytes():
            times.add(shard.stat().st_mtime_ns)

    assert lost(tmp_path, answering, workers=1, glance=glance, life=1.0, more=("--csv", str(tmp_path / "x"))) == []
    assert len(times) == 1


def test_one_that_is_too_busy_to_turn_gives_signs_and_one_that_waits_gives_none(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", BUSY.format(sign=str(tmp_path / "sign"))],
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    assert said.stdout.split() == ["True", "True", "True"]
