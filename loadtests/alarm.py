"""One timer for all deadlines of a process: to set and cancel one for each wait costs more than the wait."""

from time import perf_counter
from typing import Any, Final

from gevent import get_hub, getcurrent

_TICK: Final = 0.005  # seconds by which a deadline may be noticed late


class Overdue(Exception):
    """The deadline is over."""


class Alarm:
    """Wakes greenlets whose deadlines are over; looks every few milliseconds, and only while somebody waits."""

    def __init__(self) -> None:
        self._until: dict[Any, float] = {}  # by greenlet
        self._hub = get_hub()
        self._timer = self._hub.loop.timer(_TICK, _TICK, ref=False)
        self._ticking = False

    def wait(self, watcher: object, deadline: float) -> None:
        """Return when the loop's watcher says so; `deadline` is a moment of `perf_counter`.

        Raises:
            Overdue: that is over; never before.
        """
        if deadline <= perf_counter():
            raise Overdue
        waiting = getcurrent()
        self._until[waiting] = deadline
        if not self._ticking:
            self._ticking = True
            self._timer.start(self._look)
        try:
            self._hub.wait(watcher)
        finally:
            del self._until[waiting]

    def _look(self) -> None:
        if not self._until:
            self._ticking = False
            self._timer.stop()
            return
        now = perf_counter()
        for waiting, until in tuple(self._until.items()):
            # whoever was woken before it is that one's turn does not wait any more, or waits for something else
            if until <= now and self._until.get(waiting) == until:
                waiting.throw(Overdue)
