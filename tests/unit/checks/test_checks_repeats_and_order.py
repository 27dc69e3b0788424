"""`repeats-change-nothing` and `order-changes-nothing`: what copies and overtaking do to the receiver's state."""

from pathlib import Path
from typing import Any

import pytest

from simulator.checks import watches
from simulator.model import Outcome, Result
from simulator.scenario import Claim, Export, Scenario, Step
from tests.unit.checks.told_run import Told

REPEATS = Claim(kind="invariant", number=1, invariant="repeats-change-nothing")
ORDER = Claim(kind="invariant", number=1, invariant="order-changes-nothing")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


# repeats: effects


def test_only_the_export_that_was_named_is_asked(told: Told) -> None:
    three_times(told, status="Completed", effects=1)
    for copy in range(4):
        told.send("completed", 1.0, copy=copy, id="78", export="other")
    told.watch(1.1, 3.1, id="78", export="other", status="Completed", effects=4)
    nightly = Claim(kind="invariant", number=1, invariant="repeats-change-nothing", of="nightly")
    assert told.verdict(nightly).result is Result.PASSED
    verdict = told.verdict(REPEATS)
    assert verdict.because.startswith("1 of 2 exports fell short; other (id 78) shows effects 4")


def test_the_notification_that_came_most_often_is_named(told: Told) -> None:
    three_times(told, status="Completed", effects=1)
    told.send("initiated", 0.7, copy=1)
    assert "nightly[1].completed came 3 times" in told.verdict(REPEATS).because


def three_times(told: Told, *, apart: float = 0.0, **last: Any) -> None:
    told.send("initiated", 0.5)
    for copy in range(3):
        told.send("completed", 1.0 + copy * apart, copy=copy)
    told.watch(1.1 + 3 * apart, 3.1 + 3 * apart, **last)


@pytest.mark.parametrize("apart", [0.0, 1.0])
@pytest.mark.parametrize("effects", [1, ["mail"]])
def test_three_copies_that_act_once_pass(told: Told, apart: float, effects: Any) -> None:
    three_times(told, apart=apart, status="Completed", effects=effects)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.PASSED
    assert verdict.because == "nightly[1].completed came 3 times, and nightly (id 77) shows effects 1"


@pytest.mark.parametrize("apart", [0.0, 1.0])
@pytest.mark.parametrize("effects", [2, ["mail", "mail"]])
def test_three_copies_that_act_twice_fail(told: Told, apart: float, effects: Any) -> None:
    three_times(told, apart=apart, status="Completed", effects=effects)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.FAILED
    assert "shows effects 2" in verdict.because
    assert "when 1 end had been sent, in 4 requests, the last of them nightly[1].completed+2" in verdict.because


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (["initiated"], "when no end had been sent, in 1 request, the last"),
        (["initiated", "initiated"], "when no end had been sent, in 2 requests, the last"),
        (["completed"], "when 1 end had been sent, in 1 request, the last"),
        (["completed", "finished"], "when 2 different ends had been sent, in 2 requests, the last"),
    ],
)
def test_how_many_were_sent_is_told_in_good_grammar(told: Told, sent: list[str], words: str) -> None:
    for number, event in enumerate(sent):
        told.send(event, 1.0 + number)
    told.watch(5.0, 8.0, status="Completed", effects=7)
    assert words in told.verdict(REPEATS).because


