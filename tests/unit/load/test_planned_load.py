"""What a load sends: whole lives along a curve, a mix of what is not plain, each worker a share of its own."""

import gc
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from itertools import islice, pairwise
from typing import Any

import orjson
import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.load import due
from simulator.load import planned as planning
from simulator.load.curves import SHAPES
from simulator.load.mix import Mix
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery
from simulator.timeline.lives import Lives

START = datetime(2026, 1, 5, tzinfo=UTC)
RECEIVER = receiver_at("http://127.0.0.1:8000/hook", authorization="Bearer opensesame")
FLEET = "scenario: A fleet\nprovider: clevertap\nexports:\n  nightly: {takes: 9m20s}\n"
JOBS = "scenario: Jobs\nprovider: reachfive\nexports:\n  users: {kind: User Profiles, total: 7}\n"
MIXED = Mix(repeat=0.05, stale=0.02, malformed=0.01, unauthorized=0.01)


def load(text: str = FLEET, shape: str = "steady", mix: Mix = Mix(), **changes: Any) -> PlannedLoad:  # noqa: B008 (frozen)
    lives = Lives(parse_scenario(text, "load.yaml"), RECEIVER, seed=3, start=START)
    return PlannedLoad(lives=lives, curve=SHAPES[shape], mix=mix, **({"rate": 50.0, "seconds": 60.0} | changes))


def whole(planned: PlannedLoad) -> list[Delivery]:
    return list(planned.share(0, 1))


@pytest.mark.parametrize("text", [FLEET, JOBS])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mix", [Mix(), MIXED])
def test_as_many_come_as_rate_time_and_shape_say(text: str, shape: str, mix: Mix) -> None:
    planned = load(text, shape, mix)
    assert len(whole(planned)) == pytest.approx(50 * 60 * SHAPES[shape].amount, rel=0.04)


@pytest.mark.parametrize("shape", SHAPES)
def test_shares_are_in_order_and_come_to_the_whole_once(shape: str) -> None:
    planned = load(shape=shape, mix=MIXED, seconds=10.0)
    shares = [list(planned.share(worker, 3)) for worker in range(3)]
    assert all(one.due <= after.due for share in shares for one, after in pairwise(share))
    together = sorted((one for share in shares for one in share), key=lambda one: one.number)
    assert together == sorted(whole(planned), key=lambda one: one.number)
    assert len({one.number for one in together}) == len(together)
    exports = [one for share in shares for one in {one.export for one in share}]
    assert len(exports) == len(set(exports))


def test_a_story_of_minutes_is_sent_within_the_time_of_a_life_and_keeps_its_own_times() -> None:
    start, end = whole(load(rate=0.2, seconds=10.0, life=2.0))
    assert (start.due, end.due) == (5.0, 7.0)
    assert (start.at, end.at) == (5.0, 565.0)
    assert [start.time, end.time] == ["05/01/2026 5:30:05 AM", "05/01/2026 5:39:25 AM"]


def test_a_story_that_is_shorter_goes_at_its_own_pace() -> None:
    start, end = whole(load(FLEET.replace("9m20s", "500ms"), rate=0.2, seconds=10.0, life=2.0))
    assert end.due - start.due == 0.5


def test_what_an_outage_held_back_comes_at_once_and_tells_of_the_time_before() -> None:
    sent = whole(load(shape="backlog"))
    assert {one.due for one in sent} == {0.0}
    starts = sorted(one.at for one in sent if not one.end)
    assert (round(starts[0]), round(starts[-1])) == (-60, 0)


def test_the_mix_comes_in_the_shares_that_were_asked_for() -> None:
    sent = whole(load(mix=MIXED, rate=200.0))
    plain = [one for one in sent if one.genuine and not one.copy]
    part = {
        "repeat": sum(1 for one in sent if one.copy) / len(plain),
        "malformed": sum(1 for one in sent if not one.valid) / len(sent),
        "unauthorized": sum(1 for one in sent if one.credentials != "right") / len(sent),
        "stale": len(late_starts(sent)) / len(sent),
    }
    assert part == pytest.approx({"repeat": 0.05, "malformed": 0.01, "unauthorized": 0.01, "stale": 0.02}, abs=0.006)


def late_starts(sent: list[Delivery]) -> list[Delivery]:
    ends = {one.export: one.due for one in sent if one.end and not one.copy}
    return [one for one in sent if not one.end and one.genuine and not one.copy and one.due > ends[one.export]]


