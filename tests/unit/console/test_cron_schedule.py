"""When schedules fall due: on ordinary days, on those on which clocks change, and never."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.console.reachfive.cron_schedule import Schedule, read
from simulator.console.refusal import Refusal
from simulator.timeline.story import LATEST

NOW = datetime(2026, 1, 5, tzinfo=UTC).timestamp()


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def runs(cron: str, zone: str, begin: str, end: str) -> list[str]:
    """Local times, with their offset, of the runs after one moment and not after another, both UTC."""
    schedule, moment, found = Schedule(cron, zone), utc(begin), []
    while (due := schedule.after(moment)) is not None and due <= utc(end):
        found.append(datetime.fromtimestamp(due, ZoneInfo(zone)).isoformat())
        moment = due
    return found


def refused(cron: str = "0 * * * *", zone: str = "UTC", now: float = NOW) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(cron, zone, now)
    assert caught.value.reason == "unfit"
    assert caught.value.remedy
    return caught.value


def test_every_four_hours_is_every_four_hours() -> None:
    assert runs("0 */4 * * *", "UTC", "2026-01-05", "2026-01-06") == [
        f"2026-01-05T{hour:02}:00:00+00:00" for hour in (4, 8, 12, 16, 20)
    ] + ["2026-01-06T00:00:00+00:00"]


def test_a_run_is_due_after_the_moment_never_at_it() -> None:
    schedule = read("0 4 * * *", "UTC", NOW)
    assert schedule.after(utc("2026-01-05T03:59:59.999")) == utc("2026-01-05T04:00")
    assert schedule.after(utc("2026-01-05T04:00")) == utc("2026-01-06T04:00")
    assert schedule.after(utc("2026-01-05T04:00:00.001")) == utc("2026-01-06T04:00")


def test_a_moment_just_before_a_run_does_not_round_past_it() -> None:
    due = utc("2026-01-05T04:00")
    assert Schedule("0 4 * * *").after(due - 2.4e-7) == due


def test_the_zone_says_which_hour_is_meant() -> None:
    assert runs("30 9 * * *", "Asia/Kolkata", "2026-01-05", "2026-01-06") == ["2026-01-05T09:30:00+05:30"]


def test_a_run_at_a_time_that_clocks_skip_comes_once_when_they_go_on() -> None:
    assert runs("30 2 * * *", "Europe/Paris", "2026-03-28T00:00", "2026-03-30T12:00") == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_run_at_a_time_that_clocks_show_twice_comes_the_first_time_only() -> None:
    assert runs("30 2 * * *", "Europe/Paris", "2026-10-24T00:00", "2026-10-26T12:00") == [
        "2026-10-24T02:30:00+02:00",
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_a_schedule_made_in_the_second_of_two_equal_hours_waits_for_the_next_day() -> None:
    second = utc("2026-10-25T01:10")  # 02:10 in Paris, for the second time
    assert Schedule("30 2 * * *", "Europe/Paris").after(second) == utc("2026-10-26T01:30")
    assert Schedule("0-59 2 * * *", "Europe/Paris").after(second) == utc("2026-10-26T01:00")


def test_several_runs_in_the_skipped_hour_come_as_one() -> None:
    assert runs("0,15,30 2,3 * * *", "Europe/Paris", "2026-03-29T00:00", "2026-03-29T06:00") == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-29T03:15:00+02:00",
        "2026-03-29T03:30:00+02:00",
    ]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_where_the_hour_is_any_real_hours_count(day: str, hours: int) -> None:
    local = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Paris"))
    begin, end = (one.astimezone(UTC).isoformat()[:19] for one in (local, local + timedelta(days=1)))
    found = runs("0 * * * *", "Europe/Paris", begin, end)
    assert len(found) == hours
    assert {datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in pairwise(found)} == {timedelta(hours=1)}


def test_blanks_between_fields_are_one() -> None:
    assert read("  0  */4\t* * * ", "UTC", NOW) == Schedule("0 */4 * * *", "UTC")


@pytest.mark.parametrize("cron", ["", "0 0 * *", "0 0 0 * * *", "@daily", "٠ 0 * * *", "0 0 * * *" + " " * 200])
def test_anything_but_five_fields_is_refused(cron: str) -> None:
    assert "five fields" in refused(cron).message


@pytest.mark.parametrize(
    ("cron", "field"),
    [
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of week"),
        ("*/0 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
    ],
)
def test_a_wrong_field_is_named(cron: str, field: str) -> None:
    message = refused(cron).message
    assert message == f"schedule.cron: the {field} of `{cron}` is not right"


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 */15 2 MON#5", "* * */31 * MON#5"])
def test_a_schedule_that_is_never_due_is_refused(cron: str) -> None:
    assert cron in refused(cron).message


def test_the_29th_of_february_is_due_in_a_leap_year() -> None:
    assert read("0 0 29 2 *", "UTC", NOW).after(NOW) == utc("2028-02-29")


def test_the_end_of_the_calendar_is_no_error() -> None:
    assert Schedule("0 0 1 1 *", "Pacific/Kiritimati").after(utc("9999-12-31T23:00")) is None
    assert Schedule("0 0 1 1 *", "America/Lima").after(LATEST) == utc("9999-01-01T05:00")


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "right/Europe/Paris", "posix/UTC"])
def test_a_zone_that_is_not_the_same_everywhere_is_refused(zone: str) -> None:
    assert "not the same everywhere" in refused(zone=zone).message


@pytest.mark.parametrize(
    "zone", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b", "\ud800", "x" * 300, "zone.tab"]
)
def test_what_is_no_zone_is_refused(zone: str) -> None:
    assert "no time zone" in refused(zone=zone).message


def test_a_misspelt_zone_gets_a_suggestion() -> None:
    assert "`Europe/Paris`" in refused(zone="Europe/Pariss").message


def test_every_zone_of_the_iana_list_is_taken() -> None:
    zones = available_timezones() - {"localtime", "Factory"}
    assert len(zones) > 400
    for zone in zones:
        assert read("0 12 * * *", zone, NOW).zone == zone


@given(st.lists(st.text("*/-,L#W0123456789MONFEB", min_size=1, max_size=6), min_size=4, max_size=6))
def test_whatever_is_written_is_a_schedule_or_refused(fields: list[str]) -> None:
    try:
        schedule = read(" ".join(fields), "Europe/Paris", NOW)
    except Refusal:
        return
    due = schedule.after(NOW)
    assert due is not None
    assert due > NOW
