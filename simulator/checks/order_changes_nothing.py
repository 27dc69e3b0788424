"""`order-changes-nothing`: however true notifications overtake one another, they lead to the same state."""

from itertools import pairwise

from simulator.check import Case, ClaimCheck, Finding, History, Sent, Tally, whole_window
from simulator.check.expected import family
from simulator.check.finding import Mark
from simulator.check.order import clocks, dated, final_statuses
from simulator.check.state import COUNTED, count, duration, unexplained, value
from simulator.check.subject import left_over, subject, unseen, unwatched
from simulator.model import Observation, Result
from simulator.scenario import Claim


def judge(case: Case, claim: Claim, history: History) -> Finding | None:
    """What was sent in another order than it happened ends in the state that its own order leads to.

    That is the status of the latest event by the partner's clock, an end before anything else of the same time. Where
    the scenario has an export that is alike and came in order, the counts shown for both are compared as well. An event
    that the receiver refused with a 4xx because it came early is missing from its state like any other.
    """
    speaks = subject(case, claim, history)
    told = [one for one in speaks.sent if one.genuine and one.status and _spoken_to(one)] if speaks else []
    if speaks is None or not any(one.acknowledged for one in told) or not dated(speaks.sent):
        return None
    late = _overtaken(told)
    doubt = left_over(case, speaks) or unseen(speaks)
    if late is None:
        return None if doubt else _in_order(case, claim, speaks, told)
    if doubt is not None:
        return doubt
    last = speaks.at_rest[-1]
    lines = (late.line, last.line)
    seen = last.values.get("status")
    fine = final_statuses(speaks, told)
    if any(case.same_status(seen, one) for one in fine):
        because = f"{speaks.name} ended in {value(seen)}, though {late.name} came late"
        mark = _mark(case, speaks, told, ordered=False)
        passed = Finding(Result.PASSED, because, lines, speaks.watched, mark, watched=speaks.watched)
        return unwatched(speaks, claim.window) or passed
    if odd := unexplained(case, seen):
        return Finding(Result.INCONCLUSIVE, f"{speaks.name} shows status {value(seen)}, {odd}", lines)
    should = " or ".join(f'"{one}"' for one in sorted(fine))
    shown = f"status {value(seen)}" if last.present else "no such export"
    because = (
        f"{speaks.name} shows {shown} {duration(speaks.watched)} after its last answer, where its own order leads to "
        f"{should}: {late.name} came late"
    )
    return unwatched(speaks, claim.window) or Finding(Result.FAILED, because, lines)


def _spoken_to(one: Sent) -> bool:
    return one.acknowledged or 400 <= one.answer_status < 500


def _overtaken(told: list[Sent]) -> Sent | None:
    """The first that was sent after one that happened later, whichever way the clock is read."""
    late = [next((one for before, one in pairwise(told) if clock(one) < clock(before)), None) for clock in clocks(told)]
    return late[0] if all(late) else None


def _in_order(case: Case, claim: Claim, history: History, told: list[Sent]) -> Finding | None:
    """Not evidence by itself, but what an export out of order can be compared with."""
    mark = _mark(case, history, told, ordered=True)
    if mark is None or not history.watched_for(claim.window):
        return None
    return Finding(Result.NOT_APPLICABLE, f"{history.name} came in order", (history.at_rest[-1].line,), mark=mark)


def _mark(case: Case, history: History, told: list[Sent], *, ordered: bool) -> Mark | None:
    """What is alike (partner's own settings, notifications and how often each came) and what is shown for it."""
    export = next((one for one in case.scenario.exports if one.name == family(case.scenario, told[0].export)), None)
    whole = all(one.genuine and one.acknowledged for one in history.sent)
    if export is None or not whole or len({one.export for one in history.sent}) > 1:
        return None
    times: dict[tuple[int, float, str], list[str]] = {}
    for one in sorted(told, key=clocks(told)[0]):
        times.setdefault(one.notification, []).append(f"{one.event} {one.status}")
    alike = (repr(sorted(export.traits.items())), tuple(tuple(copies) for copies in times.values()))
    return Mark(alike, ordered, _counts(history.at_rest[-1]))


def _counts(seen: Observation) -> dict[str, int | float | None]:
    """Of what is shown, what tells nothing of a moment or an id, so that exports that are alike show the same."""
    return {name: count(seen.values[name]) for name in sorted(COUNTED) if name in seen.values}


def across(_claim: Claim, tally: Tally) -> Finding | None:
    """An export out of order whose counts differ from those of all that are alike and came in order."""
    for (alike, ordered), late in tally.marks.items():
        others = [shown for shown, _ in tally.marks.get((alike, True), {}).values()]
        for shown, finding in () if ordered or not others else late.values():
            other = next(
                (name for name in shown if all(name in one and one[name] != shown[name] for one in others)), None
            )
            if other is not None:
                twin = f"an export that is alike and came in order shows {value(others[0][other])}"
                because = f"{finding.because}, but shows {other} {value(shown[other])} where {twin}"
                return Finding(Result.FAILED, because, finding.evidence)
    return None


CHECK = ClaimCheck(
    name="order-changes-nothing",
    judge=judge,
    watch=whole_window,
    promise=lambda claim: f"the order in which {claim.of or 'any export'} is told of makes no difference",
    nothing=lambda claim: f"nothing of {claim.of or 'any export'} was sent in another order than it happened",
    needs=lambda _: ("status",),
    across=across,
)
