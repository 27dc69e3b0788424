"""How soon what was acknowledged shows: from readings since its answer, and between which where they do not tell."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import JumpClock
from simulator.journal import JournalWriter
from simulator.load.demands import Demand
from simulator.load.growing import Tail
from simulator.load.judging import follower, following
from simulator.load.judging.effects import Effects, Shown
from simulator.load.judging.follower import RATE, AtMost
from simulator.load.judging.following import follow, stopped
from simulator.load.judging.merging import FOLLOWED
from simulator.load.orders import shard_of
from simulator.model import Exchange, Lateness, Observation, Outcome
from simulator.runner import asking
from tests.unit.load.test_load_figures import attempt
from tests.unit.load.told_load import Asking, Model, Told, verdict


def seen(at: float, *, present: bool | None = True, **changes: Any) -> Observation:
    usual: dict[str, Any] = {"line": 9, "probe": "export", "export": "report-1", "run": 1, "id": "a", "moment": "after"}
    return Observation(**(usual | {"asked": at, "done": at, "present": present} | changes))


def effects(*observations: Observation, open_model: bool = True) -> Effects:
    followed = [one for one in observations if one.moment != "end"]
    return Effects(followed, [one for one in observations if one.moment == "end"], open_model=open_model)


def test_an_effect_is_timed_to_the_first_reading_that_shows_it() -> None:
    found = effects(seen(1.2, present=False), seen(1.5), seen(9.0))
    found.add(attempt(id="a", due=1.0), Demand.YES)
    assert found.shown.took.max == 0.5
    assert found.shown.took.number == 1


def test_it_took_no_less_than_until_the_last_reading_that_missed_it() -> None:
    found = effects(seen(1.2, present=False), seen(1.5, asked=1.4))
    found.add(attempt(id="a", due=1.0), Demand.YES)
    assert (found.shown.at_least.max, found.shown.at_most.max) == (0.2, 0.5)


def test_what_showed_at_once_took_no_less_than_until_it_was_sent_but_for_the_sender_itself() -> None:
    found = effects(seen(5.0))
    found.add(attempt(id="a", due=1.0, intended=3.0, late=2.0, held=1.5), Demand.YES)
    assert (found.shown.at_least.max, found.shown.at_most.max) == (1.5, 4.0)


def test_of_many_deliveries_of_an_id_the_first_counts() -> None:
    found = effects(seen(1.5))
    found.add(attempt(id="a", due=1.4, intended=1.4), Demand.YES)
    found.add(attempt(id="a", due=1.0, intended=1.0), Demand.YES)
    assert found.shown.took.max == 0.5


def test_what_never_showed_took_longer_than_it_was_followed_and_nobody_knows_how_long() -> None:
    found = effects(seen(1.2, present=False), seen(11.0, present=False), seen(50.0, present=None, moment="end"))
    found.add(attempt(id="a", due=1.0), Demand.YES)
    assert found.shown.took.number == 0
    assert found.shown.unshown == (1, 10.0, None)
    assert found.shown.at_least == (1, 10.0, 10.0, 10.0, 10.0)
    assert found.shown.at_most == (1, inf, inf, inf, inf)


def test_what_showed_when_it_was_followed_no_longer_took_no_longer_than_until_then() -> None:
    missed, shown = seen(20.0, present=False, moment="end"), seen(30.0, asked=29.0, moment="end")
    found = effects(seen(1.2, present=False), seen(11.0, present=False), missed, shown, seen(40.0, moment="end"))
    found.add(attempt(id="a", due=1.0), Demand.YES)
    assert found.shown.took.number == 0
    assert found.shown.unshown == (1, 19.0, 29.0)


def test_what_is_gone_again_took_no_longer() -> None:
    found = effects(seen(1.5), seen(50.0, present=False, moment="end"))
    found.add(attempt(id="a", due=1.0), Demand.YES)
    assert (found.shown.at_least.max, found.shown.at_most.max) == (0.0, 0.5)


def test_of_what_could_not_be_read_while_it_was_followed_only_the_end_tells() -> None:
    found = effects(seen(1.2, present=None), seen(50.0, moment="end"), seen(50.0, id="b", moment="end"))
    for id_ in "ab":
        found.add(attempt(id=id_, due=1.0), Demand.YES)
    assert found.shown.took.number == 0
    assert found.shown.unshown == (1, 0.0, 49.0)


def test_percentiles_of_what_is_certain_are_counted_like_all_others() -> None:
    found = effects(*(seen(one / 100, id=str(one)) for one in range(101, 178)))
    for one in range(101, 178):
        found.add(attempt(id=str(one), due=1.0), Demand.YES)
    took, most = found.shown.took, found.shown.at_most
    assert most == pytest.approx(took, rel=0.001)
    assert most == (77, 0.39, 0.73, 0.76, 0.77)


def test_nor_is_anything_timed_from_what_was_broken() -> None:
    found = effects(seen(1.2))
    found.add(attempt(id="a", due=1.0, valid=False), Demand.YES)
    assert found.shown == Shown()


def test_nor_from_what_need_not_show_though_something_later_does() -> None:
    found = effects(seen(9.0))
    found.add(attempt(id="a", due=1.0, intended=1.0), Demand.EITHER)
    found.add(attempt(id="a", due=8.0, intended=8.0), Demand.YES)
    assert found.shown == Shown()


def test_it_is_timed_from_what_comes_after_what_is_to_be_refused() -> None:
    found = effects(seen(9.0))
    found.add(attempt(id="a", due=1.0, intended=1.0), Demand.NO)
    found.add(attempt(id="a", due=8.0, intended=8.0), Demand.YES)
    assert found.shown.took.max == 1.0


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


def followed_to(tmp_path: Path, at: float, *limits: str, lag: float = 0.0) -> Told:
    """A load whose first few exports were followed, and had not shown `at` seconds after they were due."""
    one = Told(folder=tmp_path, model=Model(lag=lag), seconds=10.0, rate=10.0, limits=limits)
    one.send()
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    for delivery in list(one.planned.share(0, 1))[:9]:
        writer.observation(seen(delivery.due + at, present=False, id=delivery.id))
    writer.flush()
    return one


@pytest.mark.parametrize(
    ("limit", "result"), [("200ms", "failed"), ("1s", "inconclusive"), ("4s", "inconclusive"), ("1h", "passed")]
)
@pytest.mark.parametrize("figure", ["max", "p50"])
def test_a_limit_is_kept_or_broken_by_what_is_certain_of_what_had_not_shown(
    tmp_path: Path, limit: str, result: str, figure: str
) -> None:
    report = followed_to(tmp_path, 0.3, f"effect_{figure}<{limit}", lag=5.0).judged()
    found = verdict(report, f"threshold/effect_{figure}")
    assert str(found.result) == result
    if result == "inconclusive":
        told = "5 of the 5 exports that were followed had not shown while they were: the slowest took between"
        assert told in found.because


@pytest.mark.parametrize(("limit", "result"), [("10s", "failed"), ("30m", "inconclusive")])
def test_what_never_shows_breaks_what_was_watched_and_keeps_to_nothing(tmp_path: Path, limit: str, result: str) -> None:
    found = verdict(followed_to(tmp_path, 0.3, f"effect_max<{limit}", lag=10_000.0).judged(), "threshold/effect_max")
    assert str(found.result) == result
    assert result == "failed" or "the slowest took at least 1" in found.because
    assert result == "failed" or "and no reading at the end shows it" in found.because


def test_a_limit_is_not_kept_by_what_was_there_before(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, limits=["effect_max<1s"])
    one.send()
    first = next(iter(one.planned.share(0, 1)))
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    writer.observation(seen(0.0, id=first.id, moment="before"))
    writer.observation(seen(first.due + 0.1, id=first.id))
    writer.flush()
    found = verdict(one.judged(), "threshold/effect_max")
    assert str(found.result) == "inconclusive"
    assert "left from an earlier load" in found.because


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


STARTS_REFUSED = """\
scenario: Starts are to be refused
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m}
expect: {each: {status: ack}, report.initiated: {status: refused}}
"""


def test_where_the_first_of_an_export_is_to_be_refused_the_next_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").write_text(STARTS_REFUSED)
    one = Told(folder=tmp_path, scenarios=(str(tmp_path / "own.yaml"),), limits=["effect_max<1s"])
    monkeypatch.setattr(following, "Wire", lambda now, **_: Asking(one.model, now))
    monkeypatch.setattr(following, "RealClock", JumpClock)
    writer = JournalWriter(shard_of(tmp_path, 0), {"a": "shard"}, str)
    start, end, *_ = one.planned.loads[0].life_of(0, 0.0)
    for delivery, status in ((start, 409), (end, 200)):
        answered = Exchange(Outcome.ANSWERED, status, sent=delivery.due, done=delivery.due + 0.01)
        writer.outcome(writer.intent(delivery, 1, delivery.due), delivery, answered, late=0.0, final=True)
    writer.close(1.0, deliveries=2, attempts=2, complete=True, reached=True, lateness=Lateness())
    asyncio.run(followed(one, lambda: one.model.keep(end, 0.0)))
    report = one.judged()
    assert report.load is not None
    assert report.load.effect.number == 1
    assert str(verdict(report, "threshold/effect_max").result) == "passed"


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
    task = asyncio.create_task(follow(told.folder, closed, told.receiver, ready))
    for _ in range(100):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("trouble", [RuntimeError("generator raised\nStopIteration"), TypeError("no number")])
def test_where_following_goes_wrong_the_load_is_judged_and_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    one = Told(folder=tmp_path, limits=["effect_max<1s"])

    async def broken(_: object) -> None:
        raise trouble

    async def sent() -> None:
        async with following.following(tmp_path, broken):
            one.send()

    asyncio.run(sent())
    report = one.judged()
    told = f"{type(trouble).__name__}: {' '.join(str(trouble).split())}"
    assert report.plays[0].note == f"how soon effects showed was not followed to the end: {told}"
    assert str(verdict(report, "threshold/effect_max").result) == "inconclusive"


def test_so_it_is_where_a_single_reading_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Told(folder=tmp_path)
    monkeypatch.setattr(following, "Wire", lambda now, **_: Asking(one.model, now))
    monkeypatch.setattr(following, "RealClock", JumpClock)

    async def breaks(*how: Any) -> Observation:
        if how[3] == "after":
            raise ZeroDivisionError("of a reading")
        return await asking.read(*how)

    monkeypatch.setattr(follower, "read", breaks)

    async def sent() -> None:
        async with following.following(tmp_path, partial(follow, tmp_path, one.orders, one.receiver)):
            write_lives(one, 3)
            for _ in range(100):
                await asyncio.sleep(0)

    asyncio.run(sent())
    assert stopped(tmp_path) == "ZeroDivisionError: of a reading"


def test_of_one_that_was_followed_to_its_end_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Told(folder=tmp_path)
    monkeypatch.setattr(following, "Wire", lambda now, **_: Asking(one.model, now))

    async def sent() -> None:
        async with following.following(tmp_path, partial(follow, tmp_path, one.orders, one.receiver)):
            one.send()

    asyncio.run(sent())
    assert stopped(tmp_path) == ""
    assert one.judged().plays[0].note == ""


def test_at_most_so_many_are_taken_in_any_second() -> None:
    limit = AtMost(2)
    assert [limit.takes(now) for now in (0.0, 0.9, 0.95, 1.0, 1.5, 1.95)] == [True, True, False, True, False, True]
