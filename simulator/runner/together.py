"""What leaves together: notifications of one moment of which nothing tells who is to come first.

The player has them take one turn, their requests share a gate, and they are what races.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Final

from simulator import limits
from simulator.model import Delivery
from simulator.wire.gate import Gate

_AHEAD: Final = limits.CONNECTIONS  # deliveries of one moment that are looked at together, of however many there are
_OFTEN: Final = 3  # ids of which different notifications race in a single play: enough of them


def group_of(delivery: Delivery) -> Hashable:
    """What it has in common with those that leave together with it.

    Genuine notifications of one run, due at one moment, are sent side by side: nothing tells which is to come first.
    What is odd leaves together with its own copies alone.
    """
    if delivery.genuine:
        told_of = delivery.export or delivery.step  # a step without an export has its run to itself
        return (told_of, delivery.run, delivery.id, delivery.due, delivery.route.url)
    return (delivery.step, delivery.due) if delivery.together > 1 else delivery.number


def turns(timeline: Iterable[Delivery], most: int) -> Iterator[Sequence[Delivery]]:
    """The deliveries in order of due, those that leave together side by side; at most so many in one turn.

    Turns of one moment come in the order of the first of each: what follows in a turn passes those of other turns
    between the two. With `most` at 1 nothing passes anything. Of a moment with very many, what lies further apart
    than is looked ahead has turns of its own.
    """
    if most < 2:
        yield from ((one,) for one in timeline)
        return
    for _, moment in groupby(timeline, key=attrgetter("due")):
        while ahead := list(islice(moment, _AHEAD)):
            for group in _groups(ahead).values() if len(ahead) > 1 else (ahead,):
                if len(group) <= most:
                    yield group
                else:
                    yield from (group[at : at + most] for at in range(0, len(group), most))


def gates(batch: Sequence[Delivery]) -> Mapping[Hashable, Gate]:
    """A gate for each group that has several in the batch."""
    if len({one.due for one in batch}) == len(batch):
        return {}
    several = {group: them for group, them in _groups(batch).items() if len(them) > 1}
    patience = {group: min(one.route.timeout for one in them) / 4 for group, them in several.items()}
    return {group: Gate(len(several[group]), min(limits.TOGETHER, most)) for group, most in patience.items()}


def races(timeline: Iterable[Delivery]) -> bool:
    """Whether to play it more than once: it sends copies together, or different notifications of one run.

    Where different ones of many ids do so, they race often enough in one play.
    """
    raced = set[str]()
    for turn in turns(timeline, limits.CONNECTIONS):
        if len(turn) > 1:
            if any(one.together > 1 for one in turn):
                return True
            raced.add(turn[0].id)
    return 0 < len(raced) < _OFTEN


def _groups(deliveries: Iterable[Delivery]) -> dict[Hashable, list[Delivery]]:
    """In the order of the first of each."""
    groups: dict[Hashable, list[Delivery]] = {}
    for one in deliveries:
        groups.setdefault(group_of(one), []).append(one)
    return groups
