"""`never`: what the receiver shows at no time."""

from pathlib import Path
from typing import Any

import pytest

from simulator.checks import watches
from simulator.model import Outcome, Result
from simulator.scenario import Claim, Scenario, Step
from tests.unit.checks.told_run import Told


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def never(of: str = "nightly", *, run: int | None = None, window: float = 1.0, **wants: Any) -> Claim:
    return Claim(kind="never", number=1, of=of, run=run, wants=wants or {"status": "Completed"}, window=window)


GOES = Claim(kind="never", number=1, of="nightly", goes=("Completed", "Initiated"), window=1.0)


def begun(told: Told) -> None:
    told.send("initiated", 1.0)


# Values


def test_a_value_that_no_reading_shows_passes_after_the_whole_window(told: Told) -> None:
    begun(told)
    told.watch(1.1, 2.1, status="Initiated")
    verdict = told.verdict(never())
    assert verdict.result is Result.PASSED
    assert verdict.sentence == "nightly never shows status Completed, watched for 1s"


@pytest.mark.parametrize("moment", ["after", "end"])
def test_one_reading_that_shows_it_fails(told: Told, moment: Any) -> None:
    begun(told)
    told.see(1.1, moment, status="Completed")
    told.watch(1.2, 2.1, status="Initiated")
    verdict = told.verdict(never())
    assert verdict.result is Result.FAILED
    assert 'nightly (id 77) showed status "Completed" 1.1s into the run, after nightly[1].initiated' in verdict.because


def test_a_window_not_watched_to_its_end_does_not_pass(told: Told) -> None:
    begun(told)
    told.watch(1.1, 1.5, status="Initiated")
    assert told.verdict(never()).result is Result.INCONCLUSIVE


def test_no_reading_at_all_is_inconclusive(told: Told) -> None:
    begun(told)
    told.see(1.1, id="78", export="other", status="Initiated")
    assert told.verdict(never()).result is Result.INCONCLUSIVE


def test_no_reading_after_the_last_answer_does_not_pass(told: Told) -> None:
    told.send("initiated", 1.0, took=1.0)
    told.see(1.5, "after", status="Initiated")
    verdict = told.verdict(never())
    assert verdict.result is Result.INCONCLUSIVE
    assert "no reading of nightly (id 77) worked" in verdict.because


def test_a_run_cut_short_does_not_pass_and_still_fails(tmp_path: Path) -> None:
    for status, result in (("Initiated", Result.INCONCLUSIVE), ("Completed", Result.FAILED)):
        told = Told(folder=tmp_path, complete=False)
        begun(told)
        told.watch(1.1, 2.1, status=status)
        assert told.verdict(never()).result is result


def test_an_export_the_receiver_knew_before_is_inconclusive(told: Told) -> None:
    told.see(0.1, "before", status="Completed")
    begun(told)
    told.watch(1.1, 2.1, status="Completed")
    assert told.verdict(never()).result is Result.INCONCLUSIVE


def test_a_probe_that_never_showed_such_a_value_proves_nothing(told: Told) -> None:
    begun(told)
    told.watch(1.1, 2.1, effects=0)
    verdict = told.verdict(never())
    assert verdict.result is Result.INCONCLUSIVE
    assert "never showed any status in this run" in verdict.because


def test_another_export_may_show_that_the_probe_works(told: Told) -> None:
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=401)
    told.watch(1.1, 2.1, id="78", export="forged", present=False)
    assert told.verdict(never("forged")).result is Result.INCONCLUSIVE
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    assert told.verdict(never("forged")).result is Result.PASSED


def test_a_value_not_offered_is_inconclusive(told: Told) -> None:
    begun(told)
    told.watch(1.1, 2.1, status="Initiated")
    assert "does not show runs" in told.verdict(never(runs=2)).because


def test_what_never_came_to_the_receiver_is_not_judged(told: Told) -> None:
    told.send("initiated", 1.0, id="78", export="other")
    told.see(1.1, id="78", export="other", status="Initiated")
    told.send("initiated", 1.0, answer=Outcome.REFUSED)
    told.watch(1.1, 2.1, present=False)
    verdict = told.verdict(never())
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing of nightly came to the receiver" in verdict.because


def test_a_number_is_compared_as_a_number(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 2.1, effects=["mail"])
    assert told.verdict(never(effects=2)).result is Result.PASSED
    assert told.verdict(never(effects=1)).result is Result.FAILED


# Runs of one id


def silent_second_run(told: Told, last: str, *, until: float = 6.0) -> None:
    """The first run ends; the second begins and stays silent."""
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, at=560.0)
    told.see(2.1, "after", status="Completed")
    told.send("initiated", 3.0, at=14400.0, run=2)
    told.see(3.02, "after", status="Completed")  # the effect may lag behind the answer
    told.watch(3.2, until, status=last)


def test_what_another_run_of_the_same_id_accounts_for_is_no_failure(told: Told) -> None:
    silent_second_run(told, "Initiated")
    assert told.verdict(never(run=2)).result is Result.PASSED


