"""Expectations: what a delivery was answered, and how fast."""

from pathlib import Path

import pytest

from simulator.check import is_of
from simulator.checks import verdicts
from simulator.model import Lateness, Outcome, Result, Verdict
from simulator.scenario import Expectation, Export, Repeat, Scenario, Step
from tests.unit.checks.told_run import Told

EACH = Expectation(name="each")
HUNG_UP = [Outcome.CLOSED, Outcome.RESET]
GONE = [Outcome.REFUSED, Outcome.TIMEOUT_CONNECT, Outcome.TIMEOUT_TLS, Outcome.TLS]
BROKEN = [
    Outcome.REDIRECTED,
    Outcome.TIMEOUT_WRITE,
    Outcome.TIMEOUT_HEADERS,
    Outcome.TIMEOUT_BODY,
    Outcome.MALFORMED,
    Outcome.TRUNCATED,
]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def expect(name: str, *status: str, within: float | None = None) -> Expectation:
    return Expectation(name=name, status=status or ("ack",), within=within)


def journal_lines(told: Told, verdict: Verdict) -> list[str]:
    text = next(told.folder.glob("*.ndjson")).read_text("utf-8").splitlines()
    return [text[line - 1] for line in verdict.evidence]


# each, ack


def test_all_acknowledged_passes_with_the_count_and_the_slowest(told: Told) -> None:
    told.send("initiated", 1.0, took=0.02)
    told.send("completed", 2.0, took=0.35)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.PASSED
    assert verdict.check == "expect/each"
    assert verdict.because == "all 2 did; the slowest: nightly[1].completed came back 200 after 350ms"
    assert verdict.sentence == "each delivery as the partner sends it is acknowledged (200)"


def test_without_any_expectation_each_is_to_be_acknowledged(told: Told) -> None:
    told.send("completed", 1.0, answer=500)
    (verdict,) = verdicts(told.case())
    assert (verdict.check, verdict.result) == ("expect/each", Result.FAILED)


def test_one_answer_of_another_status_fails_with_name_answer_time_and_lines(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, answer=500, took=0.0031)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.FAILED
    assert verdict.because == "1 of 2 deliveries fell short; nightly[1].completed came back 500 after 3.1ms"
    assert ['"completed"' in line or '"status":500' in line for line in journal_lines(told, verdict)] == [True, True]


def test_several_failures_are_counted_and_the_first_is_told(told: Told) -> None:
    for run in (1, 2, 3):
        told.send("completed", float(run), run=run, answer=200 if run == 2 else 503)
    assert told.verdict(EACH).because.startswith(
        "2 of 3 deliveries fell short; the first: nightly[1].completed came back 503"
    )


def test_the_receiver_files_own_word_of_what_acknowledges_counts(tmp_path: Path) -> None:
    wide = Told(folder=tmp_path, acknowledged_by=("2xx",))
    wide.send("completed", 1.0, answer=202)
    assert wide.verdict(EACH).result is Result.PASSED


def test_another_success_than_the_partners_acknowledges_nothing(told: Told) -> None:
    told.send("completed", 1.0, answer=202)
    assert told.verdict(EACH).result is Result.FAILED


@pytest.mark.parametrize("outcome", [*BROKEN, *HUNG_UP, *GONE])
def test_whatever_is_no_answer_of_a_receiver_that_was_there_fails(told: Told, outcome: Outcome) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, answer=outcome)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.FAILED
    assert "nightly[1].completed" in verdict.because


@pytest.mark.parametrize("outcome", HUNG_UP)
def test_a_connection_used_before_is_named_when_it_ends_without_an_answer(told: Told, outcome: Outcome) -> None:
    told.send("completed", 1.0, answer=outcome, reused=True)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.FAILED
    assert "which had carried a request before" in verdict.because


def test_a_fresh_connection_is_not_called_used(told: Told) -> None:
    told.send("completed", 1.0, answer=Outcome.CLOSED)
    assert "before" not in told.verdict(EACH).because


@pytest.mark.parametrize("outcome", [*GONE, Outcome.DNS, Outcome.BLOCKED])
def test_a_receiver_never_reached_is_not_judged(told: Told, outcome: Outcome) -> None:
    told.send("initiated", 1.0, answer=outcome)
    told.send("completed", 2.0, answer=outcome)
    assert told.verdict(EACH).result is Result.INCONCLUSIVE


def test_reaching_another_endpoint_does_not_make_this_one_reached(told: Told) -> None:
    told.send("initiated", 1.0, endpoint="elsewhere")
    told.send("completed", 2.0, answer=Outcome.REFUSED)
    assert told.verdict(EACH).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("outcome", [Outcome.DNS, Outcome.BLOCKED, Outcome.SKIPPED])
