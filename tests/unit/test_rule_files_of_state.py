"""The rules about what a receiver keeps and does: each can be read and planned, and plays what its sentence says."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from simulator.authoring import receiver_at
from simulator.authoring.rules import load_rule, shipped_rules
from simulator.model import Delivery, HangUp, Pause
from simulator.receiver import Receiver
from simulator.rule import Rule
from simulator.scenario import Claim
from simulator.timeline import plan, story_start

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("repeats", "runs", "order", "silence", "meaning", "time", "ids", "cut", "load")
LEVELS_AND_PARTNERS = {
    "repeats/one-after-another": ("must", "CR"),
    "repeats/at-once": ("must", "CR"),
    "repeats/after-a-day": ("should", "CR"),
    "runs/same-id": ("must", "C"),
    "runs/new-id": ("must", "C"),
    "runs/same-definition": ("must", "R"),
    "runs/same-second": ("must", "CR"),
    "order/end-first": ("must", "C"),
    "order/late-start": ("must", "C"),
    "order/same-second": ("must", "C"),
    "order/end-only": ("must", "C"),
    "order/any-order": ("must", "C"),
    "silence/never-completed": ("should", "C"),
    "meaning/partial-failure": ("must", "R"),
    "meaning/failed": ("must", "R"),
    "meaning/running": ("should", "R"),
    "meaning/import": ("should", "R"),
    "meaning/test-body": ("must", "C"),
    "meaning/other-partner": ("should", "CR"),
    "time/day-first": ("must", "C"),
    "time/half-days": ("must", "C"),
    "time/zone": ("should", "C"),
    "time/fractions": ("must", "R"),
    "ids/as-given": ("must", "CR"),
    "cut/after-body": ("must", "CR"),
    "cut/at-once": ("should", "CR"),
    "cut/restart": ("should", "CR"),
    "load/acknowledged-is-kept": ("must", "CR"),
}
PLAYED = [
    (name, {"C": "clevertap", "R": "reachfive"}[letter])
    for name, (_, letters) in LEVELS_AND_PARTNERS.items()
    for letter in letters
]
RULE = pytest.mark.parametrize("name", LEVELS_AND_PARTNERS)
PLAY = pytest.mark.parametrize(("name", "partner"), PLAYED)
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MODELINE = "# yaml-language-server: $schema=../../../schemas/rule.schema.json"
HOUR, DAY = 3_600.0, 86_400.0
ZONES = [ZoneInfo(name) for name in sorted(available_timezones()) if not name.startswith("Etc/")]
EVERYWHERE = {"None", *(str(zone.utcoffset(datetime(2023, 5, 7))) for zone in ZONES)}

Told = tuple[str, str]


def receiver() -> Receiver:
    return receiver_at("http://127.0.0.1:8000/hooks", authorization="Bearer cnVsZXMgb2Ygc3RhdGU")


def deliveries(name: str, partner: str, seed: int = 7) -> list[Delivery]:
    scenario = load_rule(name).played[partner]
    return list(plan(scenario, receiver(), seed=seed, start=story_start(scenario, NOW)))


def alerts(name: str, partner: str = "clevertap", **wanted: Any) -> list[Delivery]:
    """Those of one export, step or event, in order of sending."""
    return [
        one for one in deliveries(name, partner) if all(getattr(one, key) == value for key, value in wanted.items())
    ]


def fields(delivery: Delivery) -> dict[str, Any]:
    return dict(json.loads(delivery.body))


def accepted(name: str, partner: str) -> dict[str, tuple[str, ...]]:
    """What may become of each delivery that need not be acknowledged."""
    expected = load_rule(name).played[partner].expectations
    return {one.name: one.status for one in expected if one.status != ("ack",)}


def in_order(sent: list[Delivery]) -> list[Told]:
    """Status and the payload's time of each, in order of sending."""
    return [(one.status, one.time) for one in sent]


def wants(rule: Rule, partner: str) -> list[tuple[str, dict[str, Any]]]:
    return [(one.kind, dict(one.wants)) for one in rule.played[partner].claims]


# All of them


def test_every_rule_of_these_families_is_listed_here() -> None:
    assert {name for name in shipped_rules() if name.partition("/")[0] in FAMILIES} == set(LEVELS_AND_PARTNERS)


