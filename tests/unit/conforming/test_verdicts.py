"""The verdicts of a play become one verdict for its rule."""

from typing import Literal

import pytest

from simulator.conforming.verdicts import judged_play
from simulator.model import Level, Report, Result
from tests.unit.conforming.rules_made import CLAIMED, FAILED, NOT, PASSED, UNCLEAR, pair, played, receiver, verdict


@pytest.mark.parametrize(
    ("results", "whole"),
    [
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT], PASSED),
        ([NOT, NOT], NOT),
        ([PASSED, UNCLEAR, NOT], UNCLEAR),
        ([UNCLEAR, PASSED, FAILED], FAILED),
        ([], UNCLEAR),
    ],
)
def test_a_rule_ends_as_the_gravest_of_its_parts(results: list[Result], whole: Result) -> None:
    made = judged_play(pair(), played(*(verdict(one, f"expect/{n}") for n, one in enumerate(results))))
    assert made.verdict.result is whole
    assert made.play.verdicts == (made.verdict,)
    assert (made.verdict.check, made.verdict.sentence, made.verdict.level) == ("ack/plain", "It is so", "must")
    assert bool(made.verdict.because) is True
    assert made.verdict.scenario == "ack/plain@clevertap"


def test_its_reason_and_evidence_are_those_of_the_parts_it_rests_on() -> None:
    parts = [
        verdict(PASSED, "expect/a", evidence=(1, 2)),
        verdict(FAILED, "expect/b", evidence=(3, 4, 9)),
        verdict(FAILED, "then/1-never", evidence=(4, 5)),
    ]
    made = judged_play(pair(), played(*parts)).verdict
    assert made.because == "expect/b failed; then/1-never failed"
    assert made.evidence == (3, 4, 5, 9)
    assert made.reproduce == "partnersim run x"


def test_a_control_that_fails_leaves_nothing_to_judge_however_the_rest_ended() -> None:
    controlled = pair(more="control: [each]")
    made = judged_play(controlled, played(verdict(FAILED), verdict(FAILED, "expect/absent")))
    assert made.verdict.result is NOT
    assert "the plain delivery is not acknowledged" in made.verdict.because
    assert [one.check for one in made.parts] == ["expect/absent"]


@pytest.mark.parametrize(("control", "whole"), [(UNCLEAR, UNCLEAR), (NOT, PASSED), (PASSED, PASSED)])
def test_a_control_that_does_not_fail_proves_nothing_by_itself(control: Result, whole: Result) -> None:
    controlled = pair(more="control: [each]")
    made = judged_play(controlled, played(verdict(control), verdict(PASSED, "expect/absent")))
    assert made.verdict.result is whole
    assert judged_play(controlled, played(verdict(PASSED))).verdict.result is UNCLEAR


def test_what_may_be_answered_in_any_way_is_no_evidence() -> None:
    assert judged_play(pair(), played(verdict(PASSED, level="may"))).verdict.result is UNCLEAR


def test_what_never_reached_the_receiver_says_so_in_the_same_words_everywhere() -> None:
    made = judged_play(pair(), played(verdict(UNCLEAR), reached=False))
    assert made.verdict.because == "nothing of it reached the receiver"


@pytest.mark.parametrize(
    ("level", "fail_on", "result", "counts"),
    [
        ("should", "must", FAILED, False),
        ("should", "should", FAILED, True),
        ("should", "should", UNCLEAR, False),
        ("may", "should", FAILED, False),
        ("must", "should", FAILED, True),
    ],
)
def test_a_broken_should_counts_as_a_must_only_when_asked_and_a_may_never(
    level: Level, fail_on: Literal["must", "should"], result: Result, counts: bool
) -> None:
    made = judged_play(pair(level=level), played(verdict(result)), fail_on).verdict
    assert (made.level, made.counts) == (level, counts)


