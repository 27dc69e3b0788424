"""`never`, `goes: [A, B]`: what shows A does not go on to show B."""

from simulator.check import Case, ClaimCheck, Finding, History, Sent, whole_window
from simulator.check.order import ByClock, clocks, dated, walk
from simulator.check.state import duration
from simulator.check.subject import left_over, restored, subject, unseen, unwatched
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """No reading shows B after an earlier one showed A for the same id.

    A newer run of that id may begin again: B is rightful when it comes from a delivery that ends nothing, and that
    happened, by the partner's clock, after what A was shown for. It passes only when A was seen and the whole window
    was watched.
    """
    first, second = claim.goes or ("", "")
    speaks = subject(case, claim, history)
    if speaks is None or not any(one.status == first and one.acknowledged for one in speaks.sent):
        return None
    if (doubt := left_over(case, speaks)) is not None:
        return doubt
    bad = [_back(case, claim, speaks, clock) for clock in clocks(speaks.sent)]
    found = bad[0]
    if found is not None and all(bad):
        before, after = found
        because = f'{speaks.name} showed "{first}", and {duration(after.done - before.done)} later "{second}"'
        if not dated(speaks.sent):
            return Finding(
                Result.INCONCLUSIVE,
                f"{because}; the author set the times, so it may be rightful",
                (before.line, after.line),
            )
        if (healed := restored(speaks, after, lambda one: _shows(case, one, first))) is not None:
            because += f', and {duration(healed.done - after.done)} later "{first}" again: the probe contradicts itself'
            return Finding(Result.INCONCLUSIVE, because, (before.line, after.line, healed.line))
        return Finding(Result.FAILED, because, (before.line, after.line))
    if (doubt := unseen(speaks)) is not None:
        return doubt
    seen = next((one for one in speaks.readings if _shows(case, one, first)), None)
    if seen is None:
        return Finding(
            Result.INCONCLUSIVE,
            f'{speaks.name} was never seen to show "{first}", so nothing can follow it',
            (speaks.at_rest[-1].line,),
        )
    because = f'{speaks.name} showed "{first}" and was watched until {duration(speaks.watched)} after its last answer'
    passed = Finding(
        Result.PASSED, because, (seen.line, speaks.at_rest[-1].line), speaks.watched, watched=speaks.watched
    )
    return unwatched(speaks, claim.window) or passed


def _back(case: Case, claim: Claim, history: History, clock: ByClock) -> tuple[Observation, Observation] | None:
    """The first reading of A and the one of B that nothing newer accounts for."""
    first, second = claim.goes or ("", "")
    shown: Observation | None = None
    for seen, source in walk(case, history, clock, claim.window):
        if shown is not None and seen.asked >= shown.done and _shows(case, seen, second) and not _rightful(source):
            return shown, seen
        if _shows(case, seen, first) and (shown is None or seen.done < shown.done):
            shown = seen
    return None


def _rightful(source: Sent | None) -> bool:
    return source is not None and not source.end


def _shows(case: Case, seen: Observation, status: str) -> bool:
    return bool(seen.present) and case.same_status(seen.values.get("status"), status)


CHECK = ClaimCheck(
    name="never-goes",
    judge=judge,
    watch=whole_window,
    promise=lambda claim: f"{claim.of or 'no export'} never goes from {' to '.join(claim.goes or ())}",
    nothing=lambda claim: f"no {(claim.goes or ('',))[0]} of {claim.of or 'any export'} was acknowledged",
    needs=lambda _: ("status",),
)