@RULE
def test_its_level_and_its_partners_are_those_of_the_catalogue(name: str) -> None:
    rule = load_rule(name)
    level, letters = LEVELS_AND_PARTNERS[name]
    assert (rule.name, rule.level) == (name, level)
    assert "".join(partner[0].upper() for partner in rule.played) == letters


@RULE
def test_it_begins_with_its_schema_and_up_to_five_lines_on_what_it_plays(name: str) -> None:
    lines = (ROOT / "scenarios" / "rules" / f"{name}.yaml").read_text("utf-8").splitlines()
    comment = lines[1 : lines.index("")]
    assert lines[0] == MODELINE
    assert 1 <= len(comment) <= 5
    assert all(line.startswith("# ") for line in comment)
    assert all(len(line) <= 120 for line in lines)


@RULE
def test_it_says_who_says_so_and_how_to_mend_what_breaks_it(name: str) -> None:
    rule = load_rule(name)
    assert re.match(r"(documented|inferred|house rule): \S", rule.source)
    assert not rule.sentence.endswith(".")
    for told in (rule.why, rule.broken, rule.mend):
        assert told.endswith(".")
        assert 1 <= len(re.findall(r"[.!?](?: |$)", told)) <= 3


@RULE
def test_its_plain_deliveries_are_the_control(name: str) -> None:
    assert load_rule(name).control == ("each",)


@PLAY
def test_some_plain_delivery_has_no_expectation_but_the_control(name: str, partner: str) -> None:
    scenario = load_rule(name).played[partner]
    named = {one.name for one in scenario.expectations} - {"each"}
    own = [
        one
        for one in deliveries(name, partner)
        if one.genuine
        and named.isdisjoint({one.step, one.export, re.sub(r"-\d+$", "", one.export)})
        and f"{one.export}.{one.event}" not in named
        and f"{re.sub(r'-[0-9]+$', '', one.export)}.{one.event}" not in named
    ]
    assert own


@PLAY
def test_something_is_promised_besides_the_control(name: str, partner: str) -> None:
    scenario = load_rule(name).played[partner]
    promises = [one for one in scenario.expectations if one.name != "each" and one.status != ("any",)]
    assert promises or scenario.claims


@PLAY
def test_what_the_partner_would_not_send_has_an_expectation_of_its_own_unless_it_is_cut_off(
    name: str, partner: str
) -> None:
    expected = {one.name for one in load_rule(name).played[partner].expectations}
    loose = [one for one in deliveries(name, partner) if not one.genuine and one.step not in expected]
    assert all(isinstance(part, HangUp) for one in loose for part in (one.script or ("",))[-1:])


@PLAY
def test_it_is_over_in_seconds(name: str, partner: str) -> None:
    scenario = load_rule(name).played[partner]
    assert scenario.scale is not None
    assert scenario.scale.wall(DAY) == 0.0
    assert all(one.window <= (1.0 if one.kind == "never" else 2.0) for one in scenario.claims)
    assert len(deliveries(name, partner)) <= 210


@PLAY
def test_what_is_not_sent_at_one_moment_is_due_further_apart_than_the_partners_timeout(name: str, partner: str) -> None:
    planned = deliveries(name, partner)
    dues = sorted({one.due for one in planned})
    assert [(a, b) for a, b in pairwise(dues) if b - a <= planned[0].route.timeout] == []


@PLAY
def test_its_ids_are_fresh_in_each_run_but_for_those_nothing_is_claimed_of(name: str, partner: str) -> None:
    scenario = load_rule(name).played[partner]
    own = {one.id for one in deliveries(name, partner)} & {one.id for one in deliveries(name, partner, seed=8)}
    written = {str(value) for step in scenario.steps for value in step.set.values()}
    assert own <= written | {"1234"}, "1234 is the test body's"
    fixed = {one.export for one in deliveries(name, partner) if one.id in own - {"1234"}}
    assert fixed.isdisjoint(claim.of for claim in scenario.claims)
    assert not any(export.id is not None for export in scenario.exports), "then a failure is not played twice"


