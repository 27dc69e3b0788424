"""Of what kind each notification of a load was that came as far as the receiver. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from simulator.check import History, Sent
from simulator.load.judging.parts import step_of
from simulator.load.mix import STEPS
from simulator.model import Attempt

_COPY: Final = re.compile(r"\+[0-9]+\Z")


def kinds(history: History) -> Iterator[tuple[str, Sent]]:
    """All that was sent of one id, in its order, each by its kind as in `simulator.model.load.KINDS`.

    A repeat has the bytes of one before it, whoever wanted that. What is told late for the first time is stale, and
    so is a first copy that is moved behind the others: a copy alone that comes late is a repeat. What an author breaks
    on purpose is no part of a mix.
    """
    known = set()
    ended: dict[tuple[str, int], float] = {}
    for one in history.sent:
        run = (one.export, one.run)
        again = one.notification in known
        if (name := step_of(one)) in STEPS:
            yield name, one
        elif not one.genuine:
            yield "first", one
        else:
            late = not one.end and one.at <= ended.get(run, one.at - 1.0)
            yield "stale" if late and not (again and _COPY.search(one.name)) else "repeat" if again else "first", one
            known.add(one.notification)
            if one.end:
                ended[run] = max(one.at, ended.get(run, one.at))


def kind_without_id(one: Attempt) -> str:
    """The kind of what speaks of no export."""
    return one.step if one.step in STEPS else "repeat" if one.genuine and one.copy else "first"


def may_act_again(came: Sequence[tuple[str, Sent]], counts: str) -> bool:
    """Whether something of an export came again that would show if it were acted on twice; `counts` as of a part.

    Effects are those of ends: where an export has any, they alone tell of it.
    """
    ends_alone = counts == "effects" and any(one.end for _, one in came)
    return any(kind == "repeat" and (one.end or not ends_alone) for kind, one in came)


def may_undo(came: Sequence[tuple[str, Sent]]) -> bool:
    """Whether the receiver took in something stale after the end that overtook it: that would show as the state.

    What it did not acknowledge may not have been taken in; and while an end was still being answered, what left could
    be taken in before it.
    """
    ends = [one for _, one in came if one.genuine and one.end and one.acknowledged]
    late = [one for kind, one in came if kind == "stale" and one.acknowledged]
    return any(_overtaken(one, end) for one in late for end in ends)


def _overtaken(one: Sent, end: Sent) -> bool:
    """Whether it left when the end of its run, which says something newer, was acknowledged already."""
    return (one.export, one.run) == (end.export, end.run) and one.at <= end.at and end.done <= one.intended