def test_what_this_side_kept_from_the_receiver_is_not_its_failure(told: Told, outcome: Outcome) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, answer=outcome)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.INCONCLUSIVE
    assert "1 of 2 deliveries could not be judged" in verdict.because


def test_a_delivery_in_doubt_is_neither_acknowledged_nor_not(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, took=None)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.INCONCLUSIVE
    assert "nobody saw what came of it" in verdict.because


def test_a_delivery_in_doubt_that_was_made_again_counts_by_the_second(told: Told) -> None:
    number = told.send("completed", 1.0, took=None)
    told.send("completed", 2.0, number=number, attempt=2)
    assert told.verdict(EACH).result is Result.PASSED


def test_a_failure_outweighs_what_is_in_doubt(told: Told) -> None:
    told.send("initiated", 1.0, answer=500)
    told.send("completed", 2.0, took=None)
    assert told.verdict(EACH).result is Result.FAILED


# Retries


def test_a_delivery_acknowledged_at_the_last_attempt_is_acknowledged(told: Told) -> None:
    number = told.send("completed", 1.0, answer=500, final=False)
    told.send("completed", 2.0, number=number, attempt=2)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.PASSED
    assert verdict.because == "nightly[1].completed (attempt 2) came back 200 after 10ms"


def test_a_delivery_refused_at_the_last_attempt_is_not_acknowledged(told: Told) -> None:
    number = told.send("completed", 1.0, answer=500, final=False)
    told.send("completed", 2.0, number=number, attempt=2, answer=503)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.FAILED
    assert verdict.because == "nightly[1].completed (attempt 2) came back 503 after 10ms"


def test_a_delivery_whose_next_attempt_the_end_of_the_run_prevented_is_not_judged(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, complete=False)
    told.send("initiated", 1.0)
    told.send("completed", 2.0, answer=500, final=False)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.INCONCLUSIVE
    assert "would have tried again" in verdict.because


def test_within_is_judged_on_the_attempt_that_was_answered(told: Told) -> None:
    number = told.send("completed", 1.0, took=5.0, answer=Outcome.TIMEOUT_HEADERS, final=False)
    told.send("completed", 7.0, took=0.5, number=number, attempt=2)
    assert told.verdict(expect("each", within=1.0)).result is Result.PASSED


# Which expectation speaks of which delivery


def test_each_leaves_out_what_has_an_entry_of_its_own(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, step="done", answer=500)
    results = {one.check: one.result for one in verdicts(told.case(EACH, expect("done", "any")))}
    assert results == {"expect/each": Result.PASSED, "expect/done": Result.PASSED}


@pytest.mark.parametrize("how", [{"valid": False}, {"credentials": "wrong"}, {"fault": True}])
def test_each_leaves_out_what_the_partner_would_not_send(told: Told, how: dict[str, bool]) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, step="odd", answer=500, **how)  # type: ignore[arg-type]  # `how` is of the right types
    assert told.verdict(EACH).result is Result.PASSED


def test_an_entry_for_a_step_speaks_of_what_the_partner_would_not_send(told: Told) -> None:
    told.send("completed", 2.0, step="odd", answer=500, valid=False)
    assert told.verdict(expect("odd")).result is Result.FAILED


def test_an_entry_for_an_export_takes_its_deliveries_from_each(told: Told) -> None:
    told.send("initiated", 1.0, answer=500)
    told.send("initiated", 2.0, export="other", id="78")
    results = {one.check: one.result for one in verdicts(told.case(EACH, expect("nightly")))}
    assert results == {"expect/each": Result.PASSED, "expect/nightly": Result.FAILED}


def test_an_entry_for_an_export_leaves_broken_steps_of_it_alone(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=500)
    assert told.verdict(expect("nightly")).result is Result.PASSED


def test_an_entry_for_an_event_comes_before_the_one_for_its_export(told: Told) -> None:
    told.send("initiated", 1.0, answer=500)
    told.send("completed", 2.0)
    results = {one.check: one.result for one in verdicts(told.case(expect("nightly"), expect("nightly.initiated")))}
    assert results == {"expect/nightly": Result.PASSED, "expect/nightly.initiated": Result.FAILED}


def test_an_entry_for_a_step_comes_before_the_one_for_its_event(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="late", answer=500)
    results = {one.check: one.result for one in verdicts(told.case(expect("nightly.completed"), expect("late")))}
    assert results == {"expect/nightly.completed": Result.PASSED, "expect/late": Result.FAILED}


