"""Every scenario that ships can be read and planned, says what it is for, and checks something."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.authoring import load_scenario, receiver_at
from simulator.model import Delivery, HangUp
from simulator.receiver import Receiver
from simulator.resources import shipped_scenarios
from simulator.scenario import Scenario
from simulator.timeline import plan, story_start

NAMES = tuple(shipped_scenarios())
ANY = pytest.mark.parametrize("name", NAMES)
NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MODELINE = "# yaml-language-server: $schema=../../schemas/scenario.schema.json"
LIVED = 90 * 86_400.0  # no story is longer


def receiver() -> Receiver:
    return receiver_at("http://127.0.0.1:8000/hooks", authorization="Bearer c2hpcHBlZCBzY2VuYXJpb3M")


def deliveries(name: str, seed: int = 7) -> list[Delivery]:
    scenario = load_scenario(name)
    return list(plan(scenario, receiver(), seed=seed, start=story_start(scenario, NOW)))


def partner_of(name: str) -> str:
    folder, _, rest = name.partition("/")
    return rest if folder == "load" else folder


def cut_off(delivery: Delivery) -> bool:
    """Whether the partner hangs up on purpose."""
    return any(isinstance(part, HangUp) for part in delivery.script or ())


def comment_of(path: Path) -> list[str]:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == MODELINE
    first_blank = lines.index("")
    return lines[1:first_blank]


def named(scenario: Scenario) -> set[str]:
    """What a claim or an expectation may name."""
    alike = {f"{one.name}-{number}" for one in scenario.exports for number in range(1, one.count + 1)}
    return alike | {one.name for one in scenario.exports} | {one.name for one in scenario.steps}


def test_both_partners_have_their_scenarios() -> None:
    folders = Counter(name.partition("/")[0] for name in NAMES)
    assert folders["clevertap"] >= 7
    assert folders["reachfive"] >= 5
    assert set(folders) == {"clevertap", "reachfive", "load"}


def test_each_partner_has_one_that_is_made_for_loads_and_no_other_scenario_is() -> None:
    made = {name for name in NAMES if load_scenario(name).load}
    assert made == {"load/clevertap", "load/reachfive"}


@ANY
def test_its_name_is_partner_and_kebab_case(name: str) -> None:
    assert re.fullmatch(r"(clevertap|reachfive)/[a-z0-9]+(-[a-z0-9]+)*|load/(clevertap|reachfive)", name)


@ANY
def test_it_begins_with_its_schema_and_two_to_five_lines_on_what_it_proves(name: str) -> None:
    comment = comment_of(shipped_scenarios()[name])
    assert 2 <= len(comment) <= 5
    assert all(line.startswith("# ") and len(line) <= 120 for line in comment)


@ANY
def test_it_is_read_and_is_about_the_partner_in_whose_folder_it_lies(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.provider == partner_of(name)
    assert scenario.title


@ANY
def test_it_says_what_it_expects_of_answers_and_of_state(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.expectations
    assert scenario.claims


@ANY
def test_what_it_claims_is_about_exports_it_has(name: str) -> None:
    scenario = load_scenario(name)
    known = named(scenario)
    assert [claim.of for claim in scenario.claims if claim.of not in known] == []
    assert [one.name for one in scenario.expectations if one.name.partition(".")[0] not in {"each", *known}] == []


@ANY
def test_every_delivery_that_is_no_genuine_one_has_an_expectation_of_its_own(name: str) -> None:
    expected = {one.name for one in load_scenario(name).expectations}
    loose = {one.step for one in deliveries(name) if not one.genuine and not cut_off(one)} - expected
    assert loose == set(), "without one anything goes, and the delivery proves nothing"


@ANY
def test_a_delivery_that_is_cut_off_has_no_expectation_but_a_claim_about_its_export(name: str) -> None:
    """Its sender hung up, so no answer can be expected: only the state tells what became of it."""
    scenario = load_scenario(name)
    cut = [one for one in deliveries(name) if cut_off(one)]
    assert {one.step for one in cut}.isdisjoint(one.name for one in scenario.expectations)
    assert {one.export for one in cut} <= {claim.of for claim in scenario.claims}


@ANY
def test_some_delivery_is_one_that_the_partner_itself_would_send(name: str) -> None:
    assert any(one.genuine for one in deliveries(name))


@ANY
def test_its_plan_is_the_same_bytes_for_the_same_seed_and_other_ids_for_another(name: str) -> None:
    first, again, other = deliveries(name), deliveries(name), deliveries(name, seed=8)
    assert [one.data for one in first] == [one.data for one in again]
    fixed = {str(one.id) for one in load_scenario(name).exports if one.id is not None}
    own = {one.id for one in first if one.export and one.valid and one.event != "test"} - fixed
    assert own.isdisjoint(one.id for one in other)


@ANY
def test_it_is_played_in_seconds_however_long_its_story(name: str) -> None:
    scenario = load_scenario(name)
    planned = deliveries(name)
    assert scenario.scale is not None
    assert scenario.scale.wall(max(one.due for one in planned)) <= 3.0
    assert max(one.due for one in planned) <= LIVED
    assert len(planned) <= 500
    assert max(claim.window for claim in scenario.claims) <= 5.0


@ANY
def test_what_is_to_arrive_in_order_is_due_further_apart_than_the_partners_timeout(name: str) -> None:
    """What is due within one timeout goes out side by side; in these stories only what is due at once may."""
    dues = sorted({one.due for one in deliveries(name)})
    timeout = deliveries(name)[0].route.timeout
    assert [(a, b) for a, b in pairwise(dues) if b - a <= timeout] == []


def test_the_clevertap_sample_is_sent_to_the_letter() -> None:
    (sample,) = deliveries("clevertap/documented-sample")
    assert sample.body.decode() == (
        '{"Export Request Id":1690283492,"Partner":"Google Cloud Storage","Type":"Events","Status":"Completed",'
        '"Frequency":"One Time","Date and Time":"25/07/2023 4:50:52 PM"}'
    )


def test_the_reachfive_sample_is_sent_to_the_letter() -> None:
    (sample,) = deliveries("reachfive/documented-sample")
    assert json.loads(sample.body) == {
        "total_succeeded": 2,
        "total_operations": 3,
        "total_failed": 1,
        "id": "AXVLjk0mPq3Zdy8Qkpxt",
        "status": "SUCCESS",
        "created_at": "2020-11-21T14:26:10.345Z",
        "type": "export",
        "updated_at": "2020-11-21T14:26:11.630Z",
        "definition_id": "AWstKc0mPq3Zqw5seX89",
        "definition_name": "User export",
    }


def test_midnight_noon_and_afternoon_are_written_as_clevertap_writes_them() -> None:
    times = [json.loads(one.body)["Date and Time"] for one in deliveries("clevertap/hours-and-days") if one.end]
    assert times == ["05/07/2023 12:00:00 AM", "05/07/2023 12:00:00 PM", "05/07/2023 1:05:09 PM"]


def test_the_hour_that_comes_twice_gives_two_exports_the_same_local_time() -> None:
    starts = [
        json.loads(one.body)["Date and Time"]
        for one in deliveries("clevertap/clocks-go-back")
        if one.export.startswith("twice") and not one.end
    ]
    assert starts == ["25/10/2026 2:10:00 AM"] * 2


def test_a_days_four_hourly_export_keeps_one_id_and_the_other_reading_makes_a_new_one_each_run() -> None:
    assert len({one.id for one in deliveries("clevertap/four-hourly-day")}) == 1
    assert len({one.id for one in deliveries("clevertap/new-id-each-run")}) == 4


def test_a_failed_run_sends_its_start_and_nothing_more() -> None:
    planned = [one for one in deliveries("clevertap/failed-export-is-silence") if one.export == "nightly"]
    assert [(one.run, one.event) for one in planned] == [
        (1, "initiated"),
        (1, "completed"),
        (2, "initiated"),
        (3, "initiated"),
        (3, "completed"),
    ]


def test_a_month_of_four_hourly_exports_is_180_runs() -> None:
    planned = deliveries("clevertap/month-of-exports")
    assert len(planned) == 360
    assert len({one.body for one in planned}) == 360


def test_an_id_beyond_32_bits_has_a_twin_that_is_the_same_when_cut_to_32_and_both_are_exact_in_a_double() -> None:
    ids = {one.export: int(one.id) for one in deliveries("clevertap/large-ids")}
    assert ids["far"] == ids["large-2"] + 2**32
    assert ids["large-2"] == ids["large-1"] + 1
    assert 2**32 < min(ids.values()) < max(ids.values()) < 2**53


def test_ids_to_the_letter_are_told_apart_by_case_alone_and_by_the_last_letter_alone() -> None:
    first, other_letters, other_end = (one.id for one in deliveries("reachfive/ids-to-the-letter"))
    assert first != other_letters
    assert first.lower() == other_letters.lower()
    assert first[-1] != other_end[-1]
    assert first[:-1] == other_end[:-1]


@pytest.mark.parametrize("name", ["clevertap/wrong-credentials", "reachfive/wrong-credentials"])
def test_nothing_comes_between_the_last_forged_request_and_a_genuine_one(name: str) -> None:
    """A body left unread is taken for the next request: that is not to be a probe's reading of the forged one."""
    planned = deliveries(name)
    forged, genuine = planned[-2:]
    assert (forged.credentials, forged.export) == ("wrong", "")
    assert genuine.genuine
    assert genuine.id in {one.id for one in planned[:-2]}, "its state was read before, so nothing is read now"


def test_what_is_sent_beside_the_two_pieces_leaves_after_the_first_of_them() -> None:
    together = [one for one in deliveries("clevertap/body-in-two-pieces") if one.due == 560.0]
    assert [one.step for one in together] == ["in-pieces", "beside", "beside-too"]
