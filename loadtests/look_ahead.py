"""Plans a share some seconds before it is due: planning takes its time, and sending must not wait for it."""

from collections import deque
from collections.abc import Callable, Iterable
from math import inf
from time import perf_counter

import gevent

from simulator.load.mix import group_of
from simulator.model import Delivery

_SLICE = 0.001  # seconds of planning at a stretch
_PAUSE = 0.001  # seconds for all else in between
_AHEAD = 20.0  # seconds before they are due
_MOST = 30_000  # deliveries: more than that would cost memory
_FIRST = 15.0  # seconds of planning, at most, before the load begins


class LookAhead:
    """What is due next, in order; `exhausted` once nothing more is to come. A `share` may have None: see `planning`."""

    def __init__(self, share: Iterable[Delivery | None]) -> None:
        self.ready: deque[Delivery] = deque()
        self.exhausted = False
        self._share = iter(share)
        self._copies: dict[tuple[object, ...], list[Delivery]] = {}

    def fill(self) -> None:
        """Before the load begins: as much as there is room for."""
        began = perf_counter()
        while not self._enough(0.0) and perf_counter() - began < _FIRST:
            self._plan()
            gevent.sleep(0)

    def keep_filling(self, now: Callable[[], float]) -> None:
        """While the load goes on, in the sender's rests; `now` gives seconds since it began."""
        while not self.exhausted:
            if self._enough(now()):
                gevent.sleep(0.05)
            else:
                self._plan()
                hurried = not self.ready or self.ready[-1].due < now() + 1.0
                gevent.sleep(0 if hurried else _PAUSE)

    def more(self, until: float = inf) -> bool:
        """Whether there is another one, planned now if need be; nothing is planned after that `perf_counter` moment."""
        while not self.ready and not self.exhausted and perf_counter() < until:
            self._plan()
            gevent.sleep(0)
        return bool(self.ready)

    def _enough(self, now: float) -> bool:
        ready = self.ready
        return self.exhausted or len(ready) >= _MOST or (bool(ready) and ready[-1].due > now + _AHEAD)

    def _plan(self) -> None:
        """Plan for a moment. Copies that leave together come one after the other."""
        until = perf_counter() + _SLICE
        while perf_counter() < until:
            try:
                one = next(self._share)
            except StopIteration:
                self._hand_out_the_rest()
                self.exhausted = True
                return
            if one is None:
                continue
            if one.together == 1:
                self.ready.append(one)
                continue
            group = group_of(one)
            copies = self._copies.setdefault(group, [])
            copies.append(one)
            if len(copies) == one.together:
                self.ready.extend(self._copies.pop(group))

    def _hand_out_the_rest(self) -> None:
        """Copies of which there are fewer than they say: whatever a share has is sent."""
        for copies in self._copies.values():
            self.ready.extend(one._replace(together=len(copies)) for one in copies)
        self._copies.clear()
