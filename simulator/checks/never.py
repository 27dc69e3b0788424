"""`never`: at no time does the receiver show what the author named."""

from simulator.check import Case, ClaimCheck, Finding, Hint, History, Watch
from simulator.check.order import clocks, walk
from simulator.check.proof import proof
from simulator.check.state import duration, holds, shown, unclear, wanted
from simulator.check.subject import left_over, subject, unseen, unwatched
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """No reading of the whole run, nor of the window after it, shows the named values.

    With `absent: true`: once shown, the export never goes away. It passes only when the whole window was watched and
    the probe is known to work: it has shown such a value, of whichever export, in this run.
    """
    speaks = subject(case, claim, history)
    if speaks is None:
        return None
    if (doubt := left_over(case, speaks)) is not None:
        return doubt
    bad = _gone(speaks) if "absent" in claim.wants else _shown(case, claim, speaks)
    if bad is not None:
        names = tuple(name for name in claim.wants if name != "absent")
        because = f"{speaks.name} showed {shown(bad, names)} {_when(speaks, bad)}"
        return Finding(Result.FAILED, because, (bad.line,), hint=_proven(case, claim, speaks))
    if (doubt := unseen(speaks) or unwatched(speaks, claim.window)) is not None:
        return doubt
    strange = next((one for one in speaks.readings if "status" in claim.wants and unclear(case, claim, one)), None)
    if strange is not None:
        because = f"{speaks.name} showed {shown(strange, ('status',))}: {unclear(case, claim, strange)}"
        return Finding(Result.INCONCLUSIVE, because, (strange.line,))
    if "absent" in claim.wants and not any(one.present for one in speaks.readings):
        return Finding(Result.INCONCLUSIVE, f"{speaks.name} was never there to go away", (speaks.readings[-1].line,))
    because = f"{speaks.name} did not, watched until {duration(speaks.watched)} after its last answer"
    return Finding(
        Result.PASSED, because, tuple(one.line for one in speaks.readings[-2:]), speaks.watched, watched=speaks.watched
    )


def _shown(case: Case, claim: Claim, history: History) -> Observation | None:
    """The first reading that shows it; where runs share an id and one is asked for, not what another accounts for."""
    bad = [one for one in history.readings if holds(case, claim.wants, one)]
    if claim.run is None or {one.run for one in history.sent} == {claim.run}:
        return next(iter(bad), None)
    lines = {one.line for one in bad}
    for clock in clocks(history.sent):
        walked = walk(case, history, clock, claim.window)
        lines &= {seen.line for seen, source in walked if source is None or source.run == claim.run}
    began = min(one.intended for one in history.sent if one.run == claim.run)
    return next((one for one in bad if one.line in lines and one.asked >= began), None)


def _proven(case: Case, claim: Claim, history: History) -> Hint | None:
    """What went away may come back, and what another run of the same id shows is not told from this one's."""
    one_run = claim.run is None or {one.run for one in history.sent} == {claim.run}
    if not one_run or "absent" in claim.wants:
        return None
    return proof(history, lambda one: holds(case, claim.wants, one))


def _gone(history: History) -> Observation | None:
    """The first reading without the export after one that had it."""
    there = min((one.done for one in history.readings if one.present), default=None)
    return next(
        (one for one in history.readings if there is not None and one.present is False and one.asked >= there), None
    )


def _when(history: History, seen: Observation) -> str:
    before = [one for one in history.sent if one.intended <= seen.asked]
    after = f", after {before[-1].name} was sent" if before else ""
    return f"{duration(seen.asked)} into the run{after}"


def watch(claim: Claim) -> Watch:
    """The whole window, and all exports: one of them has to show that the probe works."""
    return Watch(probe=claim.probe, of="", run=None, window=claim.window, settled=None)


CHECK = ClaimCheck(
    name="never",
    judge=judge,
    watch=watch,
    promise=lambda claim: (
        f"{claim.of or 'no export'} never shows {wanted(claim.wants)}, watched for {duration(claim.window)}"
    ),
    nothing=lambda claim: f"nothing of {claim.of or 'any export'} came to the receiver",
    needs=lambda claim: tuple(name for name in claim.wants if name != "absent"),
    control=lambda claim: tuple(name for name in claim.wants if name != "absent"),
)
