"""`eventually`: once all is answered, the receiver comes to show what the author named."""

from collections.abc import Callable, Iterator, Sequence

from simulator.check import Case, ClaimCheck, Finding, Hint, History, Sent, Watch
from simulator.check.order import clocks, walk
from simulator.check.proof import exceeds, proof
from simulator.check.state import COUNTED, duration, holds, shown, unclear, wanted
from simulator.check.subject import left_over, subject, unseen, unwatched
from simulator.limits import NEVER
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """After its last delivery was answered, every export shows the named values, at latest when the window ends.

    It is asked of exports of which something was acknowledged; `absent: true` of all that were sent. What shows only
    for a while counts by the last reading. It fails when the whole window was watched and the last reading shows
    something else. Runs that share an id are told apart only by readings between them.
    """
    speaks = subject(case, claim, history)
    if speaks is None or not ("absent" in claim.wants or any(one.acknowledged and one.status for one in speaks.sent)):
        return None
    alone, cut = _of_run(speaks, claim)
    if (doubt := left_over(case, speaks) or (None if cut else unseen(alone))) is not None:
        return doubt
    if not alone.at_rest:
        return Finding(Result.INCONCLUSIVE, f"no reading of {speaks.name} lies between its runs, which share the id")
    last = alone.at_rest[-1]
    lines = (alone.sent[-1].outcome_line, last.line)
    if holds(case, claim.wants, last):
        return _shared(case, claim, speaks, last) or _held(case, claim, alone)
    names = tuple(name for name in claim.wants if name != "absent")
    if (why := unclear(case, claim, last)) is not None:
        return Finding(Result.INCONCLUSIVE, f"{speaks.name} shows {shown(last, names)}: {why}", lines)
    if cut:
        because = (
            f"{speaks.name} showed {shown(last, names)} when the next run, of the same id, began: too soon to tell"
        )
        return Finding(Result.INCONCLUSIVE, because, lines)
    if not case.journal.complete:
        because = f"{speaks.name} showed {shown(last, names)} when the run was cut short"
        return Finding(Result.INCONCLUSIVE, because, lines)
    return unwatched(alone, claim.window) or _failed(case, claim, alone, names)


def _held(case: Case, claim: Claim, history: History) -> Finding:
    """It holds at the end; when it was first seen so, and whether it went away in between."""
    first = next(one for one in history.readings if holds(case, claim.wants, one))
    since = [one for one in history.at_rest if one.asked >= first.asked]
    lost = next((one for one in since if not holds(case, claim.wants, one)), None)
    took = max(first.done - history.answered, 0.0)
    when = f"{duration(took)} after the last answer" if took else "by the time of the last answer"
    because = f"{history.name} showed {wanted(claim.wants)} {when}"
    lines: tuple[int, ...] = (first.line, history.at_rest[-1].line)
    if lost is not None:
        because += f", then {shown(lost, tuple(claim.wants))} for a while, then again what it should"
        lines = (first.line, lost.line, history.at_rest[-1].line)
    watched = history.watched if claim.wants.get("absent") else None
    return Finding(Result.PASSED, because, tuple(dict.fromkeys(lines)), took, watched=watched)


def _failed(case: Case, claim: Claim, history: History, names: tuple[str, ...]) -> Finding:
    last = history.at_rest[-1]
    held = next((one for one in history.at_rest if holds(case, claim.wants, one)), None)
    watched = f"{duration(history.watched)} after its last answer (window {duration(claim.window)})"
    because = f"{history.name} still showed {shown(last, names)} {watched}, not {wanted(claim.wants)}"
    if held is not None:
        because += f"; it had shown it for a while, {duration(held.done - history.answered)} after the answer"
    lines = (history.sent[-1].outcome_line, *((held.line,) if held else ()), last.line)
    return Finding(Result.FAILED, because, lines, hint=_proven(claim, history))


def _proven(claim: Claim, history: History) -> Hint | None:
    """More than is wanted is there, or what nothing genuine can have made; less, or another value, may be late."""
    if claim.wants.get("absent"):
        forged = not any(one.genuine for one in history.sent)
        return proof(history, lambda one: bool(one.present)) if forged else None
    return proof(history, lambda one: exceeds(claim.wants, one))


def _of_run(history: History, claim: Claim) -> tuple[History, bool]:
    """What speaks of one run alone where several share an id, and whether a later run ends the time to watch it."""
    others = [one for one in history.sent if one.run != claim.run]
    if claim.run is None or not others:
        return history, False
    own = [one for one in history.sent if one.run == claim.run]
    began = own[0].intended
    next_ = min((one.intended for one in others if one.intended >= began), default=None)
    seen = [one for one in history.seen if one.asked >= began and (next_ is None or one.done <= next_)]
    return History(id=history.id, sent=own, seen=seen), next_ is not None


def _shared(case: Case, claim: Claim, history: History, last: Observation) -> Finding | None:
    """Where runs share an id, what is shown must come from the run that was asked for."""
    if claim.run is None or {one.run for one in history.sent} == {claim.run}:
        return None
    if set(claim.wants) == {"status"}:
        sources = [_source(walk(case, history, clock, claim.window), last) for clock in clocks(history.sent)]
        if all(source is not None and source.run == claim.run for source in sources):
            return None
    because = f"{history.name} shows {shown(last, tuple(claim.wants))}, which may come from another run of the same id"
    return Finding(Result.INCONCLUSIVE, because, (last.line,))


def _source(walked: Iterator[tuple[Observation, Sent | None]], last: Observation) -> Sent | None:
    return next((source for seen, source in walked if seen is last), None)


def _settled(claim: Claim) -> Callable[[Case, Sequence[Observation]], bool] | None:
    """Whether the last reading of each id shows it; what may still grow must have stood for a while.

    Absence needs the whole window.
    """
    if "absent" in claim.wants:
        return None
    while_ = NEVER if COUNTED & set(claim.wants) else 0.0

    def settled(case: Case, readings: Sequence[Observation]) -> bool:
        worked = [one for one in readings if one.probe == claim.probe and one.present is not None]
        ids = {one.id for one in worked}
        return bool(ids) and all(_stood(case, [one for one in worked if one.id == id_]) >= while_ for id_ in ids)

    def _stood(case: Case, readings: Sequence[Observation]) -> float:
        """Seconds for which the last readings have shown it; below zero when the very last does not."""
        since = None
        for one in reversed(readings):
            if not holds(case, claim.wants, one):
                break
            since = one.asked
        return -1.0 if since is None else readings[-1].done - since

    return settled


def watch(claim: Claim) -> Watch:
    """Until it holds. For absence all exports are read: one of them has to show that the probe works."""
    of = "" if "absent" in claim.wants else claim.of
    return Watch(probe=claim.probe, of=of, run=claim.run if of else None, window=claim.window, settled=_settled(claim))


CHECK = ClaimCheck(
    name="eventually",
    judge=judge,
    watch=watch,
    promise=lambda claim: f"{claim.of or 'every export'} shows {wanted(claim.wants)} within {duration(claim.window)}",
    nothing=lambda claim: f"nothing of {claim.of or 'any export'} was acknowledged, so there is nothing to see",
    needs=lambda claim: tuple(name for name in claim.wants if name != "absent"),
    control=lambda claim: () if claim.wants.get("absent") else None,
)
