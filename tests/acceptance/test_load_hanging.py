"""Workers that hang, with Locust: one that was stopped is ended and lost, one that has nothing to do is not."""

import asyncio
import os
import signal
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

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
QUIET = 8.0  # seconds from the first notification of a life to the next
SILENT = 4.0


def lost(folder: Path, answering: Answering, *, workers: int, glance: Callable[[], None] = lambda: None) -> list[Lost]:
    """Who was, of a load in which nothing is sent or written for longer than anybody may be silent."""
    (folder / "fleet.yaml").write_text(SCENARIO)
    orders = Orders(
        scenarios=(str(folder / "fleet.yaml"),), to=answering.url, rate=2.0 * workers, seconds=1.0, life=QUIET,
        seed=1, start="2026-01-05T00:00:00+00:00", workers=workers, connections=2,
    )  # fmt: skip
    file = write_orders(folder, orders)
    return asyncio.run(send(folder, orders, file, os.environ, Stop(), glance=glance, silent=SILENT))


def stopping(folder: Path, worker: int) -> Callable[[], None]:
    """Stops the process of that worker once it has sent something."""
    stopped: list[int] = []

    def glance() -> None:
        shard = shard_of(folder, worker)
        if stopped or not shard.exists() or b'"kind":"outcome"' not in shard.read_bytes():
            return
        wanted = f"{WORKER}={worker}".encode()
        (pid,) = [
            one for one in children(os.getpid()) if wanted in Path(f"/proc/{one}/environ").read_bytes().split(b"\0")
        ]
        stopped.append(pid)
        os.kill(pid, signal.SIGSTOP)

    return glance


def test_a_worker_that_has_nothing_to_send_for_long_is_not_given_up(tmp_path: Path, answering: Answering) -> None:
    assert lost(tmp_path, answering, workers=1) == []
    assert len(answering.requests) > 1


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_was_stopped_is_ended_and_lost_and_no_other(
    tmp_path: Path, answering: Answering, workers: int
) -> None:
    gone = lost(tmp_path, answering, workers=workers, glance=stopping(tmp_path, 0))
    assert gone == [Lost(0, "gave no sign of life for 4s, and was ended")]
