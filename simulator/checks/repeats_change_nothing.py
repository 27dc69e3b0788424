"""`repeats-change-nothing`: the same bytes once more have no effect, and are acknowledged where that is due."""

import math
from collections.abc import Iterator, Sequence
from itertools import chain

from simulator.check import Case, ClaimCheck, Finding, Hint, History, Sent, side_by_side, whole_window
from simulator.check.answers import HUNG_UP
from simulator.check.order import clocks, most_runs
from simulator.check.proof import exceeds, proof
from simulator.check.state import count, duration, fits, shown, unexplained
from simulator.check.subject import left_over, restored, subject, unseen, unwatched
from simulator.model import Observation, Outcome, Result
from simulator.scenario import Claim

_OF_ONE_NOTIFICATION = frozenset(
    {"status", "at", "name", "total", "total_failed", "total_succeeded", "total_operations"}
)
"""Select names that a receiver takes from one notification, all of them together: none of them follows later."""

Found = tuple[Result, str, tuple[int, ...]]


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """However often a notification comes, one after another or at once, it acts once; what comes later is acknowledged.

    Acts: where the probe shows `effects` (or `runs`), no reading shows more than the different ends (or runs) that had
    been sent by then. Besides, what a reading showed between the first copy and the second it still shows after the
    last, when nothing else was sent about that export in between. Acknowledged: a copy that was sent after another had
    been acknowledged is acknowledged, too; of copies side by side all but one may be refused. A partner's own retries
    are copies.
    """
    speaks = subject(case, claim, history)
    if speaks is None:
        return None
    groups = _repeated(speaks.sent)
    if (doubt := left_over(case, speaks)) is not None:
        return doubt if groups else None
    bad = _too_many(speaks) or _refused(speaks, groups)
    changed = [one for copies in _recognised(speaks.sent, groups) for one in _compared(case, speaks, copies)]
    bad = bad or next((one for one in changed if one[0] is Result.FAILED), None)
    if bad is not None:
        return Finding(*bad, hint=_proven(speaks))
    if not groups:
        return None
    if (doubt := unseen(speaks) or unwatched(speaks, claim.window)) is not None:
        return doubt
    unclear = next((one for one in changed if one[0] is Result.INCONCLUSIVE), None)
    number = _counted(speaks.at_rest[-1])
    copies = max(groups, key=len)
    many = f"{copies[0].name} came {len(copies)} times"
    lines = (copies[0].line, copies[-1].line, speaks.at_rest[-1].line)
    if number is not None and not number[1] and any(one.end for one in chain.from_iterable(groups)):
        because = f"{many}, and {speaks.name} shows {number[0]} 0: it was not acted on at all"
        return Finding(Result.INCONCLUSIVE, because, lines)
    if number is not None:
        because = f"{many}, and {speaks.name} shows {number[0]} {number[1]}"
        return Finding(Result.PASSED, because, lines, speaks.watched, watched=speaks.watched)
    if unclear is not None:
        return Finding(*unclear)
    if changed:
        because = f"{many}, and {changed[0][1]}; `effects` under the probe's `select` would show more"
        return Finding(Result.PASSED, because, lines, speaks.watched, watched=speaks.watched)
    because = (
        f"{many}, but nothing shows how often {speaks.name} was acted on: declare `effects` under the probe's `select`"
    )
    return Finding(Result.INCONCLUSIVE, because, lines)


def _repeated(sent: Sequence[Sent]) -> list[list[Sent]]:
    """Genuine notifications that came more than once, one of the copies acknowledged."""
    groups: dict[tuple[int, float, str], list[Sent]] = {}
    for one in sent:
        if one.genuine:
            groups.setdefault(one.notification, []).append(one)
    return [copies for copies in groups.values() if len(copies) > 1 and any(one.acknowledged for one in copies)]


def _refused(history: History, groups: list[list[Sent]]) -> Found | None:
    """A copy that was not acknowledged, though another was before it was sent.

    Of copies side by side all but one may be sent away: nobody had said yet that it is known.
    """
    for copies in groups:
        first = min((one for one in copies if one.acknowledged), key=lambda one: one.done)
        for one in copies:
            if one.intended < first.done or side_by_side(one, copies):
                continue
            aged = one.reused and one.outcome in HUNG_UP
            if one.final and not one.acknowledged and not aged and one.outcome is not Outcome.IN_DOUBT:
                because = f"{one.name}, a copy of what was acknowledged as {first.name}, came back {one.answer}"
                return Result.FAILED, f"{because} ({history.name})", (first.outcome_line, *one.lines)
    return None