# Repeats


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_one_after_another_is_three_times_the_same_bytes_at_three_moments(partner: str) -> None:
    sent = [one for one in deliveries("repeats/one-after-another", partner) if one.end]
    assert len(sent) == 3
    assert len({one.data for one in sent}) == 1
    assert len({one.due for one in sent}) == 3


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_at_once_is_eight_times_the_same_bytes_at_one_moment(partner: str) -> None:
    sent = alerts("repeats/at-once", partner, step="at-once")
    assert len(sent) == 8
    assert len({one.data for one in sent}) == 1
    assert len({one.due for one in sent}) == 1
    assert all(one.end and one.genuine for one in sent)


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_after_a_day_the_same_bytes_come_24_hours_later_when_24_others_have_ended(partner: str) -> None:
    sent = deliveries("repeats/after-a-day", partner)
    copy = sent[-1]
    (first,) = [one for one in sent if one.data == copy.data and one.number != copy.number]
    assert copy.due - first.due == DAY
    between = [one for one in sent if one.end and first.due < one.due < copy.due]
    assert len({one.id for one in between} - {first.id}) == 24


# Runs


def test_two_runs_of_the_same_id_differ_in_their_time_alone() -> None:
    ends = [one for one in alerts("runs/same-id", export="feed") if one.end]
    assert [one.run for one in ends] == [1, 2]
    assert len({one.id for one in ends}) == 1
    first, second = map(fields, ends)
    assert {key for key in first if first[key] != second[key]} == {"Date and Time"}


def test_two_runs_with_ids_of_their_own_differ_in_id_and_time() -> None:
    ends = [one for one in alerts("runs/new-id", export="feed") if one.end]
    first, second = map(fields, ends)
    assert {key for key in first if first[key] != second[key]} == {"Export Request Id", "Date and Time"}


def test_two_jobs_of_one_definition_have_two_ids_and_one_definition() -> None:
    first, second = map(fields, alerts("runs/same-definition", "reachfive", export="twice"))
    assert first["id"] != second["id"]
    assert {first["definition_id"], first["definition_name"]} == {second["definition_id"], second["definition_name"]}


@pytest.mark.parametrize(("partner", "id_", "number"), [("clevertap", "Export Request Id", 4), ("reachfive", "id", 2)])
def test_two_exports_in_the_same_second_share_it_and_differ_in_their_ids(partner: str, id_: str, number: int) -> None:
    sent = [one for one in deliveries("runs/same-second", partner) if one.export.startswith("pair")]
    assert len(sent) == number
    for event in {one.event for one in sent}:
        first, second = (fields(one) for one in sent if one.event == event)
        assert first.pop(id_) != second.pop(id_)
        for told in (first, second):
            told.pop("definition_id", None)
            told.pop("definition_name", None)
        assert first == second


# Order


def test_end_first_is_completed_and_a_minute_later_the_initiated_of_before() -> None:
    end, start = alerts("order/end-first", export="report")
    assert (end.status, start.status) == ("Completed", "Initiated")
    assert (end.at - start.at, start.due - end.due) == (20.0, 60.0)


def test_a_late_start_comes_hours_after_its_end_with_other_exports_between() -> None:
    sent = deliveries("order/late-start", "clevertap")
    end, start = (one for one in sent if one.export == "report")
    assert (end.status, start.status) == ("Completed", "Initiated")
    assert start is sent[-1]
    assert start.at < end.at
    assert start.due - end.due > 5 * HOUR
    assert len([one for one in sent if one.end and end.due < one.due < start.due]) == 5


def test_alerts_of_one_second_come_in_either_order_and_side_by_side() -> None:
    sent = deliveries("order/same-second", "clevertap")
    by_run: dict[tuple[str, int], list[Delivery]] = {}
    for one in sent:
        by_run.setdefault((one.export, one.run), []).append(one)
    del by_run["plain", 1]
    start_ahead, end_ahead = ["Initiated", "Completed"], ["Completed", "Initiated"]
    assert {name: [one.status for one in two] for name, two in by_run.items()} == {
        ("start-first", 1): start_ahead,
        ("end-first", 1): end_ahead,
        **{(f"side-by-side-{number}", 1): start_ahead for number in (1, 2)},
        **{(f"end-ahead-{number}", 1): end_ahead for number in (1, 2, 3)},
        ("again", 1): start_ahead,
        ("again", 2): end_ahead,
    }
    assert all(one.time == two.time for one, two in by_run.values())
    apart = {name for name, (one, two) in by_run.items() if one.due != two.due}
    assert apart == {("start-first", 1), ("end-first", 1), ("again", 1)}
    assert len({one.id for one in sent if one.export == "again"}) == 1


