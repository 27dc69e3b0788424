"""Which failures stand though a second play does not show them, and which doubts a second play settles."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.check import Hint
from simulator.checks import hints
from simulator.model import Outcome, Result
from simulator.scenario import Claim, Expectation
from tests.unit.checks.told_run import Told

REPEATS = Claim(kind="invariant", number=1, invariant="repeats-change-nothing")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def found(told: Told, said: Expectation | Claim) -> tuple[Result, Hint | None]:
    verdict = told.verdict(said)
    return verdict.result, hints(told.case(said)).get(verdict.check)


def claim(kind: Any = "eventually", of: str = "", **wants: Any) -> Claim:
    return Claim(kind=kind, number=1, of=of, wants=wants, window=1.0)


def twice(told: Told, **last: Any) -> None:
    """Two copies of an end of an export that was not known before."""
    told.see(0.1, "before", present=False)
    for copy in range(2):
        told.send("completed", 0.5, copy=copy)
    told.watch(0.6, 2.6, **{"status": "Completed", "effects": 1, **last})


SEEN, NOT_SEEN = (Result.FAILED, Hint.SEEN), (Result.FAILED, None)


@pytest.mark.parametrize("said", [REPEATS, claim(effects=1), claim("never", effects=2)])
@pytest.mark.parametrize("effects", [2, ["mail", "mail"]])
def test_what_is_counted_once_too_often_until_the_end_was_seen(told: Told, said: Claim, effects: Any) -> None:
    twice(told, effects=effects)
    assert found(told, said) == SEEN


@pytest.mark.parametrize("wants", [{"effects": 2}, {"status": "Initiated"}, {"total": 5}, {"runs": 1}])
def test_less_than_is_wanted_or_another_value_may_be_late(told: Told, wants: Mapping[str, Any]) -> None:
    told.select = {"status": "$.s", "effects": "$.e", "total": "$.t", "runs": "$.r"}
    twice(told, total=6, runs=0)
    assert found(told, claim(**wants)) == NOT_SEEN


@pytest.mark.parametrize("said", [REPEATS, claim("never", effects=2)])
def test_a_count_that_the_last_reading_takes_back_proves_nothing(told: Told, said: Claim) -> None:
    twice(told, effects=2)
    told.see(2.7, status="Completed", effects=1)
    assert found(told, said) == NOT_SEEN


def test_one_reading_proves_nothing(told: Told) -> None:
    twice(told)
    told.see(2.7, status="Completed", effects=2)
    assert found(told, claim(effects=1)) == NOT_SEEN
    told.see(2.8, status="Completed", effects=2)
    assert found(told, claim(effects=1)) == SEEN


@pytest.mark.parametrize("before", [None, {"present": None, "detail": "timeout"}])
def test_nor_do_any_of_an_export_that_may_have_been_known_before(told: Told, before: dict[str, Any] | None) -> None:
    if before:
        told.see(0.1, "before", **before)
    for copy in range(2):
        told.send("completed", 0.5, copy=copy)
    told.watch(0.6, 2.6, status="Completed", effects=2)
    assert found(told, REPEATS) == NOT_SEEN


def test_nor_do_any_that_name_another_id(told: Told) -> None:
    told.select = {"effects": "$.e", "id": "$.id"}
    twice(told, effects=2, id_=78)
    assert found(told, REPEATS) == NOT_SEEN


@pytest.mark.parametrize("named", [77, "77"])
def test_an_id_is_the_same_as_a_number_and_as_a_text(told: Told, named: object) -> None:
    told.select = {"effects": "$.e", "id": "$.id"}
    twice(told, effects=2, id_=named)
    assert found(told, REPEATS) == SEEN


def test_nothing_is_proven_while_a_delivery_is_in_doubt(told: Told) -> None:
    told.send("completed", 0.55, copy=2, took=None)
    twice(told, effects=2)
    assert found(told, REPEATS) == NOT_SEEN


def forged(told: Told, answer: int = 401, **seen: Any) -> None:
    """A genuine export, and another that only a forged end told of."""
    told.see(0.1, "before", present=False)
    told.send("completed", 0.2)
    told.watch(0.3, 2.6, status="Completed", effects=1)
    told.see(0.1, "before", present=False, id="78", export="forged")
    told.send("completed", 0.5, id="78", export="forged", step="wrong", credentials="wrong", answer=answer)
    told.watch(0.6, 2.6, id="78", export="forged", **seen)


@pytest.mark.parametrize("said", [claim("never", "forged", status="Completed"), claim(of="forged", absent=True)])
def test_what_nothing_genuine_told_of_and_is_there_was_seen(told: Told, said: Claim) -> None:
    forged(told, status="Completed")
    assert found(told, said) == SEEN


def test_what_never_may_be_and_was_there_for_a_while_was_seen_where_nothing_genuine_can_have_made_it(
    told: Told,
) -> None:
    forged(told, status="Completed")
    told.see(2.7, id="78", export="forged", present=False)
    assert found(told, claim("never", "forged", status="Completed")) == SEEN


def test_what_is_to_go_may_be_slow_to_go_where_it_was_rightful(told: Told) -> None:
    twice(told)
    assert found(told, claim(absent=True)) == NOT_SEEN


def test_what_went_away_may_come_back(told: Told) -> None:
    twice(told)
    told.watch(2.7, 3.7, present=False)
    assert found(told, claim("never", absent=True)) == NOT_SEEN


def wrong(*status: str) -> Expectation:
    return Expectation(name="wrong", status=status)


@pytest.mark.parametrize("status", ["refused", "401", "4xx"])
def test_an_acknowledged_forgery_was_seen_and_an_error_was_not(told: Told, status: str) -> None:
    forged(told, answer=200, present=False)
    assert found(told, wrong(status)) == SEEN


@pytest.mark.parametrize("answer", [500, 302])
def test_another_answer_to_a_forgery_may_be_the_noise_of_a_moment(told: Told, answer: int) -> None:
    forged(told, answer=answer, present=False)
    assert found(told, wrong("refused")) == NOT_SEEN
    assert found(told, wrong("401")) == NOT_SEEN


def test_what_may_be_acknowledged_is_no_proof_by_being_so_with_another_code(told: Told) -> None:
    told.acknowledged_by = ("2xx",)
    forged(told, answer=200, present=False)
    assert found(told, wrong("202")) == NOT_SEEN


def test_a_failure_of_what_is_genuine_may_not_come_again(told: Told) -> None:
    told.send("completed", 0.5, answer=500)
    assert found(told, Expectation(name="each", status=("ack",))) == NOT_SEEN


def test_a_proof_is_told_before_any_other_failure(told: Told) -> None:
    told.see(0.05, "before", present=False, id="76", export="other")
    told.send("completed", 0.1, id="76", export="other")
    told.watch(0.2, 2.6, id="76", export="other", status="Completed", effects=0)
    twice(told, effects=2)
    said = claim(effects=1)
    assert found(told, said) == SEEN
    assert "2 of 2 exports fell short; the first: nightly (id 77)" in told.verdict(said).because


@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.RESET])
def test_a_second_play_settles_what_hangs_on_the_age_of_a_connection(told: Told, outcome: Outcome) -> None:
    told.send("completed", 0.2)
    told.send("completed", 0.5, step="wrong", credentials="wrong", answer=outcome, reused=True)
    assert found(told, wrong("refused")) == (Result.INCONCLUSIVE, Hint.AGED)


def test_no_second_play_settles_what_has_no_control(told: Told) -> None:
    told.send("completed", 0.5, step="wrong", credentials="wrong", answer=Outcome.CLOSED, reused=True)
    assert found(told, wrong("refused")) == (Result.INCONCLUSIVE, None)