def report_of(*levels_and_results: tuple[Level, Result]) -> Report:
    plays = [judged_play(pair(level=level), played(verdict(result))).play for level, result in levels_and_results]
    return Report(version="0", started="s", seed=1, plays=tuple(plays))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([("must", PASSED), ("should", FAILED), ("may", FAILED)], 0),
        ([("should", PASSED)], 0),
        ([("should", FAILED)], 0),
        ([("must", NOT), ("should", PASSED)], 0),
        ([("must", UNCLEAR), ("should", PASSED)], 4),
        ([("must", FAILED), ("should", PASSED)], 1),
        ([("must", NOT)], 4),
        ([("should", UNCLEAR)], 4),
        ([("may", PASSED)], 4),
        ([("must", NOT), ("may", FAILED)], 4),
    ],
)
def test_a_run_without_evidence_of_any_rule_never_passes(found: list[tuple[Level, Result]], code: int) -> None:
    assert report_of(*found).exit_code == code


@pytest.mark.parametrize(
    ("probes", "why"),
    [
        ("", "no probe 'export'"),
        (
            "probes: {export: {get: 'http://receiver.test/{id}', select: {at: $.at}}}",
            "the probe 'export' does not select `status`; the probe 'export' does not select `effects`",
        ),
    ],
)
def test_what_cannot_be_shown_is_left_out_only_where_the_rule_says_so(probes: str, why: str) -> None:
    play = played(verdict(PASSED), verdict(UNCLEAR, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
    mild = judged_play(pair(more="where_shown: true", scenario=CLAIMED), play, receiver=receiver(probes))
    assert mild.verdict.result is PASSED
    assert mild.verdict.because == f"the answers were right; effects were not looked at: {why}"
    assert (mild.unseen, [one.check for one in mild.parts]) == (why, ["expect/each"])
    strict = judged_play(pair(scenario=CLAIMED), play, receiver=receiver(probes))
    assert (strict.verdict.result, strict.unseen) == (UNCLEAR, "")


def test_what_can_be_shown_counts_as_it_does_for_any_rule() -> None:
    probe = "probes: {export: {get: 'http://receiver.test/{id}', select: {status: $.status}}}"
    shown = pair(more="where_shown: true", scenario=CLAIMED)
    for result in (FAILED, UNCLEAR):
        play = played(verdict(PASSED), verdict(result, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
        assert judged_play(shown, play, receiver=receiver(probe)).verdict.result is result
    play = played(verdict(FAILED), verdict(UNCLEAR, "then/1-never"))
    assert judged_play(shown, play, receiver=receiver()).verdict.because == "expect/each failed"


def test_a_rule_of_which_nothing_can_be_shown_does_not_pass_by_that() -> None:
    play = played(verdict(UNCLEAR, "then/1-never"), verdict(UNCLEAR, "then/2-never"))
    made = judged_play(pair(more="where_shown: true", scenario=CLAIMED), play, receiver=receiver())
    assert (made.verdict.result, made.unseen) == (UNCLEAR, "")
    assert made.verdict.because == "then/1-never inconclusive; then/2-never inconclusive"


@pytest.mark.parametrize(
    ("level", "answer", "because"),
    [
        ("may", PASSED, "answered and ignored: expect/each passed, but then/1-never failed"),
        ("may", FAILED, "expect/each failed; then/1-never failed"),
        ("must", PASSED, "then/1-never failed"),
    ],
)
def test_what_may_be_is_not_tolerated_when_it_is_answered_and_ignored(
    level: Level, answer: Result, because: str
) -> None:
    probe = "probes: {export: {get: 'http://receiver.test/{id}', select: {status: $.status}}}"
    play = played(verdict(answer), verdict(FAILED, "then/1-never"))
    shown = pair(more="where_shown: true", level=level, scenario=CLAIMED)
    made = judged_play(shown, play, receiver=receiver(probe)).verdict
    assert (made.result, made.because) == (FAILED, because)
    answers = played(verdict(PASSED), verdict(UNCLEAR, "then/1-never"))
    assert judged_play(shown, answers, receiver=receiver()).verdict.result is PASSED, "no probe: nothing is known of it"