def test_what_the_first_run_cannot_account_for_any_more_fails(told: Told) -> None:
    silent_second_run(told, "Completed")
    assert told.verdict(never(run=2)).result is Result.FAILED


def test_what_the_run_that_is_asked_for_accounts_for_itself_fails(told: Told) -> None:
    silent_second_run(told, "Initiated", until=3.5)
    told.send("completed", 4.0, at=14960.0, run=2)
    told.watch(4.1, 6.1, status="Completed")
    assert told.verdict(never(run=2)).result is Result.FAILED


def test_a_status_after_the_second_began_is_its_own(told: Told) -> None:
    silent_second_run(told, "Initiated", until=3.5)
    told.watch(3.6, 6.0, status="Completed")
    assert told.verdict(never(run=2)).result is Result.FAILED


def test_a_run_is_not_blamed_for_what_was_shown_before_it(told: Told) -> None:
    told.send("completed", 2.0, at=560.0)
    told.see(2.1, "after", status="FAILED")
    told.send("initiated", 3.0, at=14400.0, run=2)
    told.watch(3.2, 6.0, status="Initiated")
    assert told.verdict(never(run=2, status="FAILED")).result is Result.PASSED
    assert told.verdict(never(status="FAILED")).result is Result.FAILED


# Absence


def test_an_export_that_stays_passes(told: Told) -> None:
    begun(told)
    told.see(1.05, "after", present=False)
    told.watch(1.1, 2.1, status="Initiated")
    assert told.verdict(never(absent=True)).result is Result.PASSED


def test_an_export_that_goes_away_fails(told: Told) -> None:
    begun(told)
    told.see(1.1, status="Initiated")
    told.watch(1.2, 2.1, present=False)
    verdict = told.verdict(never(absent=True))
    assert verdict.result is Result.FAILED
    assert "showed no such export" in verdict.because


def test_two_readings_at_once_do_not_show_that_it_went_away(told: Told) -> None:
    begun(told)
    told.see(1.1, status="Initiated", took=0.2)
    told.see(1.2, present=False, took=0.2)
    told.watch(1.5, 2.1, status="Initiated")
    assert told.verdict(never(absent=True)).result is Result.PASSED


def test_what_was_never_there_cannot_go_away(told: Told) -> None:
    told.send("initiated", 1.0, id="78", export="other")
    told.see(1.1, id="78", export="other", status="Initiated")
    begun(told)
    told.watch(1.1, 2.1, present=False)
    assert told.verdict(never(absent=True)).result is Result.INCONCLUSIVE


# goes


def late_start(told: Told, last: str = "Initiated") -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0)
    told.watch(2.1, 3.1, status=last)


def test_going_back_fails_with_what_was_seen_when(told: Told) -> None:
    late_start(told)
    verdict = told.verdict(GOES)
    assert verdict.result is Result.FAILED
    assert verdict.because == 'nightly (id 77) showed "Completed", and 1s later "Initiated"'
    assert verdict.sentence == "nightly never goes from Completed to Initiated"


def test_staying_passes(told: Told) -> None:
    late_start(told, "Completed")
    assert told.verdict(GOES).result is Result.PASSED


def test_staying_passes_only_after_the_whole_window(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    assert told.verdict(GOES).result is Result.INCONCLUSIVE


def test_what_no_reading_followed_up_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, took=5.0)
    verdict = told.verdict(GOES)
    assert verdict.result is Result.INCONCLUSIVE
    assert "no reading of nightly (id 77) worked" in verdict.because


def test_another_export_may_go_where_it_likes(told: Told) -> None:
    late_start(told, "Completed")
    told.send("completed", 1.0, id="78", export="other")
    told.see(1.1, "after", id="78", export="other", status="Completed")
    told.watch(1.2, 3.1, id="78", export="other", status="Initiated")
    assert told.verdict(GOES).result is Result.PASSED


def test_the_other_way_round_is_no_going_back(told: Told) -> None:
    told.send("initiated", 1.0)
    told.see(1.1, "after", status="Initiated")
    told.send("completed", 2.0)
    told.watch(2.1, 3.1, status="Completed")
    assert told.verdict(GOES).result is Result.PASSED


