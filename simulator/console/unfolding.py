"""What falls due happens, in order of due, and so does what follows from it."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Final, NamedTuple

from simulator.console.agenda import Agenda
from simulator.console.happening import Consequence, Happening, Notice

AT_ONCE: Final = 256  # happenings that are taken together; what follows from them may be as many again


class Unfolded(NamedTuple):
    """What happened: how much, to what moment of the story, and which notifications are to be sent for what."""

    number: int
    until: float
    notices: list[tuple[Happening, Notice]]


def unfold(
    agenda: Agenda, due: list[tuple[int, Happening]], until: float, happens: Callable[[Happening], Consequence]
) -> Unfolded:
    """Let happen what the agenda gave as due by `until`, `AT_ONCE` at most; what follows later goes on the agenda.

    Called in one transaction with all that is made of it.
    """
    horizon = due[-1][1].due if len(due) == AT_ONCE else until
    order = count(due[-1][0] + 1)
    heap = [(happening.due, place, happening) for place, happening in due]
    heapq.heapify(heap)
    later: list[Happening] = []
    notices: list[tuple[Happening, Notice]] = []
    number = 0
    agenda.done(place for place, _ in due)
    while heap and number < AT_ONCE * 2:
        _, _, happening = heapq.heappop(heap)
        number += 1
        outcome = happens(happening)
        for follows in outcome.next:
            if follows.due <= horizon:
                heapq.heappush(heap, (follows.due, next(order), follows))
            else:
                later.append(follows)
        if outcome.notice:
            notices.append((happening, outcome.notice))
    agenda.add(happening for _, _, happening in sorted(heap, key=lambda one: one[:2]))
    agenda.add(later)
    return Unfolded(number, heap[0][0] if heap else horizon, notices)
