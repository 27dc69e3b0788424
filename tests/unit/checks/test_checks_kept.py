"""`acknowledged-is-kept` and `ends-stay-ended`: what the receiver took stays, in its last state."""

from pathlib import Path
from typing import Any

import pytest

from simulator.checks import watches
from simulator.model import Outcome, Result
from simulator.scenario import Claim, Scenario, Step
from tests.unit.checks.told_run import Told

KEPT = Claim(kind="invariant", number=1, invariant="acknowledged-is-kept")
ENDED = Claim(kind="invariant", number=1, invariant="ends-stay-ended")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def one_time(told: Told, **last: Any) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.watch(2.1, 4.1, **last)


# acknowledged-is-kept


def test_what_is_there_in_its_last_state_and_acted_on_is_kept(told: Told) -> None:
    one_time(told, status="Completed", effects=1)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.PASSED
    assert verdict.because == "nightly (id 77) is kept, and was so 91ms after its last answer"
    assert (verdict.check, verdict.sentence) == (
        "then/1-acknowledged-is-kept",
        "what was acknowledged of any export is kept",
    )


@pytest.mark.parametrize(
    ("last", "because"),
    [
        ({"present": False}, "nightly (id 77) is not there, though nightly[1].completed was acknowledged (200)"),
        ({"status": "Initiated", "effects": 1}, 'shows status "Initiated" where the latest it acknowledged says "Comp'),
        ({"status": "FAILED", "effects": 1}, 'shows status "FAILED" where'),
        ({"status": None, "effects": 1}, "shows status null where"),
        ({"status": "Completed", "effects": 0}, "shows effects 0 where it acknowledged 1 ends"),
        ({"status": "Completed", "effects": []}, "shows effects 0 where it acknowledged 1 ends"),
    ],
)
def test_what_is_lost_or_wrong_at_the_end_fails(told: Told, last: dict[str, Any], because: str) -> None:
    told.send("completed", 1.0, id="78", export="control")
    told.watch(1.1, 4.1, id="78", export="control", status="Completed", effects=1)
    one_time(told, **last)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.FAILED
    assert verdict.because.startswith("1 of 2 exports fell short; ")
    assert because in verdict.because
    assert verdict.because.endswith(", 2.091s after its last answer (window 2s)")


def test_loss_is_judged_only_when_the_window_is_over(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 2.0, present=False)
    assert told.verdict(KEPT).result is Result.INCONCLUSIVE


def test_what_goes_away_within_the_window_is_not_kept(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed", effects=1)
    told.watch(1.3, 3.1, present=False)
    assert told.verdict(KEPT).result is Result.FAILED


def test_an_effect_may_come_late_in_the_window(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 2.5, present=False)
    told.see(2.9, status="Completed", effects=1)
    told.see(3.1, status="Completed", effects=1)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.PASSED
    assert "was so 1.891s after its last answer" in verdict.because


def test_nothing_acknowledged_is_nothing_to_keep(told: Told) -> None:
    told.send("completed", 1.0, answer=500)
    told.watch(1.1, 3.1, present=False)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing of any export was acknowledged" in verdict.because


@pytest.mark.parametrize("how", [{"valid": False}, {"credentials": "wrong"}, {"fault": True}])
def test_what_the_partner_would_not_send_need_not_be_kept(told: Told, how: dict[str, Any]) -> None:
    told.send("completed", 1.0, step="odd", **how)
    told.watch(1.1, 3.1, present=False)
    assert told.verdict(KEPT).result is Result.INCONCLUSIVE


def test_a_test_body_need_not_be_kept(told: Told) -> None:
    told.send("test", 1.0, id="1234")
    told.watch(1.1, 3.1, id="1234", present=False)
    assert told.verdict(KEPT).result is Result.INCONCLUSIVE


def test_only_the_export_that_was_named_is_asked(told: Told) -> None:
    one_time(told, status="Completed", effects=1)
    told.send("completed", 2.0, export="other", id="78")
    told.watch(2.1, 4.1, export="other", id="78", present=False)
    nightly = Claim(kind="invariant", number=1, invariant="acknowledged-is-kept", of="nightly")
    assert told.verdict(nightly).result is Result.PASSED
    assert told.verdict(KEPT).result is Result.FAILED


def test_what_no_reading_saw_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    assert told.verdict(KEPT).result is Result.INCONCLUSIVE


def test_what_was_there_before_is_inconclusive(told: Told) -> None:
    told.see(0.1, "before", status="Completed")
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, present=False)
    assert told.verdict(KEPT).result is Result.INCONCLUSIVE


def test_a_probe_that_shows_presence_alone_is_enough_for_presence(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={})
    one_time(told)
    assert told.verdict(KEPT).result is Result.PASSED


