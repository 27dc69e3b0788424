"""How busy this process is: what waited while it never rested, waited for the sender."""

from time import perf_counter

from gevent import get_hub

_RESTED = 0.1  # a sender that rests less than this share of the time is as busy as it can be


class Pulse:
    """Looks at the loop's rests between its rounds.

    `rested` is the sum of all rests so far, in seconds; `woke` is when the last one ended, by `perf_counter`: what is
    worked on now may have been there since then.
    """

    def __init__(self) -> None:
        self.rested = 0.0
        self.woke = self._down = perf_counter()
        loop = get_hub().loop
        # as the last before a rest, and the first after it
        self._before, self._after = loop.prepare(priority=loop.MINPRI), loop.check(priority=loop.MAXPRI)
        self._before.start(self._lie_down)
        self._after.start(self._wake)

    def excuses(self, waited: float, rested: float) -> bool:
        """Whether a wait of so many seconds, in which the loop rested so long, was no fault of the sender."""
        return rested >= waited * _RESTED

    def stop(self) -> None:
        """Look no more."""
        for watcher in (self._before, self._after):
            watcher.stop()
            watcher.close()

    def _lie_down(self) -> None:
        self._down = perf_counter()

    def _wake(self) -> None:
        self.woke = perf_counter()
        self.rested += self.woke - self._down
