"""What ReachFive's provider writes into its job reports."""

import base64
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import pytest

from simulator import documents
from simulator.provider import Payload, Run
from simulator.providers.reachfive import REACHFIVE

START = datetime(2020, 11, 21, 14, 26, 10, 345_000, tzinfo=UTC).timestamp()


def run(traits: dict[str, Any] | None = None, **changes: Any) -> Run:
    about = REACHFIVE.about({"definition": "User export"} if traits is None else traits)
    one = Run("e", about, 1, 0, 1_580_000_000.0, bytes(range(16)), START, START + 1.285, None)
    return one._replace(**changes)


def payload(one: Run, moment: float | None = None, event: str = "finished", **readings: str) -> Payload:
    made = REACHFIVE.render(event, one, one.ended if moment is None else moment, REACHFIVE.choices(readings))
    assert documents.schema("payloads/reachfive/finished").accepts(made.fields) is (event == "finished")
    fields = made.fields
    assert fields["total_succeeded"] + fields["total_failed"] == fields["total_operations"]
    assert fields["updated_at"] >= fields["created_at"]
    return made


def test_the_documented_sample_comes_out_with_its_keys_in_order() -> None:
    sample = REACHFIVE.examples["finished"]
    made = payload(run({"definition": "User export", "result": "partial failure"}, id=sample["id"]))
    expected = {**sample, "definition_id": made.definition_id}
    assert list(made.fields.items()) == list(expected.items())
    assert made == Payload(made.fields, sample["id"], "SUCCESS", "2020-11-21T14:26:11.630Z", made.definition_id)


@pytest.mark.parametrize(
    ("traits", "status", "counts"),
    [
        ({}, "SUCCESS", (3, 3, 0)),
        ({"result": "success", "total": 0}, "SUCCESS", (0, 0, 0)),
        ({"result": "partial failure"}, "SUCCESS", (2, 3, 1)),
        ({"result": "partial failure", "total": 10, "failed": 4}, "SUCCESS", (6, 10, 4)),
        ({"result": "failed"}, "FAILED", (0, 3, 3)),
        ({"result": "failed", "total": 9, "failed": 2}, "FAILED", (7, 9, 2)),
        ({"result": "failed", "total": 0}, "FAILED", (0, 0, 0)),
    ],
)
def test_results_become_status_and_counts_that_add_up(
    traits: dict[str, Any], status: str, counts: tuple[int, int, int]
) -> None:
    fields = payload(run(traits)).fields
    assert fields["status"] == status
    assert (fields["total_succeeded"], fields["total_operations"], fields["total_failed"]) == counts


@pytest.mark.parametrize(
    ("traits", "because"),
    [
        ({"result": "success", "failed": 1}, "partial failure, not a success"),
        ({"result": "partial failure", "failed": 3}, "not 3 of 3"),
        ({"result": "partial failure", "total": 1}, "not 1 of 1"),
        ({"total": 2, "failed": 3}, "of 2 operations 3 cannot fail"),
        ({"failed": -1}, "of 3 operations -1 cannot fail"),
        ({"result": "odd"}, "result is one of success, partial failure, failed"),
        ({"kind": "Orders"}, "kind is one of User Profiles"),
        ({"every": "often"}, "is not a duration"),
    ],
)
def test_traits_that_cannot_be_are_refused(traits: dict[str, Any], because: str) -> None:
    with pytest.raises(ValueError, match=because):
        REACHFIVE.about(traits)


def test_a_failed_job_says_failure_where_that_is_the_reading() -> None:
    assert payload(run({"result": "failed"}), failed_word="FAILURE").status == "FAILURE"


@pytest.mark.parametrize(
    ("reading", "created", "updated"),
    [
        ("milliseconds", "2020-11-21T14:26:10.345Z", "2020-11-21T14:26:11.630Z"),
        ("microseconds", "2020-11-21T14:26:10.345000Z", "2020-11-21T14:26:11.630000Z"),
        ("seconds", "2020-11-21T14:26:10Z", "2020-11-21T14:26:11Z"),
    ],
)
def test_times_follow_their_reading(reading: str, created: str, updated: str) -> None:
    made = payload(run(), time_digits=reading)
    assert (made.fields["created_at"], made.fields["updated_at"], made.time) == (created, updated, updated)


@pytest.mark.parametrize("milliseconds", range(0, 1000, 7))
def test_no_millisecond_is_lost_to_floats(milliseconds: int) -> None:
    made = payload(run(), START - 0.345 + 5 + milliseconds / 1000)
    assert made.time == f"2020-11-21T14:26:15.{milliseconds:03}Z"


def test_an_import_is_an_import() -> None:
    assert payload(run(), job_type="import").fields["type"] == "import"


def test_an_id_is_the_time_of_creation_and_dice_in_base64url() -> None:
    raw = base64.urlsafe_b64decode(payload(run()).id)
    assert int.from_bytes(raw[:6], "big") == round(START * 1000)
    assert raw[6:] == bytes(range(9))
    assert payload(run(dice=b"\xfb\xff" * 8)).id.endswith("-__7__v_-__7")


def test_an_id_of_a_definition_is_the_time_that_ids_count_from_and_dice_of_that_and_the_exports_name() -> None:
    for export in ("e", "Ü", "e"):
        raw = base64.urlsafe_b64decode(payload(run(export=export)).definition_id)
        assert int.from_bytes(raw[:6], "big") == 1_580_000_000_000
        assert raw[6:] == blake2b(f"1580000000 {export}".encode(), digest_size=16).digest()[:9]


def test_a_definition_stays_over_all_runs_and_is_another_for_another_export() -> None:
    first, second, other = payload(run()), payload(run(number=2, dice=b"2" * 16)), payload(run(export="f"))
    assert first.definition_id == second.definition_id != other.definition_id
    assert first.id != second.id
    assert payload(run(base=1_580_000_001.0)).definition_id != first.definition_id


def test_a_definition_without_a_name_gets_one_made_up_for_good() -> None:
    name = payload(run({"kind": "user events"})).fields["definition_name"]
    assert name.startswith("User Events – ")
    assert payload(run({"kind": "user events"}, number=2)).fields["definition_name"] == name
    names = {payload(run({}, export=f"e-{n}")).fields["definition_name"] for n in range(40)}
    assert len(names) > 5


def test_a_job_moved_before_its_own_start_is_not_updated_before_it_was_created() -> None:
    assert payload(run(), START - 60).fields["created_at"] == "2020-11-21T14:25:10.345Z"


def test_running_is_an_anomaly_that_breaks_the_schema() -> None:
    made = payload(run(), START, event="running")
    assert made.status == "RUNNING"
    assert not REACHFIVE.events["running"].end


def test_there_is_one_attempt_of_ten_seconds_and_any_2xx_acknowledges() -> None:
    retry = REACHFIVE.retry(REACHFIVE.choices({}))
    assert (retry.attempts, retry.timeout) == (1, 10.0)
    assert REACHFIVE.acknowledged_by == ("2xx",)


def test_the_contradicting_sentence_on_timeouts_is_told_with_how_it_is_read() -> None:
    fact = next(one for one in REACHFIVE.facts if "contradicts itself" in one.says)
    assert fact.grade == "assumed"
    assert "never repeated" in fact.says