def test_a_stale_notification_tells_its_own_time_and_comes_soon_after_the_end() -> None:
    sent = whole(load(mix=Mix(stale=0.2)))
    ends = {one.export: one for one in sent if one.end}
    late = late_starts(sent)
    assert late
    assert all(one.at < ends[one.export].at for one in late)
    assert all(0.05 <= one.due - ends[one.export].due <= 0.5 for one in late)


def test_a_copy_has_the_same_bytes_and_comes_at_once_or_within_a_second() -> None:
    sent = whole(load(mix=Mix(repeat=0.3)))
    first = {(one.export, one.event): one for one in sent if not one.copy}
    apart = [(one, first[one.export, one.event]) for one in sent if one.copy]
    assert all(copy.data == one.data for copy, one in apart)
    at_once = [copy for copy, one in apart if copy.due == one.due]
    assert 0.4 < len(at_once) / len(apart) < 0.6
    assert {copy.together for copy in at_once} == {2}
    assert all(0.0 <= copy.due - one.due <= 1.0 for copy, one in apart)


@pytest.mark.parametrize("text", [FLEET, JOBS])
def test_what_is_broken_cannot_be_read_and_speaks_of_exports_of_its_own(text: str) -> None:
    sent = whole(load(text, mix=Mix(malformed=0.1)))
    broken = [one for one in sent if not one.valid]
    genuine = {one.id for one in sent if one.genuine}
    schema = load(text).lives.timeline.story.schema(broken[0].event)
    assert {one.id for one in broken}.isdisjoint(genuine)
    for one in broken:
        try:
            assert not schema.accepts(orjson.loads(one.body))
        except orjson.JSONDecodeError:
            continue
    assert len(Counter(one.body[:20] for one in broken)) > 1


def test_wrong_credentials_are_all_that_is_wrong_with_what_is_unauthorized() -> None:
    sent = whole(load(mix=Mix(unauthorized=0.1)))
    wrong = [one for one in sent if one.credentials != "right"]
    assert wrong
    assert all(one.valid and b"Bearer opensesame" not in one.data for one in wrong)
    assert {one.id for one in wrong}.isdisjoint({one.id for one in sent if one.genuine})


def test_the_same_orders_give_the_same_bytes() -> None:
    assert whole(load(mix=MIXED)) == whole(load(mix=MIXED))


DETOUR = """
scenario: A detour
provider: clevertap
exports:
  nightly: {frequency: one time, takes: 10m}
timeline:
  late: {event: initiated, export: nightly, at: 10m, repeat: {count: 3, spacing: 0s}}
"""


def in_order(planned: PlannedLoad, worker: int, workers: int) -> list[Delivery]:
    """The plain reference: every life of that share, and then all of it sorted."""
    lives = range(worker, planned.count, workers)
    parts = [(number, (number + 0.5) / planned.count) for number in lives]
    sent = [planned.life_of(number, planned.seconds * planned.curve.moment(part), part) for number, part in parts]
    return sorted((one for life in sent for one in life), key=lambda one: (one.due, one.number))


@pytest.mark.parametrize("text", [FLEET, JOBS, DETOUR])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mix", [Mix(), MIXED, Mix(repeat=1.0), Mix(repeat=0.5, stale=1.0)])
@pytest.mark.parametrize("whole", [0, 7, 200_000])
def test_a_share_is_all_of_its_lives_in_order_byte_for_byte_however_few_are_held_whole(
    text: str, shape: str, mix: Mix, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "_WHOLE", whole)
    planned = load(text, shape, mix, seconds=4.0, first=10**12)
    for worker in range(2):
        assert list(planned.share(worker, 2)) == in_order(planned, worker, 2)


