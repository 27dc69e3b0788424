"""Findings become a verdict: the promise, the result, and why in words a person would use."""

import math

from simulator.check.case import Case
from simulator.check.expected import EACH
from simulator.check.finding import Tally
from simulator.check.kinds import ClaimCheck
from simulator.check.showing import MARGIN
from simulator.check.state import duration
from simulator.model import Result, Verdict
from simulator.scenario import Claim, Expectation


def _cut(case: Case) -> str:
    """Why not all was played."""
    return case.journal.lost or "the run did not come to its end"


def on_answers(case: Case, expectation: Expectation, tally: Tally, *, played: bool) -> Verdict:
    """The verdict on one expectation. `played`: whether all deliveries it speaks of were made."""
    result, because = tally.outcome, ""
    if result is None:
        result, because = _no_delivery(case, expectation, played=played)
    elif result is Result.PASSED:
        because = _all_fine(tally)
        if not played:
            result, because = Result.INCONCLUSIVE, f"{_cut(case)}; so far: {because}"
    else:
        because = _some(tally, result, "deliveries")
    if expectation.within is not None and result in (Result.PASSED, Result.FAILED):
        because = f"{because}; {case.lateness_in_words}"
    return Verdict(
        check=f"expect/{expectation.name}",
        result=result,
        because=because,
        evidence=_evidence(tally, result),
        # Whatever comes will do: that is no promise, and no evidence of one.
        level="may" if expectation.status == ("any",) and expectation.within is None else "must",
        sentence=promised(case, expectation),
    )


def promised(case: Case, expectation: Expectation) -> str:
    """An expectation in words."""
    who = "each delivery as the partner sends it" if expectation.name == EACH else expectation.name
    codes = [one for one in expectation.status if one not in ("ack", "any", "refused")]
    ways = [
        *([f"acknowledged ({', '.join(case.acknowledged_by)})"] if "ack" in expectation.status else []),
        *(["refused (4xx, or the connection ends)"] if "refused" in expectation.status else []),
        *([f"answered {' or '.join(codes)}"] if codes else []),
        *(["answered in any way"] if "any" in expectation.status else []),
    ]
    within = "" if expectation.within is None else f" within {duration(expectation.within)}"
    return f"{who} is {' or '.join(ways)}{within}"


def _no_delivery(case: Case, expectation: Expectation, *, played: bool) -> tuple[Result, str]:
    if not case.facts.attempts:
        return Result.INCONCLUSIVE, "zero evidence: nothing was sent in this run"
    if expectation.name == EACH and case.journal.complete:
        return (
            Result.NOT_APPLICABLE,
            "every delivery of this run has an expectation of its own, or is none of the partner's",
        )
    where = "" if played else f": {_cut(case)}"
    return Result.INCONCLUSIVE, f"zero evidence: no delivery of {expectation.name} is in the journal{where}"


def _all_fine(tally: Tally) -> str:
    longest = tally.longest
    last = tally.counts[Result.NOT_APPLICABLE]
    beside = f" ({last} besides could not be judged: {tally.first[Result.NOT_APPLICABLE].because})" if last else ""
    count = tally.counts[Result.PASSED]
    if longest is None or count == 1:
        return f"{longest.because if longest else ''}{beside}"
    return f"all {count:,} did; the slowest: {longest.because}{beside}"


def _some(tally: Tally, result: Result, things: str) -> str:
    """How many, and the first of them."""
    first, count = tally.first[result].because, tally.counts[result]
    total = tally.total - (0 if result is Result.NOT_APPLICABLE else tally.counts[Result.NOT_APPLICABLE])
    if total == 1:
        return first
    how = {
        Result.FAILED: "fell short",
        Result.INCONCLUSIVE: "could not be judged",
        Result.NOT_APPLICABLE: "could not be asked for it",
    }[result]
    which = "" if count == 1 else "the first: "
    return f"{count:,} of {total:,} {things} {how}; {which}{first}"