def test_where_the_first_was_never_seen_nothing_can_follow_it(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("initiated", 2.0)
    told.watch(2.1, 3.1, status="Initiated")
    verdict = told.verdict(GOES)
    assert verdict.result is Result.INCONCLUSIVE
    assert 'never seen to show "Completed"' in verdict.because


def test_where_the_first_was_never_acknowledged_nothing_is_said(told: Told) -> None:
    told.send("initiated", 1.0)
    told.watch(1.1, 2.1, status="Initiated")
    verdict = told.verdict(GOES)
    assert verdict.result is Result.INCONCLUSIVE
    assert "no Completed of nightly was acknowledged" in verdict.because


def test_two_readings_at_once_do_not_follow_one_another(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 1.0, took=0.3)
    told.see(1.1, "after", status="Completed", took=0.3)
    told.see(1.2, "after", status="Initiated", took=0.1)
    told.watch(1.5, 2.5, status="Completed")
    assert told.verdict(GOES).result is Result.PASSED


def recurring(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, at=560.0)
    told.see(2.1, "after", status="Completed")
    told.send("initiated", 3.0, at=14400.0, run=2)


def test_a_newer_run_of_the_same_id_may_begin_again(told: Told) -> None:
    recurring(told)
    told.watch(3.1, 4.1, status="Initiated")
    assert told.verdict(GOES).result is Result.PASSED


def test_a_newer_run_may_begin_while_its_end_is_already_on_the_way(told: Told) -> None:
    recurring(told)
    told.send("completed", 3.0, at=14960.0, run=2, took=0.5)
    told.see(3.1, "after", status="Initiated")
    told.watch(3.6, 4.6, status="Completed")
    assert told.verdict(GOES).result is Result.PASSED


def test_a_newer_run_may_be_seen_before_its_answer(told: Told) -> None:
    recurring(told)
    told.see(3.005, "after", status="Initiated")
    told.watch(3.1, 4.1, status="Initiated")
    assert told.verdict(GOES).result is Result.PASSED


def test_a_newer_run_does_not_excuse_what_was_shown_before_it_was_sent(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, at=560.0)
    told.see(2.1, "after", status="Completed")
    told.see(2.5, "after", status="Initiated")
    told.send("initiated", 3.0, at=14400.0, run=2)
    told.watch(3.1, 4.1, status="Initiated")
    assert told.verdict(GOES).result is Result.FAILED


def test_after_the_newer_run_ended_its_own_late_start_is_no_excuse(told: Told) -> None:
    recurring(told)
    told.see(3.1, "after", status="Initiated")
    told.send("completed", 4.0, at=14960.0, run=2)
    told.see(4.1, "after", status="Completed")
    told.send("initiated", 5.0, at=14400.0, run=2, copy=1)
    told.watch(5.1, 6.1, status="Initiated")
    assert told.verdict(GOES).result is Result.FAILED


def test_an_end_acknowledged_long_ago_is_over_even_if_its_beginning_was_not_seen(told: Told) -> None:
    recurring(told)
    told.send("completed", 4.0, at=14960.0, run=2)
    told.see(4.1, "after", status="Completed")
    told.send("initiated", 7.0, at=14400.0, run=2, copy=1)
    told.watch(7.1, 8.1, status="Initiated")
    assert told.verdict(GOES).result is Result.FAILED


def test_from_one_end_to_another_no_newer_run_is_an_excuse(told: Told) -> None:
    told.send("finished", 1.0, at=560.0, status="FAILED")
    told.see(1.1, "after", status="FAILED")
    told.send("finished", 2.0, at=600.0, status="SUCCESS")
    told.watch(2.1, 3.1, status="SUCCESS")
    claim = Claim(kind="never", number=1, of="nightly", goes=("FAILED", "SUCCESS"), window=1.0)
    assert told.verdict(claim).result is Result.FAILED


def test_times_that_the_author_wrote_leave_the_order_open(tmp_path: Path) -> None:
    step = Step(name="late", event="initiated", export="nightly", set={"Date and Time": "T99999"})
    told = Told(folder=tmp_path, steps=(step,))
    told.send("completed", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, step="late", time="T99999")
    told.watch(2.1, 3.1, status="Initiated")
    assert told.verdict(GOES).result is Result.INCONCLUSIVE


def test_within_one_second_as_the_payload_spells_it_the_end_is_last(told: Told) -> None:
    told.send("completed", 1.0, at=10.2, time="10")
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, at=10.2, time="10")
    told.watch(2.1, 3.1, status="Initiated")
    assert told.verdict(GOES).result is Result.FAILED


def test_a_start_later_in_the_same_spelled_second_is_taken_either_way(told: Told) -> None:
    told.send("completed", 1.0, at=10.2, time="10")
    told.see(1.1, "after", status="Completed")
    told.send("initiated", 2.0, at=10.7, time="10", run=2)
    told.watch(2.1, 3.1, status="Initiated")
    assert told.verdict(GOES).result is Result.PASSED


def test_without_status_nothing_can_be_said_of_it(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"effects": "$.effects"})
    late_start(told)
    assert "does not show status" in told.verdict(GOES).because


def test_an_export_the_receiver_knew_before_proves_nothing(told: Told) -> None:
    told.see(0.1, "before", status="Completed")
    late_start(told)
    assert told.verdict(GOES).result is Result.INCONCLUSIVE


def test_the_runner_reads_the_whole_window_and_for_values_every_export() -> None:
    claims = (never(), GOES)
    values, goes = watches(Scenario(title="", provider="clevertap", source="", text="", claims=claims))
    assert (values.of, values.window, values.settled) == ("", 1.0, None)
    assert (goes.of, goes.window, goes.settled) == ("nightly", 1.0, None)