def _too_many(history: History) -> Found | None:
    """A reading that counts more than had been sent by then."""
    ends: set[tuple[int, float, str]] = set()
    labels: set[tuple[str, int]] = set()
    by_then = 0
    for seen in sorted(history.readings, key=lambda one: one.done):
        while by_then < len(history.sent) and history.sent[by_then].intended <= seen.done:
            one = history.sent[by_then]
            by_then += 1
            labels.add((one.export, one.run))
            if one.end or not one.genuine:  # what the partner would not send may have been taken for an end, too
                ends.add(one.notification)
        effects, runs = count(seen.values.get("effects")), count(seen.values.get("runs"))
        if effects is not None and effects > len(ends):
            return _over(history, seen, f"effects {effects}", _many(len(ends), "end"), by_then)
        if runs is not None and runs > len(labels) and runs > (most := most_runs(history.sent[:by_then])):
            return _over(history, seen, f"runs {runs}", _many(max(most, len(labels)), "run"), by_then)
    return None


def _proven(history: History) -> Hint | None:
    """Whether more is counted at the end than was sent in all."""
    ends = {one.notification for one in history.sent if one.end or not one.genuine}
    most = {
        "effects": len(ends),
        "runs": max(most_runs(history.sent), len({(one.export, one.run) for one in history.sent})),
    }
    return proof(history, lambda one: exceeds(most, one))


def _over(history: History, seen: Observation, shows: str, most: str, by_then: int) -> Found:
    sent = history.sent[:by_then]
    last = f", the last of them {sent[-1].name}" if sent else ""
    requests = f"{len(sent)} request{'' if len(sent) == 1 else 's'}"
    because = (
        f"{history.name} shows {shows} {duration(seen.done)} into the run, when {most} had been sent, in "
        f"{requests}{last}"
    )
    return Result.FAILED, because, (*(one.line for one in sent[-5:]), seen.line)


def _many(number: int, thing: str) -> str:
    """How many, in words: two of a kind differ."""
    return f"{number or 'no'} {thing}" if number < 2 else f"{number} different {thing}s"


def _counted(seen: Observation) -> tuple[str, int | float] | None:
    """What the last reading counts; None when there is no such export, or nothing that counts is shown."""
    numbers = ((name, count(seen.values.get(name))) for name in ("effects", "runs"))
    return next(((name, number) for name, number in numbers if number is not None), None)


def _recognised(sent: Sequence[Sent], groups: list[list[Sent]]) -> Iterator[list[Sent]]:
    """Copies whose status, when it is shown, can come from no other notification sent as early."""
    early: dict[str, dict[tuple[int, float, str], float]] = {}
    for one in sent:
        same = early.setdefault(one.status, {})
        if len(same) < 2:
            same.setdefault(one.notification, one.intended)
    for copies in groups:
        first = copies[0]
        others = (t for notification, t in early[first.status].items() if notification != first.notification)
        if all(t > first.intended for t in others):
            yield copies


def _compared(case: Case, history: History, copies: list[Sent]) -> Iterator[Found]:
    """What was shown between the first copy and the second, and after the last; not what was undone at once."""
    first, second, last = copies[0], copies[1], max(one.done for one in copies)
    others = [one for one in history.sent if one.notification != first.notification]
    until = min((one.intended for one in others if one.intended > first.intended), default=math.inf)
    earlier = [one for one in others if one.intended < until]
    newest = all(clock(one) < clock(first) for clock in clocks(history.sent) for one in earlier)
    before = [
        one
        for one in history.readings
        if first.done <= one.asked and one.done <= second.intended and _own(case, one, first)
    ]
    after = [one for one in history.readings if last <= one.asked and one.done <= until]
    if not (before and after and newest):
        return
    was = before[-1]

    def same(now: Observation) -> bool:
        return _difference(case, history, was, now)[0] is Result.PASSED

    for now in (*after[:1], after[-1]):
        if same(now) or restored(history, now, same) is None:
            yield _difference(case, history, was, now)


def _own(case: Case, seen: Observation, first: Sent) -> bool:
    return case.same_status(seen.values.get("status"), first.status)


def _difference(case: Case, history: History, was: Observation, now: Observation) -> Found:
    lines = (was.line, now.line)
    if not now.present:
        return Result.FAILED, f"{history.name} was there before the copy and is not after it", lines
    both = [name for name in was.values if name in now.values]
    other = [name for name in both if not fits(case, name, now.values[name], was.values[name])]
    other += [name for name in was.values if name not in now.values]
    told = f"{history.name} showed {shown(was, tuple(other))} before the copy and {shown(now, tuple(other))} after it"
    if not other:
        return Result.PASSED, f"{history.name} showed {shown(was)} before the copy and after it", lines
    if odd := unexplained(case, now.values.get("status")):
        return Result.INCONCLUSIVE, f"{told}, {odd}", lines
    if any(name in _OF_ONE_NOTIFICATION for name in other):
        return Result.FAILED, told, lines
    return Result.INCONCLUSIVE, f"{told}: a late effect of the first, or one of the copy", lines


CHECK = ClaimCheck(
    name="repeats-change-nothing",
    judge=judge,
    watch=whole_window,
    promise=lambda claim: f"the same notification again changes nothing for {claim.of or 'any export'}",
    nothing=lambda claim: f"nothing of {claim.of or 'any export'} was sent more than once and acknowledged",
    needs=lambda _: (),
)
