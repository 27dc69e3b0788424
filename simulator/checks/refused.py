"""`refused`: the receiver does not take the delivery, and says so or hangs up."""

from simulator.check import Case, ExpectationCheck, Finding, Hint
from simulator.check.answers import evidence, hung_up, no_control, told
from simulator.check.proof import taken
from simulator.model import Attempt, Outcome, Result
from simulator.scenario import Expectation


def judge(case: Case, _expectation: Expectation, attempt: Attempt) -> Finding:
    """The answer is a 4xx, or the connection ends without an answer.

    It is judged only when the same endpoint acknowledged a delivery as the partner sends it: a receiver that refuses
    everything refuses this for no reason. For wrong credentials 401 and 403 are the words; another 4xx refuses too, and
    is named. A connection that had carried a request before may have ended for its age: that shows nothing, until it is
    played on a connection of its own.
    """
    if (nothing := no_control(case, attempt)) is not None:
        return nothing
    if not attempt.outcome.reached:
        return Finding(Result.INCONCLUSIVE, f"{told(attempt)}: nobody was there to refuse it", evidence(attempt))
    if hung_up(attempt):
        if not attempt.reused:
            return Finding(Result.PASSED, told(attempt), evidence(attempt), attempt.took)
        because = f"{told(attempt)}; it may have ended for its age, and not to refuse this"
        return Finding(Result.INCONCLUSIVE, because, evidence(attempt), hint=Hint.AGED)
    if attempt.outcome is not Outcome.ANSWERED or not 400 <= attempt.answer_status < 500:
        return Finding(Result.FAILED, told(attempt), evidence(attempt), hint=taken(case, attempt))
    plain = attempt.credentials == "right" or attempt.answer_status in (401, 403)
    other = "" if plain else ", which refuses, though 401 or 403 would say why"
    return Finding(Result.PASSED, told(attempt) + other, evidence(attempt), attempt.took)


CHECK = ExpectationCheck(name="refused", judge=judge)
