"""CleverTap's exports run by themselves, and alert: what is documented, and the corners of it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.console.clevertap import Clevertap
from simulator.console.happening import START as BEGINS
from simulator.console.happening import Consequence, Happening
from simulator.console.refusal import Refusal
from tests.unit.console.clevertap_made import HOUR, MINUTE, START, Made

TAKES = 560.0
PATH = "/hooks/clevertap"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    one = Made(tmp_path)
    yield one
    one.store.close()


def refused(made: Made, **traits: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        made.export(**traits)
    return caught.value


def test_a_one_time_export_is_initiated_and_completed_just_once(made: Made) -> None:
    export = asyncio.run(made.alerting())
    assert made.said(made.until(365 * 24 * HOUR)) == [(0.0, 1, "initiated", PATH), (TAKES, 1, "completed", PATH)]
    first, second = map(made.fields, made.sent)
    assert list(second) == ["Export Request Id", "Partner", "Type", "Status", "Frequency", "Date and Time"]
    assert (first["Status"], second["Status"]) == ("Initiated", "Completed")
    assert (second["Partner"], second["Type"], second["Frequency"]) == ("Google Cloud Storage", "Events", "One Time")
    assert (first["Date and Time"], second["Date and Time"]) == ("05/01/2026 5:30:00 AM", "05/01/2026 5:39:20 AM")
    assert first["Export Request Id"] == second["Export Request Id"]
    assert isinstance(first["Export Request Id"], int)
    told = made.console.export(export)
    assert (told.state, told.runs_started, told.next_run) == ("completed", 1, None)
    assert told.export_request_id == first["Export Request Id"]


@pytest.mark.parametrize("hours", [4, 8, 12, 24])
def test_a_recurring_export_runs_for_ever_at_its_interval_of_elapsed_time(made: Made, hours: int) -> None:
    asyncio.run(made.alerting(frequency=f"Every {hours} HOURS", partner="amazon s3"))
    said = made.said(made.until(3 * hours * HOUR + 1))
    starts = [at for at, _, event, _ in said if event == "initiated"]
    assert starts == [0.0, hours * HOUR, 2 * hours * HOUR, 3 * hours * HOUR]
    assert {made.fields(one)["Frequency"] for one in made.sent} == {f"Every {hours} Hours"}
    assert {made.fields(one)["Partner"] for one in made.sent} == {"Amazon S3"}
    assert made.agenda.next_due() == START + 3 * hours * HOUR + TAKES


def test_a_recurring_export_keeps_its_id_or_takes_a_new_one_for_each_run(made: Made) -> None:
    asyncio.run(made.alerting(frequency="every 4 hours"))
    made.export(frequency="every 4 hours")
    ids = [made.fields(one)["Export Request Id"] for one in made.until(9 * HOUR)]
    assert len(ids) == 12
    assert len(set(ids)) == 2
    made.console.account.choose({"recurring_id": "new"})
    new = [made.fields(one)["Export Request Id"] for one in made.until(17 * HOUR)]
    assert len(new) == 8
    assert len(set(new)) == 4
    assert not set(new) & set(ids)


def test_the_first_run_has_the_id_of_the_creation_whatever_the_reading(made: Made) -> None:
    made.console.account.choose({"recurring_id": "new"})
    asyncio.run(made.alerting(frequency="every 4 hours", runs=2))
    first, second = (made.fields(one)["Export Request Id"] for one in made.until(9 * HOUR) if one.event == "completed")
    assert (first, second) == (made.story().base, made.story().base + 1)


@pytest.mark.parametrize("given", [1690283492, "0042", 0, 2**53 - 1])
def test_an_id_that_is_given_is_that_of_all_runs(made: Made, given: int | str) -> None:
    made.console.account.choose({"recurring_id": "new"})
    export = asyncio.run(made.alerting(frequency="every 4 hours", runs=2, export_request_id=given))
    assert {made.fields(one)["Export Request Id"] for one in made.until(9 * HOUR)} == {given}
    assert {one.export_request_id for one in made.console.runs(export)[1]} == {given}


@pytest.mark.parametrize("given", [-1, 2**53, "", "abc", "12 ", "12\n", "١٢"])
def test_an_id_that_no_alert_could_carry_is_refused(made: Made, given: int | str) -> None:
    assert refused(made, export_request_id=given).reason == "unfit"


def test_a_run_that_fails_ends_in_silence(made: Made) -> None:
    export = asyncio.run(made.alerting(frequency="every 8 hours", runs=3, fails=(2,)))
    said = [(run, event) for _, run, event, _ in made.said(made.until(24 * HOUR))]
    assert said == [(1, "initiated"), (1, "completed"), (2, "initiated"), (3, "initiated"), (3, "completed")]
    assert [one.state for one in made.console.runs(export)[1]] == ["completed", "failed", "completed"]
    assert made.console.runs(export)[1][1].ended == START + 8 * HOUR + TAKES


def test_whether_a_run_under_way_fails_can_be_changed_until_it_ends(made: Made) -> None:
    export = asyncio.run(made.alerting(frequency="every 4 hours", runs=2, fails=(2,)))
    made.until(MINUTE)
    made.console.change_export(export, [1])
    assert made.until(4 * HOUR + MINUTE)[-1].event == "initiated"
    assert [one.state for one in made.console.runs(export)[1]] == ["failed", "running"]
    made.console.change_export(export, [])
    assert [one.event for one in made.until(5 * HOUR)] == ["completed"]
    assert [one.state for one in made.console.runs(export)[1]] == ["failed", "completed"]  # what has ended stays


def test_exports_of_profiles_run_without_alerts(made: Made) -> None:
    export = asyncio.run(made.alerting(type="profiles", frequency="every 4 hours", runs=2))
    assert not made.console.export(export).alerts
    assert made.console.export(export).type == "Profiles"
    assert made.until(5 * HOUR) == []
    assert [one.state for one in made.console.runs(export)[1]] == ["completed", "completed"]
    assert isinstance(made.console.runs(export)[1][0].export_request_id, int)
    with pytest.raises(Refusal) as caught:
        made.console.hook(export)
    assert caught.value.reason == "conflict"


def test_alerts_apply_to_existing_exports_at_once(made: Made) -> None:
    export = made.export()
    assert not made.console.export(export).alerts
    assert made.until(MINUTE) == []
    asyncio.run(made.webhook())
    assert [one.alerts for one in made.console.exports()[1]] == [False]
    made.console.account.enable_alerts("ci")
    assert [one.alerts for one in made.console.exports()[1]] == [True]
    assert made.console.export(export).alerts
    assert [one.event for one in made.until(HOUR)] == ["completed"]  # without an Initiated


def test_disabling_stops_alerts_and_enabling_brings_them_back(made: Made) -> None:
    export = asyncio.run(made.alerting(frequency="every 4 hours"))
    made.until(MINUTE)
    made.console.account.disable_alerts()
    assert made.until(8 * HOUR) == []
    assert [one.state for one in made.console.runs(export)[1]] == ["completed", "completed", "running"]
    made.console.account.enable_alerts("ci")
    assert [(one.run.number, one.event) for one in made.until(9 * HOUR)] == [(3, "completed")]


def test_when_the_webhook_is_changed_the_second_half_of_a_run_goes_to_the_new_one(made: Made) -> None:
    asyncio.run(made.alerting())
    asyncio.run(made.webhook("other", url="http://127.0.0.1:8000/other"))
    made.until(MINUTE)
    made.console.account.enable_alerts("other")
    made.until(HOUR)
    assert made.said(made.sent) == [(0.0, 1, "initiated", PATH), (TAKES, 1, "completed", "/other")]
    assert not made.console.account.webhook("ci").in_use
    made.console.account.delete_webhook("ci")


def test_stopping_an_export_lets_a_run_under_way_go_on_to_its_end(made: Made) -> None:
    export = asyncio.run(made.alerting(frequency="every 4 hours"))
    made.until(4 * HOUR + MINUTE)
    stopped = made.console.stop_export(export)
    assert (stopped.state, stopped.next_run) == ("stopped", None)
    assert made.said(made.until(48 * HOUR)) == [(4 * HOUR + TAKES, 2, "completed", PATH)]
    assert [one.state for one in made.console.runs(export)[1]] == ["completed", "completed"]
    assert made.console.export(export).state == "stopped"
    with pytest.raises(Refusal) as caught:
        made.console.stop_export(export)
    assert caught.value.reason == "conflict"


def test_an_export_that_has_ended_cannot_be_stopped(made: Made) -> None:
    export = made.export()
    made.until(HOUR)
    with pytest.raises(Refusal) as caught:
        made.console.stop_export(export)
    assert caught.value.reason == "conflict"
    assert made.console.export(export).state == "completed"


def test_an_export_stopped_before_its_first_run_never_runs(made: Made) -> None:
    export = asyncio.run(made.alerting(starts_at=START + HOUR))
    made.console.stop_export(export)
    assert made.until(2 * HOUR) == []
    told = made.console.export(export)
    assert (told.state, told.runs_started, told.export_request_id) == ("stopped", 0, None)


def test_runs_are_exhausted(made: Made) -> None:
    export = asyncio.run(made.alerting(frequency="every 24 hours", runs=2))
    made.until(365 * 24 * HOUR)
    assert len(made.sent) == 4
    assert made.console.export(export).state == "completed"
    assert made.agenda.next_due() is None


def test_states_follow_the_course_of_an_export(made: Made) -> None:
    export = made.export(frequency="every 4 hours", runs=2, starts_at=START + HOUR)
    seen = []
    for after in (0.0, HOUR, HOUR + TAKES, 5 * HOUR, 5 * HOUR + TAKES):
        made.until(after)
        told = made.console.export(export)
        seen.append((told.state, told.runs_started, told.next_run))
    assert seen == [
        ("scheduled", 0, START + HOUR),
        ("running", 1, START + 5 * HOUR),
        ("waiting", 1, START + 5 * HOUR),
        ("running", 2, None),
        ("completed", 2, None),
    ]


def test_runs_longer_than_the_interval_overlap(made: Made) -> None:
    asyncio.run(made.alerting(frequency="every 4 hours", runs=2, takes=5 * HOUR))
    said = [(at / HOUR, run, event) for at, run, event, _ in made.said(made.until(24 * HOUR))]
    assert said == [(0, 1, "initiated"), (4, 2, "initiated"), (5, 1, "completed"), (9, 2, "completed")]


def test_a_run_that_takes_no_time_is_initiated_first(made: Made) -> None:
    asyncio.run(made.alerting(takes=0.0))
    assert made.said(made.until(0.0)) == [(0.0, 1, "initiated", PATH), (0.0, 1, "completed", PATH)]


@pytest.mark.parametrize(
    "traits",
    [
        {"partner": "Azure"},
        {"type": "Campaigns"},
        {"frequency": "every 6 hours"},
        {"frequency": "hourly"},
        {"runs": 2},
        {"fails": (2,)},
        {"frequency": "every 4 hours", "runs": 3, "fails": (4,)},
        {"fails": (0,)},
        {"starts_at": START - 1},
        {"starts_at": 253370764800.0},
        {"takes": 3e11},
    ],
)
def test_an_export_that_makes_no_sense_is_refused_and_leaves_nothing(made: Made, traits: dict[str, Any]) -> None:
    refusal = refused(made, **traits)
    assert refusal.reason == "unfit"
    assert made.console.exports() == (0, [])
    assert made.agenda.next_due() is None
    assert made.export() == "export-1"


def test_one_time_exports_have_one_run(made: Made) -> None:
    assert made.console.export(made.export(runs=1)).runs == 1
    assert made.console.export(made.export()).runs == 1
    assert made.console.export(made.export(frequency="every 4 hours")).runs is None


def test_what_is_told_is_spelled_one_way(made: Made) -> None:
    told = made.console.export(made.export(partner="AMAZON s3", type="eventS", frequency="Every 4 Hours"))
    assert (told.partner, told.type, told.frequency) == ("Amazon S3", "Events", "every 4 hours")
    again = made.console.export(made.export(partner=told.partner, type=told.type, frequency=told.frequency))
    assert replace(again, id="") == replace(told, id="")


def test_fails_of_runs_that_will_never_be_are_refused(made: Made) -> None:
    export = made.export(frequency="every 4 hours", runs=2, fails=(2, 1, 2))
    assert made.console.export(export).fails == (1, 2)
    with pytest.raises(Refusal) as caught:
        made.console.change_export(export, [3])
    assert caught.value.reason == "unfit"
    assert made.console.export(export).fails == (1, 2)


def test_exports_end_where_the_years_end_that_alerts_can_write(made: Made) -> None:
    latest = 253370764800.0 - START  # 9999-01-01
    export = asyncio.run(made.alerting(frequency="every 24 hours", starts_at=START + latest - 30 * HOUR))
    assert len(made.until(latest + 48 * HOUR)) == 4
    assert [made.fields(one)["Date and Time"][6:10] for one in made.sent][-1] in {"9998", "9999"}
    assert made.console.export(export).state == "completed"


def test_readings_change_what_is_sent_from_then_on(made: Made) -> None:
    asyncio.run(made.alerting(partner="Amazon S3"))
    (first,) = made.until(MINUTE)
    before = made.fields(first)
    chosen = made.console.account.choose({"request_id": "string", "zone": "Europe/Paris"})
    assert (chosen["request_id"], chosen["zone"], chosen["amazon_name"]) == ("string", "Europe/Paris", "Amazon S3")
    made.console.account.choose({"amazon_name": "AWS"})
    (second,) = made.until(HOUR)
    after = made.fields(second)
    assert after["Export Request Id"] == str(before["Export Request Id"])
    assert (after["Partner"], after["Date and Time"]) == ("AWS", "05/01/2026 1:09:20 AM")
    assert made.console.account.readings()["recurring_id"] == "same"


@pytest.mark.parametrize("chosen", [{"zone": "Mars/Olympus"}, {"colour": "red"}, {"request_id": ""}])
def test_a_reading_that_does_not_exist_changes_nothing(made: Made, chosen: dict[str, str]) -> None:
    before = made.console.account.readings()
    with pytest.raises(Refusal) as caught:
        made.console.account.choose({"type_word": "events", **chosen})
    assert caught.value.reason == "unfit"
    assert made.console.account.readings() == before


def test_an_alert_can_be_sent_again_as_if_it_happened_now(made: Made) -> None:
    export = asyncio.run(made.alerting(export_request_id=1690283492))
    first = made.until(HOUR)[-1]
    again = made.console.again(export, 1, "completed", START + 2 * HOUR)
    assert made.fields(first)["Export Request Id"] == 1690283492
    assert made.fields(again) == {
        **made.fields(first),
        "Export Request Id": made.story().base + 1,
        "Date and Time": "05/01/2026 7:30:00 AM",
    }
    assert (again.run.started, again.run.ended) == (START + 2 * HOUR - TAKES, START + 2 * HOUR)
    assert made.console.again(export, 1, "initiated", START + 2 * HOUR).run.started == START + 2 * HOUR
    assert made.console.runs(export)[0] == 1  # history, not a run


def test_what_cannot_be_sent_again_says_why(made: Made) -> None:
    export = asyncio.run(made.alerting())
    made.until(HOUR)
    for asked in (("export-9", 1, "completed"), (export, 2, "completed"), (export, 1, "started")):
        with pytest.raises(Refusal) as caught:
            made.console.again(*asked, START)
        assert caught.value.reason == "not-found"
    made.console.account.disable_alerts()
    with pytest.raises(Refusal) as caught:
        made.console.again(export, 1, "completed", START)
    assert caught.value.reason == "conflict"


@pytest.mark.parametrize("what", [BEGINS, "initiated", "completed", "ended", "test", "nonsense"])
def test_what_refers_to_something_gone_is_nothing(made: Made, what: str) -> None:
    assert made.console.happens(Happening(START, "clevertap", "export-1", 1, what)) == Consequence()
    export = asyncio.run(made.alerting(starts_at=START + HOUR))
    if what != BEGINS:
        assert made.console.happens(Happening(START, "clevertap", export, 1, what)) == Consequence()
    made.console.stop_export(export)
    assert made.console.happens(Happening(START, "clevertap", export, 1, what)) == Consequence()
    assert made.console.runs(export) == (0, [])


def test_an_event_nobody_knows_is_nothing_in_a_run_either(made: Made) -> None:
    export = asyncio.run(made.alerting())
    made.until(MINUTE)
    assert made.console.happens(Happening(START, "clevertap", export, 1, "nonsense")) == Consequence()
    assert made.console.export(export).state == "running"


def test_exports_and_runs_come_in_pages_and_outlive_the_process(made: Made) -> None:
    for _ in range(12):
        made.export(frequency="every 4 hours")
    made.until(8 * HOUR + 1)
    again = Clevertap(made.house)
    total, page = again.exports(offset=9, limit=2)
    assert (total, [one.id for one in page]) == (12, ["export-10", "export-11"])
    assert [one.id for one in again.exports()[1]] == [f"export-{number}" for number in range(1, 13)]
    assert [one.number for one in again.runs("export-10")[1]] == [1, 2, 3]
    runs, numbers = again.runs("export-10", offset=1, limit=1)
    assert (runs, [(one.number, one.state) for one in numbers]) == (3, [(2, "completed")])
    for ask in (again.export, again.runs, again.stop_export, again.hook):
        with pytest.raises(Refusal) as caught:
            ask("export-99")
        assert caught.value.reason == "not-found"


def test_changes_of_exports_are_told(made: Made) -> None:
    export = made.export(frequency="every 4 hours")
    made.console.change_export(export, [1])
    made.console.stop_export(export)
    assert made.changes == 3
