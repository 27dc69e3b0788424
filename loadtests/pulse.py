"""How busy this process is: what waited while it never rested, or stood still, waited for the sender."""

from time import perf_counter
from typing import Final

from gevent import get_hub

from simulator.model import Exchange, Outcome

_RESTED = 0.1  # a sender that rests less than this share of the time is as busy as it can be
_LOOKED = 0.0002  # seconds: a look at what has come takes no longer, so that a longer one was a rest
_TICK = 0.05  # seconds: as often it looks at least, also where nothing is to be done
_STILL = 0.25  # seconds without a look: it was stopped, or had no time, or worked for as long
_PART = 0.1  # of a timeout: where it stood still for as long, the answer may have been there, or on its way
_TIMEOUTS: Final = frozenset(one for one in Outcome if one.startswith("timeout."))


class Pulse:
    """Looks at the loop's rests between its rounds.

    `rested` is the sum of all rests so far, in seconds; `woke` is when the last one ended, by `perf_counter`: what is
    worked on now may have been there since then.
    """

    def __init__(self) -> None:
        self.rested = 0.0
        self.woke = self._down = self._came = perf_counter()
        self._stood = 0.0
        loop = get_hub().loop
        self._tick = loop.timer(_TICK, _TICK, ref=False)
        self._tick.start(lambda: None)
        # as the last before a rest, and the first after it
        self._before, self._after = loop.prepare(priority=loop.MINPRI), loop.check(priority=loop.MAXPRI)
        self._before.start(self._lie_down)
        self._after.start(self._wake)

    def excuses(self, waited: float, rested: float) -> bool:
        """Whether a wait of so many seconds, in which the loop rested so long, was no fault of the sender."""
        return rested >= waited * _RESTED

    @property
    def behind(self) -> float:
        """For how many seconds, at most, what is worked on now has been there: since the last rest, or the last look.

        What came while the loop did not rest, or stood still, came behind the look before.
        """
        return perf_counter() - self._came

    @property
    def stood(self) -> float:
        """The sum of all times, in seconds, for which this process stood still, until now."""
        return self._stood + _still(perf_counter() - self.woke)

    def excused(self, exchange: Exchange, stood: float, timeout: float) -> Exchange:
        """A timeout as one whose end nobody saw, where this process stood still meanwhile for a good part of it.

        `stood` is what had been stood still before.
        """
        still = self.stood - stood
        if exchange.outcome not in _TIMEOUTS or still < timeout * _PART:
            return exchange
        detail = f"{exchange.detail}, but the sending process itself stood still for {still:.1f} s meanwhile"
        return exchange._replace(outcome=Outcome.IN_DOUBT, detail=detail)

    def stop(self) -> None:
        """Look no more."""
        for watcher in (self._before, self._after, self._tick):
            watcher.stop()
            watcher.close()

    def _lie_down(self) -> None:
        self._down = perf_counter()

    def _wake(self) -> None:
        looked, self.woke = self.woke, perf_counter()
        rest, still = self.woke - self._down, _still(self.woke - looked)
        self._stood += still
        self.rested += 0.0 if still else rest
        self._came = self.woke if rest > _LOOKED and not still else looked


def _still(unlooked: float) -> float:
    """How much of a time without a look it stood still."""
    return unlooked if unlooked > _STILL else 0.0
