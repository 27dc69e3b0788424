"""Of what kind each notification of a load was that came as far as the receiver. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from simulator.check import History, Sent
from simulator.model import Attempt

MIXED: Final = frozenset({"malformed", "unauthorized"})
"""The steps that the mix of a load is made of; what an author breaks on purpose has expectations of its own."""

_COPY: Final = re.compile(r"\+[0-9]+\Z")


def kinds(history: History) -> Iterator[tuple[str, Sent]]:
    """All that was sent of one id, in its order, each by its kind as in `simulator.model.load.KINDS`.

    A repeat has the bytes of one before it, whoever wanted that. What is told late for the first time is stale, and
    so is a first copy that is moved behind the others: a copy alone that comes late is a repeat.
    """
    known = set()
    ended: dict[tuple[str, int], float] = {}
    for one in history.sent:
        run = (one.export, one.run)
        again = one.notification in known
        if (name := mixed_step(one)) in MIXED:
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
    return one.step if one.step in MIXED else "repeat" if one.genuine and one.copy else "first"


def mixed_step(one: Sent) -> str:
    """The name of its step, where the mix of a load made it."""
    return one.name.partition("+")[0]


def may_be_overtaken(history: History) -> bool:
    """Whether something was told of a run that is not its end, beside its end: that could have come late."""
    genuine = [one for one in history.sent if one.genuine]
    ended = {(one.export, one.run) for one in genuine if one.end}
    return any(not one.end and (one.export, one.run) in ended for one in genuine)


def may_act_again(came: Sequence[tuple[str, Sent]], counts: str) -> bool:
    """Whether something of an export came again that would show if it were acted on twice; `counts` as of a part.

    Effects are those of ends: where an export has any, they alone tell of it.
    """
    ends_alone = counts == "effects" and any(one.end for _, one in came)
    return any(kind == "repeat" and (one.end or not ends_alone) for kind, one in came)
