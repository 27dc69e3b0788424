"""Status codes, classes and `any`: the receiver answers with what the author named."""

from functools import partial

from simulator.check import Case, ExpectationCheck, Finding, status_fits
from simulator.check.answers import aged, evidence, no_control, told
from simulator.check.proof import taken
from simulator.model import Attempt, Outcome, Result
from simulator.scenario import Expectation


def judge(case: Case, expectation: Expectation, attempt: Attempt) -> Finding:
    """The answer has one of the named status codes or classes (`401`, `4xx`); with `any`, whatever comes will do.

    Codes that acknowledge nothing are a way to refuse: they are judged only when the same endpoint acknowledged a
    delivery as the partner sends it.
    """
    if "any" in expectation.status:
        return Finding(Result.PASSED, partial(told, attempt), evidence(attempt), attempt.took)
    refuses = not _acknowledging(case, expectation)
    if refuses and (nothing := no_control(case, attempt)) is not None:
        return nothing
    came = attempt.outcome in (Outcome.ANSWERED, Outcome.REDIRECTED)
    fits = came and status_fits(attempt.answer_status, expectation.status)
    if fits and not case.acknowledged(attempt) and (nothing := no_control(case, attempt)) is not None:
        return nothing
    if fits:
        return Finding(Result.PASSED, partial(told, attempt), evidence(attempt), attempt.took)
    return aged(case, attempt) or Finding(
        Result.FAILED, partial(told, attempt), evidence(attempt), hint=taken(case, attempt) if refuses else None
    )


def _acknowledging(case: Case, expectation: Expectation) -> bool:
    """Whether one of the named codes may acknowledge."""
    return any(
        one == other or (one[1:] == "xx" and one[0] == other[0]) or (other[1:] == "xx" and one[0] == other[0])
        for one in expectation.status
        for other in case.acknowledged_by
    )


CHECK = ExpectationCheck(name="status", judge=judge)
