"""Deliveries in order of due time, then number: those of one load that wait, and those of several side by side. Pure.

A stream of them has None wherever it worked and has nothing to hand out yet: whoever asks may do something else then.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush, heapreplace

from simulator.model import Delivery

_WHOLE = 200_000  # of those that wait: 0.5 kB each, and their bodies


class Waiting:
    """Those that are not due yet. So many are held as they are; beyond that only their names, and `again` makes them.

    A moment at which all lives of a day begin would fill the memory otherwise.
    """

    def __init__(self, again: Callable[[int], Delivery]) -> None:
        self._again = again  # by number
        self._all: list[tuple[float, int, Delivery | None]] = []
        self._whole = 0

    def add(self, those: Iterable[Delivery]) -> None:
        """From now on these wait, too."""
        for one in those:
            held = self._whole < _WHOLE
            self._whole += held
            heappush(self._all, (one.due, one.number, one if held else None))

    def until(self, moment: float) -> Iterator[Delivery]:
        """Take those that are due by then."""
        while self._all and self._all[0][0] <= moment:
            _, number, one = heappop(self._all)
            self._whole -= one is not None
            yield one or self._again(number)


def side_by_side(streams: Sequence[Iterator[Delivery | None]]) -> Iterator[Delivery | None]:
    """All of several streams, each in order, in order; None wherever the one whose turn it is has None."""
    heads: list[tuple[float, int, Delivery, Iterator[Delivery | None]]] = []
    for stream in streams:
        for one in stream:
            if one is not None:
                heads.append((one.due, one.number, one, stream))
                break
            yield None
    heapify(heads)
    while heads:
        _, _, head, stream = heads[0]
        yield head
        for one in stream:
            if one is not None:
                heapreplace(heads, (one.due, one.number, one, stream))
                break
            yield None
        else:
            heappop(heads)