def test_of_alerts_of_one_second_the_end_stands_and_is_acted_on_once_in_each_run() -> None:
    """Each by a claim of its own: where the probe shows no effects, the status is judged all the same."""
    claims = load_rule("order/same-second").played["clevertap"].claims
    told = {one.export: re.sub(r"-\d+$", "", one.export) for one in alerts("order/same-second") if one.end}
    runs = {of: 2 if of == "again" else 1 for name, of in told.items() if name != "plain"}
    assert {one.of: one.wants["status"] for one in claims if "status" in one.wants} == dict.fromkeys(runs, "Completed")
    assert {one.of: one.wants["effects"] for one in claims if "effects" in one.wants} == runs
    assert all(len(one.wants) == 1 for one in claims)


def test_end_only_is_one_completed() -> None:
    assert [one.status for one in alerts("order/end-only", export="running-already")] == ["Completed"]


def test_any_order_is_the_same_four_alerts_in_four_orders() -> None:
    sent = deliveries("order/any-order", "clevertap")
    by_export = {name: [one for one in sent if one.export == name] for name in {one.export for one in sent}}
    orders = {name: in_order(each) for name, each in by_export.items()}
    assert set(orders) == {"in-order", "mixed-1", "mixed-2", "mixed-3"}
    assert len({tuple(one) for one in orders.values()}) == 4
    assert len({tuple(sorted(one)) for one in orders.values()}) == 1
    assert [one.at for one in by_export["in-order"]] == sorted(one.at for one in by_export["in-order"])
    assert {name: len({one.id for one in each}) for name, each in by_export.items()} == dict.fromkeys(orders, 1)


def test_a_lost_export_is_one_initiated_and_days_of_others_that_complete() -> None:
    sent = deliveries("silence/never-completed", "clevertap")
    assert [one.status for one in sent if one.export == "lost"] == ["Initiated"]
    assert sent[-1].due - sent[0].due > 3 * DAY
    assert len([one for one in sent if one.status == "Completed"]) == 3


# Meaning


def test_a_partial_failure_is_a_success_whose_counts_are_the_ones_asked_for() -> None:
    (sent,) = alerts("meaning/partial-failure", "reachfive", export="consents")
    told = fields(sent)
    assert told["status"] == "SUCCESS"
    assert 0 < told["total_failed"] < told["total_operations"]
    asked = {
        key: value
        for _, want in wants(load_rule("meaning/partial-failure"), "reachfive")
        for key, value in want.items()
    }
    assert asked == {key: told[key] for key in ("total_failed", "total_succeeded", "total_operations")}


def test_two_jobs_fail_by_both_words() -> None:
    sent = [one for one in deliveries("meaning/failed", "reachfive") if one.export != "plain"]
    assert [(one.status, fields(one)["status"]) for one in sent] == [("FAILED", "FAILED"), ("FAILURE", "FAILURE")]
    assert all(one.genuine for one in sent)


def test_running_is_told_of_two_jobs_of_which_one_ends() -> None:
    sent = [one for one in deliveries("meaning/running", "reachfive") if one.export != "plain"]
    assert [(one.export, one.status) for one in sent] == [
        ("stuck", "RUNNING"),
        ("going-on", "RUNNING"),
        ("going-on", "SUCCESS"),
    ]
    assert sent[1].id == sent[2].id
    assert accepted("meaning/running", "reachfive") == {"for-ever": ("2xx", "refused"), "early": ("2xx", "refused")}


def test_an_import_is_a_report_that_differs_from_an_exports_in_its_type_alone() -> None:
    (sent,) = alerts("meaning/import", "reachfive", export="imported")
    (plain,) = alerts("meaning/import", "reachfive", export="plain")
    assert (fields(sent)["type"], fields(plain)["type"]) == ("import", "export")
    assert fields(sent).keys() == fields(plain).keys()
    assert sent.status == "SUCCESS"
    assert accepted("meaning/import", "reachfive") == {"import": ("2xx", "refused")}