def test_acting_twice_for_a_moment_fails(told: Told) -> None:
    three_times(told, apart=1.0, status="Completed", effects=1)
    told.see(2.5, "after", status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_acting_twice_late_in_the_window_fails(told: Told) -> None:
    three_times(told, status="Completed", effects=1)
    told.see(3.2, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_a_window_not_watched_to_its_end_does_not_pass(told: Told) -> None:
    three_times(told, status="Completed", effects=1)
    told.send("completed", 2.9, copy=3)
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_no_act_at_all_shows_nothing_about_copies(told: Told) -> None:
    three_times(told, status="Completed", effects=0)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "not acted on at all" in verdict.because


def test_copies_of_what_ends_nothing_need_no_act(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("initiated", 1.5, copy=1)
    told.watch(1.6, 3.6, status="Initiated", effects=0)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_two_different_ends_may_act_twice(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 1.5, copy=1)
    told.send("completed", 2.0, at=14960.0, run=2)
    told.watch(2.1, 4.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_second_end_may_act_from_when_it_was_sent_on_and_not_before(tmp_path: Path) -> None:
    for t, result in ((1.8, Result.FAILED), (1.999, Result.PASSED), (2.001, Result.PASSED)):
        told = Told(folder=tmp_path)
        told.send("completed", 1.0)
        told.send("completed", 1.5, copy=1)
        told.see(t, "after", status="Completed", effects=2)
        told.send("completed", 2.0, at=14960.0, run=2, took=0.5)
        told.watch(2.6, 4.6, status="Completed", effects=2)
        assert told.verdict(REPEATS).result is result


@pytest.mark.parametrize(
    "how", [{"valid": False}, {"fault": True}, {"answer": 500}, {"answer": Outcome.TIMEOUT_HEADERS}]
)
def test_another_end_that_may_have_been_taken_in_may_act(told: Told, how: dict[str, Any]) -> None:
    told.send("completed", 1.0)
    told.send("completed", 1.5, copy=1)
    told.send("completed", 2.0, step="odd", at=600.0, **how)
    told.watch(2.1, 4.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_broken_start_may_have_been_taken_for_an_end(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 1.5, copy=1)
    told.send("initiated", 2.0, step="odd", at=600.0, valid=False, status="Completed")
    told.watch(2.1, 4.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_forged_copy_of_the_same_bytes_is_a_copy(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 1.5, copy=1)
    told.send("completed", 2.0, step="forged", credentials="wrong", answer=401)
    told.watch(2.1, 4.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_an_end_sent_once_that_acts_twice_fails_too(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_a_partners_own_retry_is_a_copy(tmp_path: Path) -> None:
    for effects, result in ((1, Result.PASSED), (2, Result.FAILED)):
        told = Told(folder=tmp_path)
        number = told.send("completed", 1.0, answer=Outcome.TIMEOUT_HEADERS, final=False)
        told.send("completed", 2.0, number=number, attempt=2)
        told.watch(2.1, 4.1, status="Completed", effects=effects)
        assert told.verdict(REPEATS).result is result


def test_without_a_copy_in_the_journal_it_is_inconclusive(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing of any export was sent more than once and acknowledged" in verdict.because


def test_every_end_counts_the_first_delivery_too(told: Told) -> None:
    told.send("completed", 1.0)
    for copy in range(2):
        told.send("completed", 2.0 + copy, at=14960.0, run=2, copy=copy)
    told.watch(3.1, 5.1, status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.PASSED


@pytest.mark.parametrize(
    ("how", "effects"), [({"valid": False}, 1), ({"answer": 500}, 1), ({"answer": Outcome.REFUSED}, 0)]
)
def test_copies_that_are_not_genuine_not_acknowledged_or_never_came_are_no_evidence(
    told: Told, how: dict[str, Any], effects: int
) -> None:
    told.send("initiated", 0.5)
    for copy in range(2):
        told.send("completed", 1.0 + copy, copy=copy, **how)
    told.watch(2.1, 4.1, status="Initiated", effects=effects)
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_what_was_there_before_proves_nothing(told: Told) -> None:
    told.see(0.1, "before", status="Completed", effects=1)
    three_times(told, status="Completed", effects=2)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "state left from an earlier run" in verdict.because


def test_what_was_there_before_spoils_nothing_where_nothing_was_repeated(told: Told) -> None:
    three_times(told, status="Completed", effects=1)
    told.see(0.1, "before", status="Completed", effects=1, id="78")
    told.send("completed", 1.0, id="78")
    told.watch(1.1, 3.1, id="78", status="Completed", effects=2)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_no_act_on_what_was_repeated_beside_a_start_shows_nothing(told: Told) -> None:
    three_times(told, status="Completed", effects=0)
    told.send("initiated", 0.7, copy=1)
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_what_no_reading_saw_is_inconclusive(told: Told) -> None:
    for copy in range(2):
        told.send("completed", 1.0, copy=copy)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "no reading of nightly (id 77) worked" in verdict.because


def test_what_is_gone_at_the_end_does_not_count_as_acting_once(told: Told) -> None:
    three_times(told, present=False)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing shows how often nightly (id 77) was acted on" in verdict.because


# repeats: runs


def with_runs(folder: Path, runs: Any) -> Told:
    told = Told(folder=folder, select={"runs": "$.runs"})
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.send("completed", 3.0, copy=1)
    told.watch(3.1, 5.1, runs=runs)
    return told


@pytest.mark.parametrize(("runs", "result"), [(1, Result.PASSED), (2, Result.FAILED), ([{}, {}], Result.FAILED)])
def test_copies_make_no_run(tmp_path: Path, runs: Any, result: Result) -> None:
    assert with_runs(tmp_path, runs).verdict(REPEATS).result is result


@pytest.mark.parametrize(("runs", "result"), [(2, Result.PASSED), (3, Result.FAILED)])
def test_a_start_after_an_end_makes_a_run_whatever_the_author_called_it(
    tmp_path: Path, runs: int, result: Result
) -> None:
    told = Told(folder=tmp_path, select={"runs": "$.runs"})
    told.send("completed", 2.0, at=560.0)
    told.send("completed", 3.0, at=560.0, copy=1)
    told.send("initiated", 4.0, at=14400.0)
    told.watch(4.1, 6.1, runs=runs)
    assert told.verdict(REPEATS).result is result


def test_an_end_without_its_start_is_a_run(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"runs": "$.runs"})
    for copy in range(2):
        told.send("completed", 2.0 + copy, at=560.0, copy=copy)
    told.send("completed", 4.0, at=14960.0)
    told.watch(4.1, 6.1, runs=2)
    assert told.verdict(REPEATS).result is Result.PASSED


@pytest.mark.parametrize(("runs", "result"), [(2, Result.PASSED), (3, Result.FAILED)])
def test_two_starts_are_two_runs(tmp_path: Path, runs: int, result: Result) -> None:
    told = Told(folder=tmp_path, select={"runs": "$.runs"})
    for copy in range(2):
        told.send("initiated", 2.0 + copy, at=0.0, copy=copy)
    told.send("initiated", 4.0, at=14400.0)
    told.watch(4.1, 6.1, runs=runs)
    assert told.verdict(REPEATS).result is result


def test_the_start_of_one_run_and_the_end_of_the_next_are_two_runs(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"runs": "$.runs"})
    told.send("initiated", 2.0, at=0.0, run=1)
    for copy in range(2):
        told.send("completed", 3.0 + copy, at=14960.0, run=2, copy=copy)
    told.watch(4.1, 6.1, runs=2)
    assert told.verdict(REPEATS).result is Result.PASSED


# repeats: acknowledged


@pytest.mark.parametrize("answer", [409, 500, Outcome.TIMEOUT_HEADERS, Outcome.REDIRECTED, Outcome.CLOSED])
def test_a_copy_of_what_was_acknowledged_is_to_be_acknowledged(told: Told, answer: int | Outcome) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1, answer=answer)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.FAILED
    assert (
        "nightly[1].completed+1, a copy of what was acknowledged as nightly[1].completed, came back" in verdict.because
    )


def test_a_copy_turned_away_while_the_first_is_still_being_answered_breaks_nothing(told: Told) -> None:
    told.send("completed", 1.0, took=0.2)
    told.send("completed", 1.0, copy=1, answer=409)
    told.watch(1.3, 3.3, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is not Result.FAILED
    told.send("completed", 1.2, copy=2, answer=409)
    told.watch(1.3, 3.3, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_of_later_copies_side_by_side_all_but_one_may_be_turned_away(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 5.0, copy=1, took=0.1)
    told.send("completed", 5.0, copy=2, answer=409)
    told.watch(5.2, 7.2, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_later_copies_side_by_side_may_not_all_be_turned_away(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 5.0, copy=1, answer=409)
    told.send("completed", 5.0, copy=2, answer=409)
    told.watch(5.2, 7.2, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_a_first_copy_that_failed_before_one_was_acknowledged_is_not_about_copies(told: Told) -> None:
    told.send("completed", 1.0, answer=503)
    told.send("completed", 2.0, copy=1)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_copies_that_failed_before_one_was_acknowledged_are_not_about_copies(told: Told) -> None:
    for copy, answer in enumerate((503, 503, 200)):
        told.send("completed", 1.0 + copy, copy=copy, answer=answer)
    told.watch(3.1, 5.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_an_attempt_that_the_partner_makes_again_is_not_the_last_word(told: Told) -> None:
    told.send("completed", 1.0)
    number = told.send("completed", 2.0, copy=1, answer=503, final=False)
    told.send("completed", 3.0, copy=1, number=number, attempt=2)
    told.watch(3.1, 5.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_used_connection_that_ended_for_its_age_is_not_about_copies(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1, answer=Outcome.CLOSED, reused=True)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_used_connection_on_which_an_answer_came_did_not_end_for_its_age(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1, answer=409, reused=True)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.FAILED


def test_a_copy_in_doubt_leaves_all_in_doubt(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1, took=None)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


# repeats: readings compared


def compared(folder: Path, before: dict[str, Any], after: dict[str, Any], *select: str) -> Told:
    told = Told(folder=folder, select={name: f"$.{name}" for name in (*select, "status")})
    told.send("initiated", 0.5)
    told.send("completed", 1.0)
    told.see(1.1, "after", **before)
    told.send("completed", 2.0, copy=1)
    told.watch(2.1, 4.1, **after)
    return told


DONE = {"status": "Completed"}


def test_the_same_before_and_after_the_copy_passes_and_says_what_would_show_more(tmp_path: Path) -> None:
    verdict = compared(tmp_path, {**DONE, "at": "x"}, {**DONE, "at": "x"}, "at").verdict(REPEATS)
    assert verdict.result is Result.PASSED
    assert "`effects` under the probe's `select` would show more" in verdict.because


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        ({"total_failed": 1}, {"total_failed": 2}, Result.FAILED),
        ({"total_failed": 1}, {"total_failed": 1.0}, Result.PASSED),
        ({"total_failed": 1}, {}, Result.FAILED),
        ({}, {"total_failed": 1}, Result.PASSED),
        ({"name": "a"}, {"name": "b"}, Result.FAILED),
        ({"mails": 0}, {"mails": 1}, Result.INCONCLUSIVE),
        ({"mails": 0, "name": "a"}, {"mails": 1, "name": "b"}, Result.FAILED),
        ({}, {"status": "Initiated"}, Result.FAILED),
        ({}, {"status": None}, Result.FAILED),
        ({}, {"status": "archived"}, Result.INCONCLUSIVE),
        ({}, {"present": False}, Result.FAILED),
    ],
)
def test_what_a_copy_changed_is_found(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], result: Result
) -> None:
    names = {*before, *after} - {"present", "status"}
    verdict = compared(tmp_path, {**DONE, **before}, {**DONE, **after}, *names).verdict(REPEATS)
    assert verdict.result is result
    assert ("is not after it" in verdict.because) is (after == {"present": False})


def behind(folder: Path, *, lasts: bool) -> Told:
    """After the copy one reading shows nothing, as of a replica that is behind; the next all again, or never."""
    told = Told(folder=folder, select={"status": "$.status", "name": "$.name"})
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed", name="a")
    told.send("completed", 2.0, copy=1)
    told.see(2.1, "after", present=False)
    told.watch(2.2, 4.1, present=not lasts, status="Completed", name="a")
    return told


def test_what_the_next_reading_shows_again_was_not_changed_by_the_copy(tmp_path: Path) -> None:
    assert behind(tmp_path, lasts=False).verdict(REPEATS).result is Result.PASSED
    assert behind(tmp_path, lasts=True).verdict(REPEATS).result is Result.FAILED


def test_what_another_notification_brought_back_was_changed_by_the_copy(tmp_path: Path) -> None:
    told = behind(tmp_path, lasts=False)
    told.send("initiated", 2.15, at=600.0, run=2)
    assert told.verdict(REPEATS).result is not Result.PASSED


def test_totals_are_compared_beside_effects(tmp_path: Path) -> None:
    before, after = {**DONE, "effects": 1, "total": 3}, {**DONE, "effects": 1, "total": 6}
    assert compared(tmp_path, before, after, "effects", "total").verdict(REPEATS).result is Result.FAILED


def test_effects_that_come_late_are_no_change_by_the_copy(tmp_path: Path) -> None:
    before, after = {**DONE, "effects": 0}, {**DONE, "effects": 1}
    assert compared(tmp_path, before, after, "effects").verdict(REPEATS).result is Result.PASSED


def test_a_reading_that_does_not_show_the_first_copy_yet_is_no_start(tmp_path: Path) -> None:
    told = compared(tmp_path, {"status": "Initiated", "total": 0}, {**DONE, "total": 3}, "total")
    verdict = told.verdict(REPEATS)
    assert verdict.result is Result.INCONCLUSIVE
    assert "declare `effects`" in verdict.because


@pytest.mark.parametrize(("t", "took"), [(0.9, 0.15), (1.95, 0.1)])
def test_a_reading_that_overlaps_with_a_copy_is_no_start(tmp_path: Path, t: float, took: float) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "total": "$"})
    told.send("completed", 1.0, took=0.05)
    told.see(t, "after", took=took, status="Completed", total=0)
    told.send("completed", 2.0, copy=1)
    told.watch(2.1, 4.1, status="Completed", total=3)
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_what_was_sent_between_explains_a_change(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "at": "$"})
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed", at="1")
    told.send("initiated", 1.5, at=14400.0, run=2)
    told.send("completed", 2.0, copy=1)
    told.watch(2.1, 4.1, status="Initiated", at="2")
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_what_is_sent_after_the_copies_does_not_spoil_the_readings_before_it(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "at": "$"})
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed", at="1")
    told.send("completed", 2.0, copy=1)
    told.see(2.1, "after", status="Completed", at="9")
    told.send("initiated", 3.0, at=14400.0, run=2)
    told.watch(3.1, 5.1, status="Initiated", at="2")
    assert told.verdict(REPEATS).result is Result.FAILED


def test_readings_after_the_first_of_several_later_events_are_not_compared(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "at": "$"})
    told.send("initiated", 1.0)
    told.see(1.1, "after", status="Initiated", at="1")
    told.send("initiated", 2.0, copy=1)
    told.see(2.1, "after", status="Initiated", at="1")
    told.send("completed", 3.0)
    told.see(3.1, "after", status="Completed", at="3")
    told.send("initiated", 4.0, at=14400.0, run=2)
    told.watch(4.1, 6.1, status="Initiated", at="4")
    assert told.verdict(REPEATS).result is Result.PASSED


def test_a_newer_event_that_still_lags_explains_a_change(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "at": "$"})
    told.send("completed", 0.5)
    told.send("initiated", 1.0)
    told.see(1.1, "after", status="Initiated", at="1")
    told.send("initiated", 2.0, copy=1)
    told.watch(2.1, 4.1, status="Completed", at="2")
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_another_word_of_the_same_moment_explains_a_change(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status"})
    told.send("finished", 0.5, status="FAILED", body=b"other")
    told.send("finished", 1.0, status="SUCCESS")
    told.see(1.1, "after", status="SUCCESS")
    told.send("finished", 2.0, status="SUCCESS", copy=1)
    told.watch(2.1, 4.1, status="FAILED")
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


def test_a_status_that_another_run_showed_before_is_no_start(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", "at": "$"})
    told.send("completed", 0.5, at=560.0)
    told.send("completed", 1.0, at=14960.0, run=2)
    told.see(1.1, "after", status="Completed", at="1")
    told.send("completed", 2.0, at=14960.0, run=2, copy=1)
    told.watch(2.1, 4.1, status="Completed", at="2")
    assert told.verdict(REPEATS).result is Result.INCONCLUSIVE


# order


def overtaken(told: Told, **last: Any) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0)
    told.watch(2.1, 4.1, **last)


def test_overtaking_that_ends_in_the_latest_state_passes(told: Told) -> None:
    overtaken(told, status="Completed")
    verdict = told.verdict(ORDER)
    assert verdict.result is Result.PASSED
    assert "though nightly[1].initiated came late" in verdict.because


@pytest.mark.parametrize("last", [{"status": "Initiated"}, {"present": False}, {"status": None}, {"effects": 1}])
def test_overtaking_that_ends_in_another_state_fails(told: Told, last: dict[str, Any]) -> None:
    overtaken(told, **last)
    verdict = told.verdict(ORDER)
    assert verdict.result is Result.FAILED
    assert 'where its own order leads to "Completed"' in verdict.because


@pytest.mark.parametrize("status", ["Initiated", "Completed"])
def test_a_window_not_watched_to_its_end_decides_nothing(told: Told, status: str) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0)
    told.watch(2.1, 3.0, status=status)
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def test_nothing_out_of_order_is_inconclusive(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.watch(2.1, 4.1, status="Completed")
    verdict = told.verdict(ORDER)
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing of any export was sent in another order than it happened" in verdict.because


def test_of_one_time_a_start_after_an_end_is_out_of_order(tmp_path: Path) -> None:
    for status, result in (("Completed", Result.PASSED), ("Initiated", Result.FAILED)):
        told = Told(folder=tmp_path)
        told.send("completed", 1.0, at=5.0)
        told.send("initiated", 2.0, at=5.0)
        told.watch(2.1, 4.1, status=status)
        assert told.verdict(ORDER).result is result


def test_a_stale_copy_is_out_of_order(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.send("initiated", 3.0, copy=1)
    told.watch(3.1, 5.1, status="Initiated")
    assert told.verdict(ORDER).result is Result.FAILED


@pytest.mark.parametrize("answer", [400, 409, 499])
def test_an_end_refused_because_it_came_first_is_missing(told: Told, answer: int) -> None:
    told.send("completed", 1.0, answer=answer)
    told.send("initiated", 2.0)
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ORDER).result is Result.FAILED


@pytest.mark.parametrize("answer", [399, 500, Outcome.TIMEOUT_HEADERS])
def test_an_end_lost_for_another_reason_is_not_about_order(told: Told, answer: int | Outcome) -> None:
    told.send("completed", 1.0, answer=answer)
    told.send("initiated", 2.0)
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def test_a_receiver_that_refuses_all_of_it_is_not_judged_for_order(told: Told) -> None:
    told.send("completed", 1.0, answer=404)
    told.send("initiated", 2.0, answer=404)
    told.watch(2.1, 4.1, present=False)
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("status", ["Completed", "Initiated"])
def test_what_is_newer_and_was_not_acknowledged_may_show_or_not(told: Told, status: str) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0)
    told.send("initiated", 3.0, at=14400.0, run=2, answer=500)
    told.watch(3.1, 5.1, status=status)
    assert told.verdict(ORDER).result is Result.PASSED


def test_steps_without_an_export_are_judged_for_their_order_too(told: Told) -> None:
    told.send("completed", 1.0, export="", step="end", run=0)
    told.send("initiated", 2.0, export="", step="start", run=0)
    told.watch(2.1, 4.1, export="", status="Completed")
    assert told.verdict(ORDER).result is Result.PASSED


def test_a_broken_delivery_does_not_make_another_order(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0, step="odd", valid=False)
    told.watch(2.1, 4.1, status="Completed")
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def test_a_word_nobody_explained_is_inconclusive(told: Told) -> None:
    overtaken(told, status="archived")
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def test_times_that_the_author_wrote_leave_the_order_open(tmp_path: Path) -> None:
    step = Step(name="odd", event="initiated", export="nightly", set={"Date and Time": "T9"})
    told = Told(folder=tmp_path, steps=(step,))
    told.send("completed", 1.0)
    told.send("initiated", 2.0, step="odd", time="T9")
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def test_order_within_one_spelled_second_is_open(told: Told) -> None:
    told.send("initiated", 1.0, at=10.7, run=2, time="10")
    told.send("completed", 2.0, at=10.2, time="10")
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("t", [0.1, None])
def test_left_over_or_unseen_is_inconclusive(told: Told, t: float | None) -> None:
    if t:
        told.see(t, "before", status="Completed")
        overtaken(told, status="Initiated")
    else:
        told.send("completed", 1.0)
        told.send("initiated", 2.0)
    assert told.verdict(ORDER).result is Result.INCONCLUSIVE


def twins(folder: Path, late: Any, in_order: Any, **other: Any) -> Told:
    exports = (Export(name="nightly", traits={"a": 1}), Export(name="twin", traits={"a": 1, **other}))
    told = Told(folder=folder, exports=exports)
    overtaken(told, status="Completed", **late)
    told.send("initiated", 1.0, export="twin", id="78")
    told.send("completed", 2.0, export="twin", id="78")
    told.watch(2.1, 4.1, export="twin", id="78", status="Completed", **in_order)
    return told


@pytest.mark.parametrize("late", [{"effects": 2}, {"effects": []}])
def test_counts_that_differ_from_those_of_a_twin_in_order_fail(tmp_path: Path, late: dict[str, Any]) -> None:
    verdict = twins(tmp_path, late, {"effects": 1}).verdict(ORDER)
    assert verdict.result is Result.FAILED
    assert "where an export that is alike and came in order shows 1" in verdict.because


def test_counts_like_those_of_a_twin_in_order_pass(tmp_path: Path) -> None:
    assert twins(tmp_path, {"effects": ["x"]}, {"effects": 1}).verdict(ORDER).result is Result.PASSED


def test_an_export_of_another_kind_is_no_twin(tmp_path: Path) -> None:
    assert twins(tmp_path, {"effects": 2}, {"effects": 1}, b=2).verdict(ORDER).result is Result.PASSED


def test_an_export_told_of_more_often_is_no_twin(tmp_path: Path) -> None:
    told = twins(tmp_path, {"effects": 2}, {"effects": 1})
    told.send("completed", 2.05, export="twin", id="78", copy=1, took=0.01)
    assert told.verdict(ORDER).result is Result.PASSED


def test_an_export_of_which_something_was_not_acknowledged_is_no_twin(tmp_path: Path) -> None:
    told = twins(tmp_path, {"effects": 2}, {"effects": 1})
    told.send("completed", 1.5, export="twin", id="78", copy=1, answer=500)
    assert told.verdict(ORDER).result is Result.PASSED


def test_a_twin_not_watched_to_its_end_is_not_compared(tmp_path: Path) -> None:
    exports = (Export(name="nightly"), Export(name="twin"))
    told = Told(folder=tmp_path, exports=exports)
    overtaken(told, status="Completed", effects=1)
    told.send("initiated", 1.0, export="twin", id="78")
    told.send("completed", 2.0, export="twin", id="78")
    told.watch(2.1, 3.0, export="twin", id="78", status="Completed", effects=0)
    assert told.verdict(ORDER).result is Result.PASSED


def test_only_the_export_that_was_named_is_asked_for_its_order(told: Told) -> None:
    overtaken(told, status="Completed")
    told.send("completed", 1.0, export="other", id="78")
    told.send("initiated", 2.0, export="other", id="78")
    told.watch(2.1, 4.1, export="other", id="78", status="Initiated")
    nightly = Claim(kind="invariant", number=1, invariant="order-changes-nothing", of="nightly")
    assert told.verdict(nightly).result is Result.PASSED
    assert told.verdict(ORDER).result is Result.FAILED


def test_values_of_a_moment_are_not_compared_with_a_twin(tmp_path: Path) -> None:
    assert twins(tmp_path, {"at": "1"}, {"at": "2"}).verdict(ORDER).result is Result.PASSED


def test_the_runner_reads_the_whole_window() -> None:
    seen = watches(Scenario(title="", provider="", source="", text="", claims=(REPEATS, ORDER)))
    assert [(one.of, one.window, one.settled) for one in seen] == [("", 2.0, None)] * 2