def test_an_entry_for_many_alike_speaks_of_every_one(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, exports=(Export(name="fleet", count=3),))
    told.send("completed", 1.0, export="fleet-1", id="1")
    told.send("completed", 2.0, export="fleet-3", id="3", answer=500)
    results = {one.check: one.result for one in verdicts(told.case(EACH, expect("fleet")))}
    assert results["expect/fleet"] is Result.FAILED
    assert results["expect/each"] is Result.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("named", "export", "speaks"),
    [
        ("", "nightly", True),
        ("nightly", "nightly", True),
        ("fleet", "fleet-2", True),
        ("fleet-2", "fleet-2", True),
        ("fleet-1", "fleet-2", False),
        ("single", "single-2", False),
        ("fleet", "fleet-x", False),
        ("nightly", "hourly", False),
    ],
)
def test_a_name_stands_for_itself_and_for_the_many_of_that_name(named: str, export: str, *, speaks: bool) -> None:
    exports = (Export(name="fleet", count=3), Export(name="single"), Export(name="nightly"))
    scenario = Scenario(title="", provider="clevertap", source="", text="", exports=exports)
    assert is_of(scenario, named, export) is speaks


# Zero evidence, and runs that did not come to their end


def test_an_expectation_of_what_was_never_sent_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    verdict = told.verdict(expect("done"))
    assert verdict.result is Result.INCONCLUSIVE
    assert "zero evidence" in verdict.because


def test_nothing_sent_at_all_is_inconclusive(told: Told) -> None:
    assert told.verdict(EACH).result is Result.INCONCLUSIVE


def test_each_with_nothing_left_to_speak_of_is_not_applicable(told: Told) -> None:
    told.send("completed", 1.0, step="done")
    found = {one.check: one.result for one in verdicts(told.case(EACH, expect("done")))}
    assert found["expect/each"] is Result.NOT_APPLICABLE


@pytest.mark.parametrize("footer", [True, False])
def test_a_run_cut_short_does_not_pass(tmp_path: Path, *, footer: bool) -> None:
    told = Told(folder=tmp_path, complete=False, footer=footer)
    told.send("completed", 1.0)
    verdict = told.verdict(EACH)
    assert verdict.result is Result.INCONCLUSIVE
    assert "did not come to its end" in verdict.because


def test_each_of_a_run_cut_short_that_speaks_of_nothing_yet_is_inconclusive(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, complete=False)
    told.send("completed", 1.0, step="done")
    found = {one.check: one.result for one in verdicts(told.case(EACH, expect("done")))}
    assert found["expect/each"] is Result.INCONCLUSIVE


def test_a_failure_in_a_run_cut_short_stays_one(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, complete=False)
    told.send("completed", 1.0, answer=500)
    assert told.verdict(EACH).result is Result.FAILED


@pytest.mark.parametrize(("sent", "result"), [(1, Result.INCONCLUSIVE), (2, Result.PASSED)])
def test_a_step_whose_copies_were_all_sent_passes_in_a_run_cut_short(tmp_path: Path, sent: int, result: Result) -> None:
    step = Step(name="done", event="completed", export="nightly", repeat=Repeat(count=2))
    told = Told(folder=tmp_path, complete=False, steps=(step,))
    for copy in range(sent):
        told.send("completed", 1.0 + copy, step="done", copy=copy)
    assert told.verdict(expect("done")).result is result


# refused


@pytest.mark.parametrize("answer", [400, 401, 403, 404, 422, 499, Outcome.CLOSED, Outcome.RESET])
def test_a_4xx_or_a_closed_connection_refuses(told: Told, answer: int | Outcome) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    assert told.verdict(expect("odd", "refused")).result is Result.PASSED


@pytest.mark.parametrize("answer", [200, 201, 500, 503, 399, *BROKEN])
def test_anything_else_does_not_refuse(told: Told, answer: int | Outcome) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    assert told.verdict(expect("odd", "refused")).result is Result.FAILED


@pytest.mark.parametrize("answer", [400, 200, 500])
@pytest.mark.parametrize("control", [None, 500, 401])
def test_a_receiver_that_takes_nothing_is_not_asked_to_refuse(told: Told, answer: int, control: int | None) -> None:
    if control:
        told.send("completed", 1.0, answer=control)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    verdict = told.verdict(expect("odd", "refused"))
    assert verdict.result is Result.INCONCLUSIVE
    assert "no delivery as the partner sends it was acknowledged at clevertap" in verdict.because