@pytest.mark.parametrize("name", [name for name in LEVELS_AND_PARTNERS if name.startswith("order/")])
def test_a_true_notification_that_comes_late_is_answered_even_where_it_is_refused(name: str) -> None:
    assert "refused" not in {word for words in accepted(name, "clevertap").values() for word in words}


def test_the_consoles_test_body_is_the_partners_and_needs_a_receiver_that_is_tried() -> None:
    rule = load_rule("meaning/test-body")
    (sent,) = alerts("meaning/test-body", step="tried")
    assert rule.needs == ("test_body",)
    assert sent.genuine
    assert sent.id == "1234" == str(fields(sent)["targetId"])
    (expected,) = [one for one in rule.played["clevertap"].expectations if one.name == "tried"]
    assert expected.status == ("200",)


@pytest.mark.parametrize(("partner", "other"), [("clevertap", "reachfive"), ("reachfive", "clevertap")])
def test_what_goes_astray_is_what_the_other_partner_would_send(partner: str, other: str) -> None:
    (astray,) = alerts("meaning/other-partner", partner, step="astray")
    genuine = next(one for one in deliveries("meaning/other-partner", other) if one.end and one.genuine)
    assert fields(astray).keys() == fields(genuine).keys()
    assert not astray.valid
    assert accepted("meaning/other-partner", partner) == {"astray": ("refused",)}


# Time


def ends(name: str) -> dict[str, str]:
    """When each export completes, as the payload says it."""
    return {one.export: fields(one)["Date and Time"] for one in deliveries(name, "clevertap") if one.end}


def test_day_first_sends_the_5th_which_is_also_a_month_and_the_25th_which_is_none() -> None:
    told = ends("time/day-first")
    assert told["fifth"] == "05/07/2023 10:30:15 AM"
    assert told["twenty-fifth"] == "25/07/2023 10:30:15 AM"


def test_half_days_sends_midnight_noon_and_an_afternoon_of_a_day_that_is_also_the_month() -> None:
    told = ends("time/half-days")
    assert told["midnight"] == "01/01/2024 12:00:00 AM"
    assert told["noon"] == "01/01/2024 12:00:00 PM"
    assert told["afternoon"] == "01/01/2024 1:05:09 PM"
    assert told["after-midnight"] == "01/01/2024 1:05:00 AM"


MISREAD: dict[str, Callable[[int], int]] = {
    "noon for midnight": lambda hour: 12 if hour == 0 else hour,
    "hour 24 for midnight": lambda hour: 24 if hour == 0 else hour,
    "midnight for noon": lambda hour: 0 if hour == 12 else hour,
    "hour 24 for noon": lambda hour: 24 if hour == 12 else hour,
    "PM lost but at noon": lambda hour: hour - 12 if hour > 12 else hour,
    "AM and PM lost, 12 is noon": lambda hour: hour % 12 or 12,
    "AM and PM lost, 12 is midnight": lambda hour: hour % 12,
}


@pytest.mark.parametrize("misread", MISREAD.values(), ids=MISREAD.keys())
def test_a_wrong_half_day_puts_some_end_before_its_start_which_needs_no_zone(misread: Callable[[int], int]) -> None:
    claimed = {
        one.of: one.wants["status"]
        for one in load_rule("time/half-days").played["clevertap"].claims
        if one.kind == "eventually"
    }
    turned = []
    for name in claimed:
        start, end = alerts("time/half-days", export=name)
        assert (start.end, end.end) == (False, True)
        assert read(start) < read(end)
        turned += [name] if read(start, misread) > read(end, misread) else []
    assert turned
    assert claimed == dict.fromkeys(("midnight", "after-midnight", "noon", "afternoon"), "Completed")


def read(delivery: Delivery, hour: Callable[[int], int] = lambda hour: hour) -> datetime:
    """What a receiver makes of its time that takes the hour of the day, 0 to 23, for another one."""
    right = datetime.strptime(fields(delivery)["Date and Time"], "%d/%m/%Y %I:%M:%S %p").replace(tzinfo=UTC)
    return right + timedelta(hours=hour(right.hour) - right.hour)