@pytest.mark.parametrize("text", [FLEET, JOBS, DETOUR])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mix", [Mix(), Mix(repeat=0.5, stale=1.0)])
def test_to_ask_what_is_next_plans_one_life_at_most_however_many_begin_at_one_moment(
    text: str, shape: str, mix: Mix, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lives_made(monkeypatch)
    planned = load(text, shape, mix, seconds=4.0)
    assert planned.count > 3
    asked = 0
    for _ in planned.planning(0, 1):
        assert len(made) - asked <= 1
        asked = len(made)


def test_of_what_is_held_back_nothing_waits_for_a_life_that_begins_later(monkeypatch: pytest.MonkeyPatch) -> None:
    made = lives_made(monkeypatch)
    planned = load(shape="backlog")
    for place, one in enumerate(planned.share(0, 1), start=1):
        assert one.due == 0.0
        assert len(made) * planned.lives.size < place + planned.lives.size


def test_of_a_moment_at_which_many_begin_only_so_many_are_held_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_WHOLE", 20)
    planned = load(shape="midnight", seconds=10.0)
    planning = planned.planning(0, 1)
    held = [sum(isinstance(one, Delivery) for one in gc.get_objects()) for _ in islice(planning, 0, None, 25)]
    assert max(held) - held[0] <= 20 + 2 * planned.lives.size


def test_what_waits_takes_no_more_memory_than_its_bytes_and_a_little() -> None:
    planned = load(JOBS)
    planned.life_of(0, 0.0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        held = [planned.life_of(number, 0.0) for number in range(1, 100)]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    sent = [one for life in held for one in life]
    assert (after - before) / len(sent) < sum(len(one.body) for one in sent) / len(sent) + 1500


def lives_made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of lives that are made from now on."""
    made: list[int] = []
    life_of = PlannedLoad.life_of

    def counted(self: PlannedLoad, number: int, began: float, part: float = 1.0) -> list[Delivery]:
        made.append(number)
        return life_of(self, number, began, part)

    monkeypatch.setattr(PlannedLoad, "life_of", counted)
    return made


def test_two_partners_of_one_load_share_no_number() -> None:
    first = load(FLEET)
    second = load(JOBS, first=first.last_number)
    assert max(one.number for one in whole(first)) <= first.last_number
    assert {one.number for one in whole(first)}.isdisjoint({one.number for one in whole(second)})


def test_what_one_load_numbers_is_its_own_however_long_it_goes_on() -> None:
    first = load(FLEET, rate=1.0, seconds=1.0)
    second = load(JOBS, first=first.last_number)
    on_and_on = first.life_of(5_000_000, 60.0)
    assert all(one.number <= first.last_number < second.life_of(0, 0.0)[0].number for one in on_and_on)


def by_second(sent: list[Delivery]) -> Counter[int]:
    return Counter(int(one.due) for one in sent)


@pytest.mark.parametrize("text", [FLEET, JOBS])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mix", [Mix(), MIXED, Mix(repeat=1.0), Mix(malformed=0.3)])
def test_a_load_that_came_to_its_end_is_counted_as_it_was_sent(
    text: str, shape: str, mix: Mix, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = load(text, shape, mix, seconds=10.0)
    shares = [list(planned.share(worker, 3)) for worker in range(3)]
    after = max(one.due for share in shares for one in share) // 1 + 1
    for few in (0, 1000):
        monkeypatch.setattr(planning, "_FEW", few)
        tallies = [planned.tally(worker, 3, after) for worker in range(3)]
        assert tallies == [(by_second(share), 0) for share in shares]
        assert [one.planned for one in tallies] == [len(share) for share in shares]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mix", [Mix(), MIXED])
@pytest.mark.parametrize("until", [0.0, 1.0, 7.0, 16.0])
def test_of_a_load_that_ended_early_every_second_until_then_is_counted_and_the_rest_is_reckoned(
    shape: str, mix: Mix, until: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "_FEW", 0)
    planned = load(shape=shape, mix=mix, seconds=20.0)
    sent = list(planned.share(1, 2))
    tally = planned.tally(1, 2, until)
    if tally.later:
        assert tally.due == by_second([one for one in sent if one.due < until])
    assert tally.planned == pytest.approx(len(sent), rel=0.06 if mix == MIXED else 0.0)


def test_where_few_lives_are_left_each_of_them_is_counted_when_it_is_due() -> None:
    planned = load(mix=MIXED, seconds=10.0)
    assert planned.tally(0, 1, 2.0) == (by_second(whole(planned)), 0)


def test_to_count_a_day_of_which_seconds_were_sent_takes_no_more_lives_than_those(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = lives_made(monkeypatch)
    planned = load(rate=300.0, seconds=86400.0, mix=MIXED)
    tally = planned.tally(0, 1, 6.0)
    assert len(made) < 300 * 6
    assert tally.planned == pytest.approx(300 * 86400, rel=0.001)
    assert {one: tally.due[one] for one in tally.due if one < 3} == by_second(
        [one for one in islice(planned.share(0, 1), 2000) if one.due < 3]
    )