def test_a_control_at_another_endpoint_says_nothing_about_this_one(told: Told) -> None:
    told.send("completed", 1.0, endpoint="reachfive")
    told.send("completed", 2.0, step="odd", valid=False, answer=400)
    assert told.verdict(expect("odd", "refused")).result is Result.INCONCLUSIVE


def test_a_broken_delivery_that_is_acknowledged_is_no_control(told: Told) -> None:
    told.send("completed", 1.0, step="broken", valid=False)
    told.send("completed", 2.0, step="odd", valid=False, answer=400)
    assert told.verdict(expect("odd", "refused")).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("answer", HUNG_UP)
def test_a_used_connection_that_ends_may_have_ended_for_its_age(told: Told, answer: Outcome) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer, reused=True)
    verdict = told.verdict(expect("odd", "refused"))
    assert verdict.result is Result.INCONCLUSIVE
    assert "for its age" in verdict.because


def test_a_fresh_connection_that_ends_has_not_ended_for_its_age(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=Outcome.CLOSED)
    assert "for its age" not in told.verdict(expect("odd", "refused")).because


@pytest.mark.parametrize("accepted", ["ack", "refused", "2xx", "4xx"])
@pytest.mark.parametrize("code", [200, 404])
def test_an_answer_that_broke_off_is_none_whatever_its_first_line_said(told: Told, accepted: str, code: int) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", answer=Outcome.TRUNCATED, code=code)
    assert told.verdict(expect("odd", accepted)).result is Result.FAILED


@pytest.mark.parametrize("answer", GONE)
def test_a_receiver_that_has_gone_refuses_nothing(told: Told, answer: Outcome) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    assert told.verdict(expect("odd", "refused")).result is Result.INCONCLUSIVE


@pytest.mark.parametrize("answer", [401, 403])
def test_401_and_403_are_the_words_for_wrong_credentials(told: Told, answer: int) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="forged", credentials="wrong", answer=answer)
    assert "though 401" not in told.verdict(expect("forged", "refused")).because


def test_another_4xx_for_wrong_credentials_passes_and_is_named(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="forged", credentials="wrong", answer=404)
    verdict = told.verdict(expect("forged", "refused"))
    assert verdict.result is Result.PASSED
    assert "came back 404 after 10ms, which refuses, though 401 or 403 would say why" in verdict.because


def test_a_400_for_a_broken_body_needs_no_such_remark(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=400)
    assert "401" not in told.verdict(expect("odd", "refused")).because


@pytest.mark.parametrize("answer", [200, 401])
def test_wrong_credentials_mean_nothing_where_none_are_right(tmp_path: Path, answer: int) -> None:
    told = Told(folder=tmp_path, authorization=False)
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="forged", credentials="absent", answer=answer)
    verdict = told.verdict(expect("forged", "refused"))
    assert verdict.result is Result.NOT_APPLICABLE
    assert "neither a receiver file nor --authorization names any that they could differ from" in verdict.because


# Codes, any, and several words at once


@pytest.mark.parametrize(
    ("accepted", "answer", "result"),
    [
        (("401",), 401, Result.PASSED),
        (("401",), 403, Result.FAILED),
        (("4xx",), 403, Result.PASSED),
        (("4xx",), 503, Result.FAILED),
        (("302",), Outcome.REDIRECTED, Result.PASSED),
        (("200", "202"), 202, Result.PASSED),
        (("2xx",), 404, Result.FAILED),
        (("401",), Outcome.CLOSED, Result.FAILED),
        (("any",), 500, Result.PASSED),
        (("any",), Outcome.TIMEOUT_HEADERS, Result.PASSED),
        (("any",), Outcome.SKIPPED, Result.INCONCLUSIVE),
        (("ack", "refused"), 200, Result.PASSED),
        (("ack", "refused"), 404, Result.PASSED),
        (("ack", "refused"), 500, Result.FAILED),
        (("ack", "refused"), Outcome.TIMEOUT_HEADERS, Result.FAILED),
        (("ack", "409"), 409, Result.PASSED),
        (("ack", "409"), 200, Result.PASSED),
        (("ack", "409"), 400, Result.FAILED),
    ],
)
def test_any_of_the_named_answers_will_do(
    told: Told, accepted: tuple[str, ...], answer: int | Outcome, result: Result
) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    assert told.verdict(expect("odd", *accepted)).result is result