def on_state(case: Case, claim: Claim, check: ClaimCheck, tally: Tally, lag: float = 0.0) -> Verdict:
    """The verdict on one claim. `lag`: seconds for which genuine notifications of this run did not show yet."""
    across = check.across(claim, tally) if check.across else None
    if across is not None:
        tally.add(across)
    result = tally.outcome
    if result is None or (result is Result.NOT_APPLICABLE and check.across):
        # What is compared across exports counts those that had nothing to be judged by as not applicable.
        result, because = Result.INCONCLUSIVE, check.nothing(claim)
    elif result is Result.NOT_APPLICABLE:
        because = tally.first[result].because
    elif result is Result.PASSED:
        longest = tally.longest
        because = longest.because if longest else ""
        if tally.counts[result] > 1:
            because = f"so it was for all {tally.counts[result]:,} exports; the slowest: {because}"
        if not case.journal.complete:
            result, because = Result.INCONCLUSIVE, f"{_cut(case)}; so far: {because}"
        elif short := _too_short(tally, lag):
            result, because = Result.INCONCLUSIVE, short
    else:
        because = _some(tally, result, "exports")
    return _verdict(claim, check, result, because, _evidence(tally, result))


def _too_short(tally: Tally, lag: float) -> str:
    """Why what did not show may still come: a genuine notification took as long to show as was watched; else ""."""
    if tally.briefest is None or (tally.briefest.watched or 0.0) >= MARGIN * lag:
        return ""
    return (
        f"{tally.briefest.because}, but a genuine notification of this run still did not show {duration(lag)} after "
        f"its answer: watch for longer, with --patience {math.ceil(2 * lag)}s"
    )


def beforehand(case: Case, claim: Claim, check: ClaimCheck) -> Verdict | None:
    """What keeps a claim from being judged at all: no probe, no such select name, a probe that never showed it."""
    because = _missing(case, claim, check) or _found_nothing(case, claim) or _never_shown(case, claim, check)
    return _verdict(claim, check, Result.INCONCLUSIVE, because, ()) if because else None


def _missing(case: Case, claim: Claim, check: ClaimCheck) -> str:
    if claim.probe not in case.probes:
        declare = "declare it under `probes` of a receiver file, with `get` and `select`"
        return f"the receiver has no probe {claim.probe!r}: {declare}"
    offered = case.probes[claim.probe]["select"]
    missing = [name for name in check.needs(claim) if name not in offered]
    if missing:
        return f"the probe {claim.probe!r} does not show {', '.join(missing)}: declare it under `probes`, `select`"
    if not case.facts.attempts:
        return "zero evidence: nothing was sent in this run"
    if not case.journal.complete and case.journal.lost:
        return case.journal.lost
    return "" if case.facts.reached else "the receiver was never reached"


def _found_nothing(case: Case, claim: Claim) -> str:
    """A `select` that finds nothing in any answer tells of its own mistake, or of a receiver that knows nothing."""
    if claim.probe not in case.facts.hollow or claim.probe in case.facts.shown:
        return ""
    return (
        f"the probe {claim.probe!r} answered 200 in this run, and its `select` found nothing in any answer: compare it "
        "with what the receiver shows of an export that it knows"
    )


def _never_shown(case: Case, claim: Claim, check: ClaimCheck) -> str:
    names = check.control(claim)
    if names is None:
        return ""
    shown = case.facts.shown.get(claim.probe)
    remedy = "let the scenario send a genuine delivery besides, and look at the probe's `get` and `select`"
    if shown is None:
        because = f"the probe {claim.probe!r} showed no export at all in this run"
        return f"{because}, so what it does not show means nothing: {remedy}"
    unseen = [name for name in names if name not in shown]
    if unseen:
        because = f"the probe {claim.probe!r} never showed any {', '.join(unseen)} in this run"
        return f"{because}, so its absence means nothing: {remedy}"
    return ""


def _evidence(tally: Tally, result: Result) -> tuple[int, ...]:
    """The lines of the gravest; for what passed so far, of that."""
    lines = tally.lines(result)
    return lines if lines or result is not Result.INCONCLUSIVE else tally.lines(Result.PASSED)


def _verdict(claim: Claim, check: ClaimCheck, result: Result, because: str, evidence: tuple[int, ...]) -> Verdict:
    return Verdict(check=claim.check, result=result, because=because, evidence=evidence, sentence=check.promise(claim))
