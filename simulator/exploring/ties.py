"""What is told of one export side by side, for random schedules: all of it at one moment. Pure, and seeded.

Whoever looks at what is there, thinks, and writes, loses one of two that come together: most surely where the end
leaves first and the start, which saw none, is written last. What is answered to a start whose end is there, or to a
copy of what is being worked on, is the receiver's own affair; the state is not.
"""

from random import Random
from typing import Any, Final, NamedTuple

_MOST: Final = 8  # copies
_REPEATED: Final = 0.3  # how often one of two different ones comes several times


class Told(NamedTuple):
    """One of them: what a step of it is called, its own keys, and the answers that are right (none: the usual)."""

    what: str
    keys: dict[str, Any]
    status: str | list[str] | None


def side_by_side(dice: Random, start: str, end: str, deliver_at: str) -> list[Told]:
    """Start and end in any order, each once or more; or several copies of an end alone, as where `start` is ""."""
    if not start or dice.random() < 1 / 3:
        return [_copies("crowd", end, deliver_at, dice.randint(2, _MOST))]
    both = [_one(dice, "start", start, deliver_at), _one(dice, "end", end, deliver_at)]
    return both if dice.random() < 1 / 3 else both[::-1]


def _one(dice: Random, what: str, event: str, deliver_at: str) -> Told:
    if dice.random() < _REPEATED:
        return _copies(what, event, deliver_at, dice.randint(2, 3))
    return Told(what, {"event": event, "deliver_at": deliver_at}, ["2xx", "4xx"] if what == "start" else None)


def _copies(what: str, event: str, deliver_at: str, count: int) -> Told:
    repeat = {"count": count, "spacing": "0s"}
    return Told(what, {"event": event, "deliver_at": deliver_at, "repeat": repeat}, "any")