def test_a_late_start_leaves_the_end_the_latest(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0)
    told.watch(2.1, 4.1, status="Initiated", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def test_of_one_time_the_end_is_the_latest(told: Told) -> None:
    told.send("completed", 1.0, at=5.0)
    told.send("initiated", 2.0, at=5.0)
    told.watch(2.1, 4.1, status="Initiated", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


@pytest.mark.parametrize("how", [{"answer": 500}, {"answer": Outcome.TIMEOUT_HEADERS}, {"answer": 401, "fault": True}])
def test_what_was_not_acknowledged_may_show_or_not(tmp_path: Path, how: dict[str, Any]) -> None:
    for status in ("Initiated", "Completed"):
        told = Told(folder=tmp_path)
        told.send("initiated", 1.0)
        told.send("completed", 2.0, **how)
        told.watch(2.1, 4.1, status=status, effects=0)
        assert told.verdict(KEPT).result is Result.PASSED


def test_what_was_not_acknowledged_and_is_older_may_not_show(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0, answer=500)
    told.watch(2.1, 4.1, status="Initiated", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def test_a_word_nobody_explained_is_inconclusive(told: Told) -> None:
    one_time(told, status="archived", effects=1)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert 'shows status "archived", a word that the receiver file does not explain' in verdict.because


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_in_the_place_of_the_status_needs_no_explaining_and_is_wrong(told: Told, blank: str) -> None:
    one_time(told, status=blank, effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def test_answers_in_which_nothing_is_ever_found_say_more_of_the_select_than_of_the_receiver(told: Told) -> None:
    one_time(told, present=False, code=200)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert "its `select` found nothing in any answer" in verdict.because


def test_one_of_which_nothing_is_found_while_others_show_is_lost(told: Told) -> None:
    one_time(told, present=False, code=200)
    told.send("completed", 1.0, export="other", id="78")
    told.watch(2.1, 4.1, export="other", id="78", code=200, status="Completed", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def test_a_word_explained_for_another_status_is_wrong(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, words={"Rejected": ["archived"]})
    one_time(told, status="archived", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def test_a_probe_that_never_shows_a_status_is_to_be_looked_at(told: Told) -> None:
    one_time(told, effects=1)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert "never showed a status" in verdict.because


def test_a_probe_that_never_shows_effects_is_to_be_looked_at(told: Told) -> None:
    one_time(told, status="Completed")
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert "never showed effects" in verdict.because


def test_effects_that_count_nothing_are_inconclusive(told: Told) -> None:
    one_time(told, status="Completed", effects="one")
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.INCONCLUSIVE
    assert verdict.because == 'nightly (id 77) shows effects "one", which counts nothing'


def test_without_an_end_no_effects_are_asked_for(told: Told) -> None:
    told.send("initiated", 1.0)
    told.watch(1.1, 3.1, status="Initiated")
    assert told.verdict(KEPT).result is Result.PASSED


def test_ends_whose_payload_tells_no_time_are_told_apart_by_when_they_happened(told: Told) -> None:
    told.send("completed", 1.0, at=560.0, time="")
    told.send("completed", 2.0, at=14960.0, time="", run=2)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(KEPT).result is Result.FAILED


def recurring(told: Told, **last: Any) -> None:
    for run, start in ((1, 1.0), (2, 3.0)):
        told.send("initiated", start, run=run, at=run * 14400.0)
        told.send("completed", start + 1, run=run, at=run * 14400.0 + 560)
    told.watch(4.1, 6.1, **last)


@pytest.mark.parametrize(("name", "number"), [("effects", 1), ("runs", 1), ("effects", ["first"])])
def test_a_second_run_of_the_same_id_that_was_dropped_fails(tmp_path: Path, name: str, number: Any) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", name: "$"})
    recurring(told, status="Completed", **{name: number})
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.FAILED
    assert f"shows {name} 1 where it acknowledged 2 ends" in verdict.because


@pytest.mark.parametrize(("name", "number"), [("effects", 2), ("runs", 2), ("effects", [1, 2]), ("effects", 3)])
def test_a_second_run_of_the_same_id_that_was_acted_on_passes(tmp_path: Path, name: str, number: Any) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status", name: "$"})
    recurring(told, status="Completed", **{name: number})
    assert told.verdict(KEPT).result is Result.PASSED


def test_where_effects_are_shown_runs_are_not_asked(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"effects": "$", "runs": "$"})
    recurring(told, effects=2, runs=1)
    assert told.verdict(KEPT).result is Result.PASSED


def test_copies_of_one_end_are_one_end(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(KEPT).result is Result.PASSED


def test_an_end_that_was_not_acknowledged_need_not_be_acted_on(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, at=14960.0, run=2, answer=500)
    told.watch(2.1, 4.1, status="Completed", effects=1)
    assert told.verdict(KEPT).result is Result.PASSED


def test_times_that_the_author_wrote_leave_the_last_state_open(tmp_path: Path) -> None:
    step = Step(name="odd", event="initiated", export="nightly", set={"Date and Time": "T9"})
    told = Told(folder=tmp_path, steps=(step,))
    told.send("completed", 1.0)
    told.send("initiated", 2.0, step="odd", time="T9")
    told.watch(2.1, 4.1, status="Initiated", effects=1)
    assert told.verdict(KEPT).result is Result.PASSED


def test_a_run_cut_short_does_not_pass_and_fails_for_what_was_lost(tmp_path: Path) -> None:
    for seen, result in (
        ({"status": "Completed", "effects": 1}, Result.INCONCLUSIVE),
        ({"present": False}, Result.FAILED),
    ):
        told = Told(folder=tmp_path, complete=False)
        one_time(told, **seen)
        assert told.verdict(KEPT).result is result


def test_a_long_journal_read_in_parts_says_the_same(tmp_path: Path) -> None:
    from simulator.checks import verdicts

    told = Told(folder=tmp_path)
    for number in range(30):
        told.send("completed", 1.0, id=str(number))
        told.watch(
            1.1, 3.1, id=str(number), **({"present": False} if number == 17 else {"status": "Completed", "effects": 1})
        )
    case = told.case(KEPT)
    whole, parts = verdicts(case), verdicts(case, at_once=2000)
    assert parts == whole
    assert "1 of 30 exports" in parts[1].because
    assert "id 17" in parts[1].because


# ends-stay-ended


def ended(told: Told, **then: Any) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed", effects=1)
    told.send("initiated", 2.0)
    told.watch(2.1, 4.1, **then)


def test_an_end_that_stays_passes(told: Told) -> None:
    ended(told, status="Completed")
    assert told.verdict(ENDED).result is Result.PASSED


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        ({"status": "Initiated"}, 'status "Initiated", after nightly[1].initiated'),
        ({"status": "FAILED"}, 'status "FAILED"'),
        ({"status": None}, "status null"),
        ({"effects": 1}, "status null"),
        ({"present": False}, "no such export"),
    ],
)
def test_an_end_that_is_undone_fails(told: Told, then: dict[str, Any], shown: str) -> None:
    ended(told, **then)
    verdict = told.verdict(ENDED)
    assert verdict.result is Result.FAILED
    assert f'had ended with status "Completed", and 1s later there was {shown}' in verdict.because


def test_an_end_that_no_reading_followed_up_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, took=5.0)
    verdict = told.verdict(ENDED)
    assert verdict.result is Result.INCONCLUSIVE
    assert "no reading of nightly (id 77) worked" in verdict.because


def test_an_absence_while_the_end_is_being_read_does_not_follow_it(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed", took=0.3)
    told.see(1.2, "after", present=False, took=0.1)
    told.watch(1.5, 3.3, status="Completed")
    assert told.verdict(ENDED).result is Result.PASSED


def test_from_one_end_back_to_another_it_is_ended_all_the_same(told: Told) -> None:
    told.send("finished", 1.0, status="SUCCESS")
    told.send("finished", 2.0, status="FAILED", at=570.0)
    told.see(2.1, "after", status="FAILED")
    told.watch(2.2, 4.1, status="SUCCESS")
    assert told.verdict(ENDED).result is Result.PASSED


def test_a_start_later_in_the_same_spelled_second_may_follow_the_end(told: Told) -> None:
    told.send("completed", 1.0, at=10.2, time="10")
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, at=10.7, time="10", run=2)
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ENDED).result is Result.PASSED


def test_only_the_export_that_was_named_stays_ended(told: Told) -> None:
    ended(told, status="Completed")
    told.send("completed", 1.0, id="78", export="other")
    told.see(1.1, "after", id="78", export="other", status="Completed")
    told.watch(1.2, 3.2, id="78", export="other", present=False)
    nightly = Claim(kind="invariant", number=1, invariant="ends-stay-ended", of="nightly")
    assert told.verdict(nightly).result is Result.PASSED
    assert told.verdict(ENDED).result is Result.FAILED


def test_an_export_that_only_began_has_no_end_to_keep(told: Told) -> None:
    ended(told, status="Completed")
    told.send("initiated", 1.0, id="78", export="other")
    told.watch(1.2, 3.2, id="78", export="other", status="Initiated")
    assert told.verdict(ENDED).result is Result.PASSED


def test_an_end_undone_for_a_second_fails(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.see(1.5, "after", status="Initiated")
    told.watch(2.5, 4.1, status="Completed")
    assert told.verdict(ENDED).result is Result.FAILED


def test_an_end_that_is_gone_in_one_look_and_back_in_the_next_is_a_probe_that_contradicts_itself(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.see(1.5, "after", present=False)
    told.watch(1.6, 3.1, status="Completed")
    verdict = told.verdict(ENDED)
    assert verdict.result is Result.INCONCLUSIVE
    assert "contradicts itself" in verdict.because


def test_what_was_sent_in_between_is_no_excuse_for_an_end_that_was_undone(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.see(1.5, "after", status="Initiated")
    told.send("completed", 1.6)
    told.watch(1.7, 3.7, status="Completed")
    assert told.verdict(ENDED).result is Result.FAILED


def test_another_end_is_an_end_too(told: Told) -> None:
    told.send("finished", 1.0, status="SUCCESS")
    told.see(1.1, "after", status="SUCCESS")
    told.send("finished", 2.0, status="FAILED", at=570.0)
    told.watch(2.1, 4.1, status="FAILED")
    assert told.verdict(ENDED).result is Result.PASSED


def test_a_word_nobody_explained_after_an_end_is_inconclusive(told: Told) -> None:
    ended(told, status="archived")
    assert told.verdict(ENDED).result is Result.INCONCLUSIVE


def test_an_end_never_seen_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Initiated")
    assert told.verdict(ENDED).result is Result.INCONCLUSIVE


def test_an_end_not_watched_for_the_whole_window_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 2.1, status="Completed")
    assert told.verdict(ENDED).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("how", [{"answer": 500}, {"valid": False}])
def test_without_an_acknowledged_end_there_is_nothing_to_say(told: Told, how: dict[str, Any]) -> None:
    told.send("completed", 1.0, **how)
    told.watch(1.1, 3.1, status="Completed")
    verdict = told.verdict(ENDED)
    assert verdict.result is Result.INCONCLUSIVE
    assert "no end of any export was acknowledged" in verdict.because


def test_readings_at_the_same_time_do_not_follow_one_another(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 1.0, took=0.3)
    told.see(1.1, "after", status="Completed", took=0.3)
    told.see(1.2, "after", status="Initiated", took=0.1)
    told.watch(1.5, 3.3, status="Completed")
    assert told.verdict(ENDED).result is Result.PASSED


def test_a_newer_run_of_the_same_id_may_begin_and_not_go_away(tmp_path: Path) -> None:
    for then, result in (({"status": "Initiated"}, Result.PASSED), ({"present": False}, Result.FAILED)):
        told = Told(folder=tmp_path)
        told.send("completed", 1.0)
        told.see(1.1, "after", status="Completed")
        told.send("initiated", 2.0, at=14400.0, run=2)
        told.watch(2.1, 4.1, **then)
        assert told.verdict(ENDED).result is result


def test_an_older_run_may_not_come_back(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, at=14960.0, run=2)
    told.see(2.1, "after", status="Completed")
    told.send("initiated", 3.0, at=0.0, copy=1)
    told.watch(3.1, 5.1, status="Initiated")
    assert told.verdict(ENDED).result is Result.FAILED


def test_what_was_there_before_proves_nothing(told: Told) -> None:
    told.see(0.1, "before", status="Completed")
    ended(told, status="Initiated")
    assert told.verdict(ENDED).result is Result.INCONCLUSIVE


def test_times_that_the_author_wrote_leave_it_open(tmp_path: Path) -> None:
    step = Step(name="odd", event="initiated", export="nightly", set={"Date and Time": "T9"})
    told = Told(folder=tmp_path, steps=(step,))
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, step="odd", time="T9")
    told.watch(2.1, 4.1, status="Initiated")
    assert told.verdict(ENDED).result is Result.INCONCLUSIVE
    told.see(4.2, present=False)
    told.see(2.05, "after", present=False)
    assert told.verdict(ENDED).result is Result.FAILED


def test_without_status_it_is_inconclusive(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"effects": "$.effects"})
    ended(told, effects=1)
    assert "does not show status" in told.verdict(ENDED).because


def test_the_runner_reads_the_whole_window() -> None:
    seen = watches(Scenario(title="", provider="", source="", text="", claims=(KEPT, ENDED)))
    assert [(one.of, one.window, one.settled) for one in seen] == [("", 2.0, None)] * 2


@pytest.mark.parametrize("shown", ["77", 77, None])
def test_the_id_as_text_as_number_or_not_shown_is_kept(told: Told, shown: object) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Completed", effects=1, id_=shown)
    assert told.verdict(KEPT).result is Result.PASSED


@pytest.mark.parametrize("shown", ["077", 77.0, 78, "", ["77"]])
def test_another_id_than_was_sent_fails(told: Told, shown: object) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Completed", effects=1, id_=shown)
    verdict = told.verdict(KEPT)
    assert verdict.result is Result.FAILED
    assert "another id" in verdict.because
