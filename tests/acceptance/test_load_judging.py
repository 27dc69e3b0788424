"""Loads against real receivers, right and flawed: sent over sockets, read back through the probe, judged."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from pathlib import Path

import pytest

from simulator.authoring import load_receiver
from simulator.clock import RealClock
from simulator.journal import JournalWriter
from simulator.load.judging.following import follow, following
from simulator.load.judging.judge import Terms, judged
from simulator.load.orders import Orders, Planned, planned_for, shard_of
from simulator.model import Delivery, Exchange, Lateness, Report
from simulator.receiver import Receiver
from simulator.runner.event_loop import run_on_a_loop
from simulator.sample import AUTHORIZATION_VARIABLE, close, create_app, receiver_file, running
from simulator.sample.flaws import FLAWS, NONE
from simulator.wire import Request, once
from simulator.wire.sockets import Wire
from tests.ports import free_port
from tests.receivers.correct.plain_receiver import Receiver as Plain
from tests.receivers.correct.plain_receiver import listening
from tests.receivers.flawed.serve import FLAWS as OF_THE_PLAIN

SECRET = "Bearer mF_9.B5f-4.1JqM"
ONE = "clevertap/one-time-export"
RECURRING = "clevertap/four-hourly-day"
JOB = "reachfive/successful-export"


@contextmanager
def sample(folder: Path, flaw: str = "") -> Iterator[str]:
    app = create_app(folder / "told.sqlite", authorization=SECRET, flaw=FLAWS[flaw] if flaw else NONE)
    try:
        with running(app) as url:
            yield url
    finally:
        close(app)


@contextmanager
def plain(folder: Path, flaw: str = "") -> Iterator[str]:
    made = OF_THE_PLAIN[flaw].made if flaw else Plain
    with listening(made(SECRET, folder / "told.ndjson")) as port:
        yield f"http://127.0.0.1:{port}"


def receiver_at(url: str, folder: Path) -> Receiver:
    file = folder / "receiver.yaml"
    file.write_text(receiver_file(url, SECRET), encoding="utf-8")
    return load_receiver(str(file), {AUTHORIZATION_VARIABLE: SECRET})


def loaded(url: str, folder: Path, scenario: str, shape: str = "steady") -> Report:
    """About two seconds of mixed load, and what is found."""
    orders = _orders(url, scenario, shape)
    receiver = receiver_at(url, folder)
    whole = planned_for(orders, receiver, {})
    run_on_a_loop(_send(whole, shard_of(folder, 0)))
    return judged(folder, orders, receiver, Terms(window=1.0))


def _orders(url: str, scenario: str, shape: str = "steady") -> Orders:
    return Orders(
        scenarios=(scenario,),
        to=url,
        rate=60.0,
        seconds=1.5,
        shape=shape,
        repeat=0.3,
        stale=0.3,
        malformed=0.05,
        unauthorized=0.05,
        life=0.3,
        seed=11,
        start="2026-01-15T00:00:00+05:30",
    )


async def _send(whole: Planned, shard: Path) -> None:
    clock = RealClock()
    wire = Wire(clock.now)
    journal = JournalWriter(shard, {}, str)

    async def one(delivery: Delivery) -> None:
        line = journal.intent(delivery, 1, clock.now())
        journal.flush()
        exchange: Exchange = await once(wire, Request(delivery.route.url, delivery.data, delivery.route.timeout))
        late = max(exchange.sent - delivery.due, 0.0)
        journal.outcome(line, delivery, exchange, late=late, held=late, final=True)
        journal.flush()

    under_way: list[asyncio.Task[None]] = []
    for due, together in groupby(whole.share(0, 1), key=lambda one: one.due):
        await clock.until(due)
        under_way += [asyncio.create_task(one(delivery)) for delivery in together]
    await asyncio.gather(*under_way)
    await wire.close()
    journal.close(clock.now(), deliveries=1, attempts=1, complete=True, reached=True, lateness=Lateness())


def failed(report: Report) -> list[str]:
    return [one.check.removeprefix("load/") for one in report.verdicts if one.failed]


@pytest.mark.parametrize("scenario", [ONE, RECURRING, JOB])
@pytest.mark.parametrize("make", [sample, plain])
def test_a_right_receiver_passes_on_evidence(tmp_path: Path, make: object, scenario: str) -> None:
    with make(tmp_path) as url:  # type: ignore[operator]  # either of the two above
        report = loaded(url, tmp_path, scenario)
    assert [one for one in report.verdicts if not one.passed] == []
    assert report.exit_code == 0
    assert report.load is not None
    assert report.load.ledger.checked == report.load.ledger.known > 0


@pytest.mark.parametrize(
    ("flaw", "scenario", "check"),
    [
        ("repeats/one-after-another", ONE, "once"),
        ("repeats/at-once", JOB, "once"),
        ("runs/same-id", RECURRING, "kept"),
        ("order/late-start", ONE, "latest"),
        ("ack/exactly-200", ONE, "accepted"),
    ],
)
def test_a_flaw_of_the_sample_is_found(tmp_path: Path, flaw: str, scenario: str, check: str) -> None:
    with sample(tmp_path, flaw) as url:
        report = loaded(url, tmp_path, scenario)
    assert failed(report) == [check]
    assert report.exit_code == 1


@pytest.mark.parametrize(
    ("flaw", "shape", "check"),
    [
        ("load/acknowledged-is-kept", "backlog", "kept"),
        ("repeats/one-after-another", "steady", "accepted"),  # it answers 409
        ("order/late-start", "steady", "latest"),
    ],
)
def test_a_flaw_of_another_make_is_found(tmp_path: Path, flaw: str, shape: str, check: str) -> None:
    with plain(tmp_path, flaw) as url:
        report = loaded(url, tmp_path, ONE, shape)
    assert failed(report) == [check]
    assert report.exit_code == 1


def test_of_a_receiver_that_is_not_there_nothing_is_said(tmp_path: Path) -> None:
    report = loaded(f"http://127.0.0.1:{free_port()}", tmp_path, ONE)
    assert report.exit_code == 3
    assert report.load is not None
    assert report.load.ledger.lost == report.load.ledger.checked == 0


def test_effects_are_timed_while_the_load_runs(tmp_path: Path) -> None:
    with sample(tmp_path) as url:
        orders = _orders(url, ONE)
        receiver = receiver_at(url, tmp_path)
        whole = planned_for(orders, receiver, {})

        async def both() -> None:
            async with following(tmp_path, partial(follow, tmp_path, orders, receiver)):
                await _send(whole, shard_of(tmp_path, 0))

        run_on_a_loop(both())
        report = judged(tmp_path, orders, receiver, Terms(window=1.0))
    assert report.exit_code == 0
    assert report.load is not None
    assert 0 < report.load.effect.number < report.load.ledger.known
    assert report.load.effect.max > report.load.service.p50 / 2


def test_a_load_that_was_sent_before_is_none(tmp_path: Path) -> None:
    """The same ids again: a receiver that lost all of it now would still show all of it."""
    with sample(tmp_path) as url:
        orders = _orders(url, ONE)
        receiver = receiver_at(url, tmp_path)
        whole = planned_for(orders, receiver, {})
        folders = [tmp_path / name for name in ("first", "second")]

        async def both(folder: Path) -> None:
            folder.mkdir()
            async with following(folder, partial(follow, folder, orders, receiver)):
                await _send(whole, shard_of(folder, 0))

        codes = []
        for folder in folders:
            run_on_a_loop(both(folder))
            codes.append(judged(folder, orders, receiver, Terms(window=0.5)).exit_code)
    assert codes == [0, 4]