def zoned(name: str) -> list[Claim]:
    """Its claims about a time that must not show."""
    return [claim for claim in load_rule(name).played["clevertap"].claims if "at" in claim.wants]


@pytest.mark.parametrize("name", ["time/day-first", "time/half-days"])
def test_no_time_that_must_not_show_is_the_true_one_in_any_zone_that_is_played_for(name: str) -> None:
    """A receiver that takes the zone for another one breaks time/zone, and not these."""
    start = story_start(load_rule(name).played["clevertap"], NOW)
    true = {
        one.export: datetime.fromtimestamp(start.timestamp() + one.at, start.tzinfo).replace(tzinfo=None)
        for one in deliveries(name, "clevertap")
        if one.end
    }
    wrong: dict[str, set[str]] = {}
    for claim in zoned(name):
        shown = datetime.fromisoformat(claim.wants["at"])
        assert shown.replace(tzinfo=None) != true[claim.of]
        wrong.setdefault(f"{claim.of} {shown.replace(tzinfo=None)}", set()).add(str(shown.utcoffset()))
    for zones in wrong.values():
        assert zones >= EVERYWHERE if name == "time/day-first" else zones >= {"5:30:00", "0:00:00", "None"}


def test_a_wrong_half_day_is_looked_for_in_zones_where_it_is_no_right_one_elsewhere() -> None:
    half, new_year = timedelta(hours=12), datetime(2024, 1, 1, 12)
    lived_in = {zone.utcoffset(new_year) for zone in ZONES}
    looked: dict[str, set[timedelta | None]] = {}
    for claim in zoned("time/half-days"):
        shown = datetime.fromisoformat(claim.wants["at"])
        looked.setdefault(f"{claim.of} {shown:%d %H}", set()).add(shown.utcoffset())
    late, early = looked["midnight 01 12"], looked["noon 01 00"]
    assert looked == {"midnight 01 12": late, "noon 02 00": late, "noon 01 00": early, "afternoon 01 01": early}
    assert not [one for one in late if one is not None and (one not in lived_in or one - half in lived_in)]
    assert not [one for one in early if one and (one not in lived_in or one + half in lived_in)]
    assert late >= {None, *(timedelta(hours=one) for one in (-8, -7, -6, -5, -4, -3, 0, 5.5))}
    assert early >= {None, *(timedelta(hours=one) for one in (0, 3, 4, 5, 5.5, 6, 7, 8, 9, 10, 11))}


@pytest.mark.parametrize("name", ["time/day-first", "time/half-days"])
def test_no_account_that_people_have_sees_the_right_time_where_the_wrong_one_would_be(name: str) -> None:
    """What is judged does not depend on where the account lies: read right in any zone, it is none of these moments."""
    start = story_start(load_rule(name).played["clevertap"], NOW)
    for claim in zoned(name):
        moment = datetime.fromisoformat(claim.wants["at"])
        (end,) = (one for one in deliveries(name, "clevertap") if one.end and one.export == claim.of)
        local = datetime.fromtimestamp(start.timestamp() + end.at, start.tzinfo).replace(tzinfo=None)
        for zone in ZONES if moment.tzinfo else ():
            right = local.replace(tzinfo=zone)
            assert right != moment or right.utcoffset() == timedelta(hours=12), zone


def test_only_a_receiver_that_says_that_its_account_is_in_india_is_asked_for_indias_time() -> None:
    rule = load_rule("time/zone")
    assert rule.needs == ("account_in_india",)
    assert rule.played["clevertap"].readings["zone"] == "Asia/Kolkata"


def test_the_zone_is_asked_for_at_a_moment_that_no_other_mistake_changes() -> None:
    told = ends("time/zone")
    (claim,) = load_rule("time/zone").played["clevertap"].claims
    assert told["report"] == "07/07/2023 10:30:15 AM"
    assert claim.wants == {"at": "2023-07-07T10:30:15+05:30"}


