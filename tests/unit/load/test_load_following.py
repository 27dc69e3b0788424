"""How soon what was acknowledged shows: from readings made while the load ran, and from nothing else."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import JumpClock
from simulator.journal import JournalWriter
from simulator.load import following
from simulator.load.figures import Effects
from simulator.load.following import RATE, AtMost, Tail, follow
from simulator.load.merging import FOLLOWED
from simulator.load.orders import shard_of
from simulator.model import Exchange, Observation, Outcome
from tests.unit.load.test_load_figures import attempt
from tests.unit.load.told_load import Asking, Told, verdict


def seen(at: float, *, present: bool | None = True, **changes: Any) -> Observation:
    usual: dict[str, Any] = {"line": 9, "probe": "export", "export": "report-1", "run": 1, "id": "a", "moment": "after"}
    return Observation(**(usual | {"asked": at, "done": at, "present": present} | changes))


def effects(*observations: Observation, open_model: bool = True) -> Effects:
    return Effects(observations, open_model=open_model)


def test_an_effect_is_timed_to_the_first_reading_that_shows_it() -> None:
    found = effects(seen(1.2, present=False), seen(1.5), seen(9.0))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.max == 0.5
    assert found.spread.number == 1


def test_of_many_deliveries_of_an_id_the_first_counts() -> None:
    found = effects(seen(1.5))
    found.add(attempt(id="a", due=1.4, intended=1.4))
    found.add(attempt(id="a", due=1.0, intended=1.0))
    assert found.spread.max == 0.5


def test_what_never_showed_took_at_least_as_long_as_it_was_followed() -> None:
    found = effects(seen(1.2, present=False), seen(11.0, present=False))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.max == 10.0


def test_readings_at_the_end_and_those_that_did_not_work_tell_nothing() -> None:
    found = effects(seen(1.2, present=None), seen(50.0, moment="end"))
    found.add(attempt(id="a", due=1.0))
    assert found.spread.number == 0


def test_nor_is_anything_timed_from_what_was_broken() -> None:
    found = effects(seen(1.2))
    found.add(attempt(id="a", due=1.0, valid=False))
    assert found.spread.number == 0


def test_a_report_has_them_and_its_verdicts_stand_on_the_end_alone(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, limits=["effect_p99<1s"])
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    writer.observation(seen(first.due + 0.1, present=False, id=first.id))
    writer.observation(seen(first.due + 0.25, id=first.id, values={"status": "Nonsense", "effects": 99}))
    writer.flush()
    report = one.judged()
    assert report.exit_code == 0
    assert report.load is not None
    assert report.load.effect.number == 1
    assert report.load.effect.max == pytest.approx(0.25, abs=0.001)


def test_what_was_there_before_proves_nothing(tmp_path: Path) -> None:
    one = Told(folder=tmp_path)
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    writer.observation(seen(0.0, id=first.id, moment="before"))
    writer.flush()
    report = one.judged()
    told = [verdict(report, check) for check in ("kept", "once", "latest")]
    assert {str(found.result) for found in told} == {"inconclusive"}
    assert all("left from an earlier load" in found.because for found in told)
    assert report.exit_code == 4


def test_a_shard_is_read_while_it_is_written_lines_whole(tmp_path: Path) -> None:
    tail = Tail(shard_of(tmp_path, 0))
    assert list(tail.entries()) == []
    path = shard_of(tmp_path, 0)
    path.write_bytes(b'{"kind":"header"}\n{"kind":')
    assert [line for line, _ in tail.entries()] == [1]
    with path.open("ab") as file:
        file.write(b'"intent"}\n{"kind":"outcome"}\n')
    assert [(line, told["kind"]) for line, told in tail.entries()] == [(2, "intent"), (3, "outcome")]


@pytest.mark.parametrize("ids", [5, 100])
def test_of_a_closed_model_no_more_ids_are_followed_than_of_an_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: int
) -> None:
    one = Told(folder=tmp_path)
    write_lives(one, ids)
    asked: set[str] = set()

    class Probed(Asking):
        def __init__(self, now: Any, **_: object) -> None:
            super().__init__(one.model, now)

        def __call__(self, request: Any, done: Any) -> None:
            asked.add(request.url.target)
            super().__call__(request, done)

    monkeypatch.setattr(following, "Wire", Probed)
    monkeypatch.setattr(following, "RealClock", JumpClock)
    asyncio.run(followed(one, asked.clear))
    assert len(asked) == min(ids, RATE)


def write_lives(told: Told, number: int) -> None:
    """So many exports, of each of which the first notification was acknowledged."""
    writer = JournalWriter(shard_of(told.folder, 0), {}, str)
    for life in range(number):
        first = told.planned.loads[0].life_of(life, 0.0)[0]
        answered = Exchange(Outcome.ANSWERED, 200, sent=0.0, done=0.01)
        writer.outcome(writer.intent(first, 1, 0.0), first, answered, late=0.0, final=True)
    writer.flush()


async def followed(told: Told, ready: Any) -> None:
    closed = replace(told.orders, model="closed")
    task = asyncio.create_task(follow(told.folder, closed, told.receiver, ready=ready))
    for _ in range(100):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_at_most_so_many_are_taken_in_any_second() -> None:
    limit = AtMost(2)
    assert [limit.takes(now) for now in (0.0, 0.9, 0.95, 1.0, 1.5, 1.95)] == [True, True, False, True, False, True]
