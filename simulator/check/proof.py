"""What was seen to be there though nothing that was sent accounts for it: a failure that needs no second play."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from simulator.check.case import Case
from simulator.check.finding import Hint
from simulator.check.history import History
from simulator.check.state import COUNTED, count
from simulator.model import Attempt, Observation

_LEAST = 2  # readings that show it


def proof(history: History, shows: Callable[[Observation], bool]) -> Hint | None:
    """`Hint.SEEN` where the readings of this export prove what they show, whatever a second play shows.

    Nobody but this run may have put it there: the receiver did not know the id before, every delivery came to an end
    that was seen, and a reading that names an id names this one. One reading is no proof, nor is what the last one no
    longer shows: a probe may count wrongly at first. Only of an export of which nothing genuine was sent is whatever
    was seen twice too much. What one reading cannot show by itself, such as an order, is left to the second play: a
    replica or a cache behind the probe may have shown an older state.
    """
    readings = history.readings
    if not _ours_alone(history) or sum(1 for one in readings if shows(one) and _of_this(history, one)) < _LEAST:
        return None
    rightful = any(one.genuine for one in history.sent)
    return None if rightful and not shows(readings[-1]) else Hint.SEEN


def taken(case: Case, attempt: Attempt) -> Hint | None:
    """`Hint.SEEN` where the receiver acknowledged what a partner would not send: it cannot take that back."""
    return Hint.SEEN if not attempt.genuine and case.acknowledged(attempt) else None


def exceeds(wants: Mapping[str, Any], shown: Observation) -> bool:
    """Whether a reading counts more than is wanted: what was done once too often does not become less."""
    for name in COUNTED & wants.keys():
        most, number = count(wants[name]), count(shown.values.get(name))
        if most is not None and number is not None and number > most:
            return True
    return False


def _ours_alone(history: History) -> bool:
    """Whether the receiver did not know the id when it was first sent, and every end was seen."""
    first = min((one.intended for one in history.sent), default=0.0)
    before = [one for one in history.seen if one.moment == "before" and one.done <= first]
    return any(one.present is False for one in before) and math.isfinite(history.answered)


def _of_this(history: History, shown: Observation) -> bool:
    named = shown.values.get("id")
    return named is None or str(named) == history.id