def test_fractions_are_of_none_three_and_six_digits_at_the_natural_moment_of_each_job() -> None:
    sent = deliveries("time/fractions", "reachfive")
    told = [(fields(one)["created_at"], fields(one)["updated_at"]) for one in sent if one.export != "plain"]
    assert [{len(time.partition(".")[2].rstrip("Z")) for time in pair} for pair in told] == [{0}, {3}, {6}]
    start = story_start(load_rule("time/fractions").played["reachfive"], NOW)
    for one, (_, updated) in zip([one for one in sent if one.export != "plain"], told, strict=True):
        assert abs(datetime.fromisoformat(updated).timestamp() - start.timestamp() - one.at) < 1.0


# Ids


def test_large_ids_are_alike_when_cut_to_32_bits_or_rounded_and_exact_in_a_double() -> None:
    ids = {one.export: int(one.id) for one in deliveries("ids/as-given", "clevertap")}
    assert ids["far"] == ids["large-2"] + 2**32
    assert ids["large-2"] == ids["large-1"] + 1
    assert f"{ids['large-1']:g}" == f"{ids['large-2']:g}"
    assert 2**31 < ids["large-1"] < ids["far"] < 2**53
    assert ids["plain"] < 2**31


@pytest.mark.parametrize("seed", range(5))
def test_among_many_jobs_are_ids_with_either_sign_and_the_plain_one_has_none(seed: int) -> None:
    ids = {one.export: one.id for one in deliveries("ids/as-given", "reachfive", seed=seed)}
    assert ids.pop("plain").isalnum()
    assert any("-" in one for one in ids.values())
    assert any("_" in one for one in ids.values())


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_the_control_of_the_ids_is_the_same_bytes_each_time_so_that_it_is_a_repeat_at_worst(partner: str) -> None:
    both = [alerts_of_plain(partner, seed) for seed in (1, 2)]
    assert both[0] == both[1] != []


def alerts_of_plain(partner: str, seed: int) -> list[bytes]:
    return [one.body for one in deliveries("ids/as-given", partner, seed=seed) if one.export == "plain"]


# Cut, load


@pytest.mark.parametrize(("partner", "words"), [("clevertap", ["Initiated", "Completed"]), ("reachfive", ["SUCCESS"])])
def test_the_partner_sends_all_of_it_and_hangs_up_when_its_timeout_is_over(partner: str, words: list[str]) -> None:
    told = alerts("cut/after-body", partner, export="report")
    assert [one.status for one in told] == words
    assert told[-1].script == (told[-1].data, HangUp(at_deadline=True))


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_three_times_the_partner_sends_all_of_it_and_is_gone(partner: str) -> None:
    gone = [one for one in deliveries("cut/at-once", partner) if one.script]
    assert len({one.id for one in gone}) == len(gone) == 3
    assert all(one.end and one.script == (one.data, Pause(0.0), HangUp()) for one in gone)


def test_that_a_job_is_there_is_claimed_where_nothing_of_it_was_answered() -> None:
    for name in ("cut/after-body", "cut/at-once"):
        assert wants(load_rule(name), "reachfive") == [("eventually", {"absent": False})]


@pytest.mark.parametrize(("partner", "together"), [("clevertap", 104), ("reachfive", 104)])
def test_a_hundred_exports_end_at_one_moment_and_four_of_them_are_told_twice(partner: str, together: int) -> None:
    rule = load_rule("load/acknowledged-is-kept")
    sent = deliveries(rule.name, partner)
    ended = [one for one in sent if one.end and one.export.startswith("fleet")]
    assert rule.alone
    assert len({one.due for one in ended}) == 1
    assert (len(ended), len({one.id for one in ended}), len({one.data for one in ended})) == (together, 100, 100)


@pytest.mark.parametrize("partner", ["clevertap", "reachfive"])
def test_five_exports_end_at_one_moment_and_the_receiver_is_killed_before_one_more_is_told(partner: str) -> None:
    rule = load_rule("cut/restart")
    assert rule.alone
    assert set(rule.needs) == {"probe", "start"}
    killed = rule.played[partner].restart
    assert killed is not None
    before = [one for one in deliveries(rule.name, partner) if one.due <= killed]
    after = [one for one in deliveries(rule.name, partner) if one.due > killed]
    assert len({one.id for one in before if one.end}) == 5
    assert len({one.due for one in before if one.end}) == 1
    assert {one.export for one in after} == {"after"}
