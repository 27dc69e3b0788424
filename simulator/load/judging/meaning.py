"""What a reading of one id, or an answer, means beside what was sent of it. Pure."""

from collections.abc import Iterable
from typing import Final

from simulator.check import History, Sent
from simulator.check.state import count, value
from simulator.load.judging.parts import Part, Wanted
from simulator.model import Attempt, Observation, Outcome

_ENDS: Final = 5  # of one export, as evidence


def unclear(part: Part, last: Observation, want: Wanted) -> str:
    """Why it cannot be said what a reading means; "" when it can."""
    if not last.present or part.probe is None:
        return ""
    seen = part.case.facts.shown.get(part.probe.name, frozenset())
    status = last.values.get("status")
    if part.shows_status and "status" not in seen:
        return f"was read, but the probe {part.probe.name!r} never showed a status: look at its `select`"
    if part.shows_status and isinstance(status, str) and not part.case.knows_word(status):
        return f"shows status {value(status)}, a word that the receiver file does not explain under `words`"
    if part.counts and want.least and count(last.values.get(part.counts)) is None:
        return f"shows {part.counts} {value(last.values.get(part.counts))}, which counts nothing"
    return ""


def ended(history: History, want: Wanted) -> bool:
    """Whether the latest is an end: then how often it was acted on shows that it was taken in."""
    return want.least > 0 and all(one.end for one in _latest(history, want))


def undoing(part: Part, history: History, want: Wanted, last: Observation) -> list[Sent]:
    """What says the status that is shown, and may have come after the latest it acknowledged."""
    first = min((one.intended for one in _latest(history, want)), default=0.0)
    return [one for one in part.saying(history.sent, last) if one.done >= first]


def may_be_undone(part: Part, history: History, want: Wanted, last: Observation) -> bool:
    """Whether what it shows may have come after the latest it acknowledged: else that was never taken in.

    What nothing that was sent can have brought about is no sign that anything was lost.
    """
    return not part.saying(history.sent, last) or bool(undoing(part, history, want, last))


def _latest(history: History, want: Wanted) -> list[Sent]:
    """Of what was acknowledged and may stand the last by the partner's clock, and its copies: not of an earlier run."""
    told = [one for one in history.sent if one.genuine and one.acknowledged and one.status in want.statuses]
    last = max(((one.at, one.end) for one in told), default=None)
    return [one for one in told if (one.at, one.end) == last]


def newest(history: History) -> int:
    """The line with the answer to the latest notification that was acknowledged."""
    return max(_acknowledged(history), key=lambda one: (one.at, one.end)).outcome_line


def acknowledged_ends(history: History) -> tuple[int, ...]:
    """The lines with the answers to the ends that were acknowledged, the first of each; of many only the first few."""
    found: dict[str | float, int] = {}
    for one in _acknowledged(history):
        if one.end:
            found.setdefault(one.time or one.at, one.outcome_line)
    return tuple(found.values())[:_ENDS]


def _acknowledged(history: History) -> list[Sent]:
    return [one for one in history.sent if one.genuine and one.acknowledged]


def may_be_side_by_side(one: Sent, copies: Iterable[Sent]) -> bool:
    """Whether a copy of which nobody saw the end may have been taken in while this one was sent away."""
    return any(other.outcome is Outcome.IN_DOUBT and other.intended < one.done for other in copies)


def what_is_wrong(one: Attempt) -> str:
    """For what a delivery is to be refused, in words."""
    if not one.valid:
        return "malformed"
    if one.credentials != "right":
        return f"sent with {one.credentials} credentials"
    return f"sent with {one.fault_name}" if one.fault else "to be refused, as its scenario says"
