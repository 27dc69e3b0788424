"""`ends-stay-ended`: what has ended does not begin again, nor go away."""

from collections.abc import Iterator

from simulator.check import Case, ClaimCheck, Finding, History, whole_window
from simulator.check.order import ByClock, clocks, dated, walk
from simulator.check.state import duration, unexplained, value
from simulator.check.subject import left_over, restored, subject, unseen, unwatched
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """Once a reading showed the status of an end, no later one shows another status, none, or no such export.

    A newer run of the same id may begin again: its status is rightful when it comes from a delivery that happened, by
    the partner's clock, after the end that was shown. It is asked of exports of which an end was acknowledged, and
    passes only when an end was seen and the whole window was watched.
    """
    speaks = subject(case, claim, history)
    if speaks is None or not any(one.end and one.genuine and one.acknowledged for one in speaks.sent):
        return None
    if (doubt := left_over(case, speaks)) is not None:
        return doubt
    undone = [next(_undone(case, claim, speaks, clock), None) for clock in clocks(speaks.sent)]
    if undone[0] is not None and all(undone):
        return _told(case, speaks, *undone[0])
    if (doubt := unseen(speaks)) is not None:
        return doubt
    seen = next((one for one in speaks.readings if _ended(case, speaks, one)), None)
    last = speaks.at_rest[-1]
    if seen is None:
        return Finding(Result.INCONCLUSIVE, f"{speaks.name} was never seen to have ended", (last.line,))
    because = f"{speaks.name} had ended, and was watched until {duration(speaks.watched)} after its last answer"
    passed = Finding(Result.PASSED, because, (seen.line, last.line), speaks.watched, watched=speaks.watched)
    return unwatched(speaks, claim.window) or passed


def _undone(case: Case, claim: Claim, history: History, clock: ByClock) -> Iterator[tuple[Observation, Observation]]:
    """Readings that show an end, each with a later one that shows none and that nothing newer accounts for."""
    ended: Observation | None = None
    for seen, source in walk(case, history, clock, claim.window):
        shows_end = _ended(case, history, seen)
        if ended is not None and seen.asked >= ended.done and not shows_end and source is None:
            yield ended, seen
        if shows_end and (ended is None or seen.done < ended.done):
            ended = seen


def _ended(case: Case, history: History, seen: Observation) -> bool:
    shown = seen.values.get("status")
    return any(case.same_status(shown, one) for one in history.end_statuses)


def _told(case: Case, history: History, ended: Observation, after: Observation) -> Finding:
    was, now = ended.values.get("status"), after.values.get("status")
    later = duration(after.done - ended.done)
    shown = f"status {value(now)}" if after.present else "no such export"
    because = f"{history.name} had ended with status {value(was)}, and {later} later there was {shown}"
    lines = (ended.line, after.line)
    if odd := unexplained(case, now):
        return Finding(Result.INCONCLUSIVE, f"{because}, {odd}", lines)
    if after.present and not dated(history.sent):
        because += "; the author set the times, so it may be rightful"
        return Finding(Result.INCONCLUSIVE, because, lines)
    if (healed := restored(history, after, lambda one: _ended(case, history, one))) is not None:
        because += f", and {duration(healed.done - after.done)} later the end again: the probe contradicts itself"
        return Finding(Result.INCONCLUSIVE, because, (*lines, healed.line))
    before = [one for one in history.sent if ended.done <= one.intended <= after.done]
    return Finding(Result.FAILED, f"{because}{f', after {before[-1].name}' if before else ''}", lines)


CHECK = ClaimCheck(
    name="ends-stay-ended",
    judge=judge,
    watch=whole_window,
    promise=lambda claim: f"once {claim.of or 'an export'} has ended, it stays ended",
    nothing=lambda claim: f"no end of {claim.of or 'any export'} was acknowledged",
    needs=lambda _: ("status",),
)