@pytest.mark.parametrize(
    ("accepted", "answer", "result"),
    [
        (("4xx",), 400, Result.INCONCLUSIVE),
        (("4xx",), 500, Result.INCONCLUSIVE),
        (("ack", "refused"), 400, Result.INCONCLUSIVE),
        (("ack", "4xx"), 400, Result.INCONCLUSIVE),
        (("ack", "refused"), 200, Result.PASSED),
        (("200",), 500, Result.FAILED),
        (("2xx",), 500, Result.FAILED),
        (("2xx",), 204, Result.INCONCLUSIVE),
        (("2xx",), 200, Result.PASSED),
    ],
)
def test_without_a_control_refusals_by_whatever_name_say_nothing(
    told: Told, accepted: tuple[str, ...], answer: int, result: Result
) -> None:
    told.send("completed", 2.0, step="odd", valid=False, answer=answer)
    assert told.verdict(expect("odd", *accepted)).result is result


def test_codes_are_compared_with_classes_of_the_receiver_file(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, acknowledged_by=("2xx",))
    told.send("completed", 2.0, step="odd", valid=False, answer=500)
    assert told.verdict(expect("odd", "202")).result is Result.FAILED


# within


def test_an_answer_in_time_passes_and_tells_how_late_the_sender_was(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, lateness=Lateness(p50=0.0001, p99=0.0004, max=0.002))
    told.send("completed", 1.0, took=1.9)
    verdict = told.verdict(expect("each", within=2.0))
    assert verdict.result is Result.PASSED
    assert verdict.because.endswith("; the sender itself was at most 0.4ms late in 99 of 100, 2ms at worst")
    assert verdict.sentence.endswith("within 2s")


def test_an_answer_too_late_fails_with_by_how_much(told: Told) -> None:
    told.send("completed", 1.0, took=2.5)
    verdict = told.verdict(expect("each", within=2.0))
    assert verdict.result is Result.FAILED
    assert "came back 200 after 2.5s, 500ms over the 2s it has" in verdict.because


def test_an_answer_exactly_in_time_is_in_time(told: Told) -> None:
    told.send("completed", 1.0, took=2.0)
    assert told.verdict(expect("each", within=2.0)).result is Result.PASSED


def test_a_wrong_answer_in_time_fails_for_its_status(told: Told) -> None:
    told.send("completed", 1.0, answer=500, took=0.1)
    verdict = told.verdict(expect("each", within=2.0))
    assert verdict.result is Result.FAILED
    assert "over the" not in verdict.because


def test_any_answer_has_to_be_in_time_as_well(told: Told) -> None:
    told.send("completed", 1.0, answer=Outcome.TIMEOUT_HEADERS, took=5.0)
    assert told.verdict(expect("each", "any", within=2.0)).result is Result.FAILED


@pytest.mark.parametrize(
    ("scale", "p99", "result"),
    [
        ("real", 1.5, Result.INCONCLUSIVE),
        ("real", 1.0, Result.FAILED),
        ("instant", 1.5, Result.FAILED),
        ("60x", 1.5, Result.FAILED),
    ],
)
def test_a_sender_too_late_in_real_time_measures_nothing(
    tmp_path: Path, scale: str, p99: float, result: Result
) -> None:
    told = Told(folder=tmp_path, scale=scale, lateness=Lateness(p99=p99))
    told.send("completed", 1.0, took=2.5)
    assert told.verdict(expect("each", within=2.0)).result is result


def test_a_sender_too_late_still_sees_a_wrong_status(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, scale="real", lateness=Lateness(p99=1.5))
    told.send("completed", 1.0, answer=500)
    assert told.verdict(expect("each", within=2.0)).result is Result.FAILED


def test_a_sender_too_late_does_not_touch_what_is_not_about_time(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, scale="real", lateness=Lateness(p99=1.5))
    told.send("completed", 1.0)
    assert told.verdict(EACH).result is Result.PASSED


def test_a_killed_run_does_not_know_how_late_it_was(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, footer=False, scale="real")
    told.send("completed", 1.0, took=3.0)
    verdict = told.verdict(expect("each", within=2.0))
    assert verdict.result is Result.FAILED
    assert "how late the sender itself was is not known" in verdict.because


def test_evidence_is_kept_to_twenty_lines(told: Told) -> None:
    for run in range(1, 31):
        told.send("completed", float(run), run=run, answer=500)
    assert len(told.verdict(EACH).evidence) == 20


def test_a_delivery_that_the_partner_itself_cut_off_is_no_refusal(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, step="cut", fault=True, answer=Outcome.CLOSED, hung_up=True)
    verdict = told.verdict(expect("cut", "refused"))
    assert verdict.result is Result.INCONCLUSIVE
    assert "on purpose" in verdict.because


def test_that_whatever_comes_will_do_is_no_promise(told: Told) -> None:
    told.send("completed", 1.0)
    assert told.verdict(expect("each", "any")).level == "may"
    assert told.verdict(expect("each", "ack")).level == "must"
