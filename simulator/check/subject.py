"""Which exports a claim speaks of, and what must hold before anything is said of one."""

from collections.abc import Callable

from simulator.check.answers import no_credentials
from simulator.check.case import Case
from simulator.check.expected import is_of
from simulator.check.finding import Finding
from simulator.check.history import History
from simulator.check.state import duration
from simulator.model import Observation, Result
from simulator.scenario import Claim, Scenario

_BEHIND = 0.5  # seconds by which one replica of a probe may lag another


def subject(case: Case, claim: Claim, history: History) -> History | None:
    """What was sent about this id with the readings of the claim's probe; None when the claim is not about it."""
    runs = {one.run for one in history.sent if is_of(case.scenario, claim.of, one.export)}
    return history.of(claim.probe) if runs and (claim.run is None or claim.run in runs) else None


def forged_for_nothing(case: Case, claim: Claim, history: History) -> Finding | None:
    """Nothing can be said of an export of which something came with wrong credentials where there are no right ones."""
    wrong = next((one for one in history.sent if one.credentials != "right"), None)
    if wrong is None or subject(case, claim, history) is None:
        return None
    return no_credentials(case, wrong.name, wrong.credentials, wrong.lines)


def left_over(case: Case, history: History) -> Finding | None:
    """An export that the receiver knew before it was first told of it proves nothing."""
    seen = history.left_over
    if seen is None:
        return None
    remedy = "Play with another seed, or empty the receiver first"
    if _given(case.scenario, history.id):
        remedy = (
            "The scenario fixes this id, so that another seed brings it again: empty the receiver first, or start it "
            "with fresh state; in a scenario of your own you may also change the id"
        )
    because = f"the receiver knew {history.name} before anything was sent about it: state left from an earlier run"
    return Finding(Result.INCONCLUSIVE, f"{because}. {remedy}", (seen.line,))


def _given(scenario: Scenario, own: str) -> bool:
    """Whether an id is one that the author wrote: of an export, or into what a step sends."""
    steps = scenario.steps
    return (
        any(str(export.id) == own for export in scenario.exports if export.id is not None)
        or any(str(value) == own for step in steps for value in step.set.values())
        or any(own.encode() in step.body.data for step in steps if step.body is not None)
    )


def restored(history: History, after: Observation, shows: Callable[[Observation], bool]) -> Observation | None:
    """The reading soon after this one that shows again what had gone, though nothing was sent in between.

    Some probes are answered by several replicas, one behind the other: what is gone in one look and back in the next
    says nothing about what the receiver keeps.
    """
    until = after.done + _BEHIND
    later = (one for one in history.readings if after.done <= one.asked <= until and shows(one))
    found = next(later, None)
    if found is None or any(after.asked <= one.intended <= found.done for one in history.sent):
        return None
    return found


def unseen(history: History) -> Finding | None:
    """Nothing can be said of an export that no reading speaks of after its last delivery."""
    if history.at_rest:
        return None
    why = f": {history.broken}" if history.broken else ""
    return Finding(
        Result.INCONCLUSIVE,
        f"no reading of {history.name} worked after its last delivery was answered{why}",
        tuple(one.line for one in history.seen[-3:]),
    )


def unwatched(history: History, window: float) -> Finding | None:
    """Nothing that needs the whole window can be said of an export that was watched for a part of it."""
    if history.watched_for(window):
        return None
    because = (
        f"{history.name} was watched for {duration(history.watched)} after its last answer, not for {duration(window)}"
    )
    return Finding(Result.INCONCLUSIVE, because, tuple(one.line for one in history.at_rest[-1:]))
