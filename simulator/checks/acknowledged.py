"""`ack`: the receiver says that it has the notification."""

from functools import partial

from simulator.check import Case, ExpectationCheck, Finding
from simulator.check.answers import aged, evidence, told
from simulator.model import Attempt, Result
from simulator.scenario import Expectation


def judge(case: Case, _expectation: Expectation, attempt: Attempt) -> Finding:
    """The answer acknowledges the delivery, by the partner's rule or by the receiver file's `acknowledges`.

    A partner that tries again is content with the last of its attempts. Redirects, timeouts, answers that are no HTTP
    and connections that end without an answer acknowledge nothing; nor does a receiver that was there and has gone. A
    kept connection that may have ended for its age shows nothing where it is not played again.
    """
    if (unsettled := aged(case, attempt)) is not None:
        return unsettled
    result = Result.PASSED if case.acknowledged(attempt) else Result.FAILED
    return Finding(result, partial(told, attempt), evidence(attempt), attempt.took)


CHECK = ExpectationCheck(name="ack", judge=judge)
