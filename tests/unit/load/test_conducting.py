"""A load while it is judged: what is handed on, and what a signal does meanwhile."""

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from simulator.authoring import receiver_at
from simulator.errors import StorageError
from simulator.load import conducting
from simulator.load.conducting import Load
from simulator.load.crew import Lost
from simulator.load.orders import Orders
from simulator.model import Report, Result
from simulator.runner.stop import Stop

ORDERS = Orders(scenarios=("one",), to="http://127.0.0.1:1/", rate=10.0, seconds=5.0, seed=1, start="2026-01-05")
REPORT = Report(version="1", started="", seed=1, plays=())


def load(judging: Callable[[bool, Sequence[Lost]], Report]) -> Load:
    receiver = receiver_at(ORDERS.to)
    return Load(
        folder=Path("folder"),
        orders=ORDERS,
        told=ORDERS,
        scenarios=(),
        receiver=receiver,
        environment={},
        judging=judging,
    )


def test_judging_is_told_who_was_lost_and_whether_it_was_interrupted() -> None:
    told: list[tuple[bool, list[Lost]]] = []

    def judging(interrupted: bool, lost: Sequence[Lost]) -> Report:
        told.append((interrupted, list(lost)))
        return REPORT

    stop = Stop()
    stop.ask(signal.SIGTERM)
    lost = [Lost(1, "was killed")]
    assert asyncio.run(conducting._judged(load(judging), stop, lost)) is REPORT
    assert asyncio.run(conducting._judged(load(judging), Stop(), [])) is REPORT
    assert told == [(True, lost), (False, [])]


@pytest.mark.parametrize("before", [False, True])
def test_a_signal_while_it_is_judged_ends_that_at_once(before: bool) -> None:
    wait, begun, stop = threading.Event(), threading.Event(), Stop()
    if before:
        stop.ask(signal.SIGTERM)

    def judging(_: bool, __: Sequence[Lost]) -> Report:
        begun.set()
        wait.wait()
        return REPORT

    async def interrupted() -> Report | None:
        judged = asyncio.ensure_future(conducting._judged(load(judging), stop, []))
        await asyncio.to_thread(begun.wait)
        assert not judged.done()
        stop.ask(signal.SIGINT)
        return await judged

    try:
        assert asyncio.run(interrupted()) is None
    finally:
        wait.set()


def test_what_goes_wrong_while_it_is_judged_is_raised_here() -> None:
    def judging(_: bool, __: Sequence[Lost]) -> Report:
        raise StorageError("cannot write load.ndjson")

    with pytest.raises(StorageError, match=r"load\.ndjson"):
        asyncio.run(conducting._judged(load(judging), Stop(), []))


def test_a_load_that_was_not_judged_says_so_and_has_the_exit_code_of_the_signal() -> None:
    stop = Stop()
    stop.ask(signal.SIGTERM)
    report = conducting._unjudged(load(lambda _, __: REPORT), stop, "before anything was sent")
    (verdict,) = report.verdicts
    assert (verdict.result, verdict.because) == (Result.INCONCLUSIVE, "interrupted by SIGTERM before anything was sent")
    assert report.exit_code == 143


def test_a_load_that_hung_before_anything_was_sent_is_inconclusive_and_names_who_did() -> None:
    lost = [Lost(None, "gave no sign of life for 20s, and was ended"), Lost(1, "was killed")]
    report = conducting._unjudged(load(lambda _, __: REPORT), Stop(), "", lost)
    (verdict,) = report.verdicts
    assert verdict.result is Result.INCONCLUSIVE
    assert verdict.because == (
        "nothing was sent: the process that holds the workers together gave no sign of life for 20s, and was ended; "
        "worker 1 was killed"
    )
    assert report.exit_code == 4


@pytest.mark.parametrize("times", [2, 3])
def test_a_second_signal_that_comes_before_it_is_judged_ends_it_too(times: int) -> None:
    judged: list[bool] = []

    def judging(interrupted: bool, _: Sequence[Lost]) -> Report:
        judged.append(interrupted)
        return REPORT

    stop = Stop()
    for _ in range(times):
        stop.ask(signal.SIGINT)
    assert asyncio.run(conducting._judged(load(judging), stop, [])) is None
    assert judged == []
