"""A story told over and over: each life speaks of exports of its own, and is made by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.errors import UsageError
from simulator.timeline import plan
from simulator.timeline.lives import Lives, name_in_story

START = datetime(2026, 1, 5, tzinfo=UTC)
RECEIVER = receiver_at("http://127.0.0.1:8000/hook", authorization="Bearer opensesame")
BUSY = """\
scenario: All that a story can have
provider: clevertap
exports:
  one: {takes: 2s}
  feed: {frequency: every 4 hours, runs: 3, count: 2}
timeline:
  again: {event: completed, export: one, repeat: {count: 3}}
  alone: {event: completed, deliver_at: 1h}
  odd: {event: completed, export: feed-2, run: 3, remove: [Status], valid: false}
"""
JOBS = "scenario: Jobs\nprovider: reachfive\nexports:\n  users: {kind: User Profiles, total: 7}\n"


def lives(text: str = BUSY, *, seed: int = 1, start: datetime = START) -> Lives:
    return Lives(parse_scenario(text, "lives.yaml"), RECEIVER, seed=seed, start=start)


@pytest.mark.parametrize("text", [BUSY, JOBS])
def test_the_first_life_is_the_scenario_itself_under_other_names(text: str) -> None:
    scenario = parse_scenario(text, "lives.yaml")
    planned = list(plan(scenario, RECEIVER, seed=1, start=START))
    first = lives(text).life(0)
    assert [(one.event, one.due, one.run, one.copy, one.time, one.end) for one in first] == [
        (one.event, one.due, one.run, one.copy, one.time, one.end) for one in planned
    ]
    assert {one.export for one in first} <= {"", "one#1", "feed#1-1", "feed#1-2", "users#1"}


@pytest.mark.parametrize("text", [BUSY, JOBS])
def test_no_two_lives_share_an_id_or_an_export(text: str) -> None:
    told = lives(text)
    seen: dict[str, int] = {}
    for number in range(200):
        for one in told.life(number, at=number * 0.01):
            assert seen.setdefault(one.id, number) == number
    assert len(seen) >= 200


def test_what_an_export_of_a_life_is_called_in_its_story_can_be_told() -> None:
    exports = "  a: {takes: 1s}\n  a-1: {takes: 1s}\n  fleet: {count: 3, takes: 1s}\n  fleet-old: {takes: 1s}\n"
    text = f"scenario: Names\nprovider: clevertap\nexports:\n{exports}"
    scenario = parse_scenario(text, "names.yaml")
    in_story = [one.export for one in plan(scenario, RECEIVER, seed=1, start=START)]
    for number in (0, 1, 41):
        assert [name_in_story(one.export) for one in lives(text).life(number)] == in_story
    assert [name_in_story(name) for name in ("", "a", "elsewhere-7")] == ["", "a", "elsewhere-7"]


def test_a_life_is_the_same_whatever_else_was_asked_for() -> None:
    told = lives()
    later = told.life(7, at=3.5)
    assert lives().life(7, at=3.5) == later
    assert told.life(7, at=3.5) == later
    assert lives(seed=2).life(7, at=3.5) != later


def test_what_a_later_life_says_of_its_time_is_as_much_later() -> None:
    told = lives(JOBS)
    (first,), (later,) = told.life(0), told.life(0, at=86_400.0)
    assert later.due == first.due
    moments = [datetime.fromisoformat(one.time) for one in (first, later)]
    assert moments[1] - moments[0] == timedelta(days=1)


def test_the_hour_that_a_clock_skips_is_not_counted() -> None:
    """25 March 2026 is three days before clocks go forward in Paris: the local time is an hour ahead afterwards."""
    paris = ZoneInfo("Europe/Paris")
    text = 'scenario: A\nprovider: clevertap\nreadings: {zone: "Europe/Paris"}\nexports:\n  one: {takes: 0s}\n'
    told = lives(text, start=datetime(2026, 3, 25, 12, tzinfo=paris))
    assert [told.life(0, at=day * 86_400.0)[0].time for day in (0, 5)] == [
        "25/03/2026 12:00:00 PM",
        "30/03/2026 1:00:00 PM",
    ]


def test_size_and_length_are_those_of_one_life() -> None:
    assert (lives().size, lives().length) == (1 * 2 + 2 * 3 * 2 + 3 + 1 + 1, 2 * 4 * 3600 + 560.0)
    assert (lives(JOBS).size, lives(JOBS).length) == (1, 560.0)


def test_what_cannot_be_planned_is_told_at_once() -> None:
    with pytest.raises(UsageError, match="does not fit"):
        lives("scenario: A\nprovider: clevertap\ntimeline:\n  odd: {event: completed, remove: [Status]}\n")


def test_a_life_that_would_leave_the_years_is_refused() -> None:
    told = lives("scenario: A\nprovider: clevertap\ntimeline:\n  alone: {event: completed, at: 1d}\n")
    with pytest.raises(UsageError, match="9998"):
        told.life(1, at=8000.0 * 366 * 86_400)


def test_an_id_that_the_author_gave_is_none_of_the_lives() -> None:
    told = lives("scenario: Given\nprovider: clevertap\nexports:\n  one: {id: 1690283492}\n")
    assert "1690283492" not in {one.id for number in range(3) for one in told.life(number)}
    assert told.shared == ()


def test_a_step_whose_id_the_author_set_is_shared_by_the_lives_and_said() -> None:
    step = "tried: {event: completed, set: {Export Request Id: 1234}}"
    text = f"scenario: Set\nprovider: clevertap\ntimeline:\n  {step}\n"
    assert lives(text).shared == ("tried",)
    assert lives(text.replace("1234}", "true}, valid: false")).shared == ()
