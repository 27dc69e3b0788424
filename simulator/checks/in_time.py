"""`within`: the whole answer comes in the time the author gave."""

from functools import partial

from simulator.check import Case, ExpectationCheck, Finding
from simulator.check.answers import evidence, told
from simulator.check.state import duration
from simulator.model import Attempt, Result
from simulator.scenario import Expectation


def judge(case: Case, expectation: Expectation, attempt: Attempt) -> Finding:
    """From the first byte sent to the end of the answer no more time passes than `within`.

    Of a partner that tries again, the attempt that was answered counts. In real time, a sender that was itself late for
    one in a hundred deliveries by more than a second measures nothing that can be trusted.
    """
    within = expectation.within
    if within is None:
        return Finding(Result.PASSED, partial(told, attempt), evidence(attempt), attempt.took)
    if case.sender_too_late:
        because = f"this machine was too late to measure anything: {case.lateness_in_words}"
        return Finding(Result.INCONCLUSIVE, because, evidence(attempt))
    if attempt.took <= within:
        return Finding(Result.PASSED, partial(told, attempt), evidence(attempt), attempt.took)
    because = f"{told(attempt)}, {duration(attempt.took - within)} over the {duration(within)} it has"
    return Finding(Result.FAILED, because, evidence(attempt), attempt.took)


CHECK = ExpectationCheck(name="within", judge=judge)
