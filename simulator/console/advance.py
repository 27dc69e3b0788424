"""The story moved by hand: where to, who waits for it, and what it brings."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from simulator.console.refusal import Refusal
from simulator.errors import PartnersimError
from simulator.timeline.story import EARLIEST, LATEST

FARTHEST: Final = 400 * 86_400.0  # seconds that the clock is moved at once


class Advanced(NamedTuple):
    """What an advance brought: where the story is now, how many deliveries, and how they ended."""

    now: float
    deliveries: int
    outcomes: Mapping[str, int]


class Advance:
    """One at a time; `target` is None while nobody moves the story."""

    def __init__(self) -> None:
        self.target: float | None = None
        self._arrived: asyncio.Future[None] | None = None
        self._outcomes: Counter[str] = Counter()
        self._stopped = False

    def begin(self, now: float, to: float) -> "asyncio.Future[None]":
        """From one moment of the story to another; gives what is done when the story is there.

        Raises:
            Refusal: it is being moved already (conflict), or `to` is past, or a year partners cannot write (unfit), or
                nothing happens any more (unavailable).
        """
        if self._stopped:
            raise _ends()
        if self.target is not None:
            raise Refusal("conflict", "the clock is being moved already", "wait until that is done")
        if to < now:
            raise Refusal("unfit", "the clock cannot go back", "reset to begin anew, at any time")
        if to - now > FARTHEST:
            raise Refusal("unfit", "the clock is moved by 400 days at once, at most", "move it several times")
        if not EARLIEST <= to < LATEST:
            raise Refusal("unfit", "the clock would leave the years that partners can write, 1980 to 9998")
        self.target, self._outcomes = to, Counter()
        self._arrived = asyncio.get_running_loop().create_future()
        return self._arrived

    def ended(self, outcome: str) -> None:
        """A delivery came to its end."""
        self._outcomes[outcome] += 1

    def arrive(self) -> None:
        """The story is there."""
        self.target = None
        if self._arrived and not self._arrived.done():
            self._arrived.set_result(None)

    def brought(self, now: float) -> Advanced:
        """What came of it."""
        return Advanced(now, self._outcomes.total(), dict(self._outcomes))

    def stop(self, trouble: Exception | None = None) -> None:
        """Nobody gets anywhere any more; `trouble` is why, where it is not that the service is to end."""
        self._stopped = True
        if self._arrived and not self._arrived.done():
            self._arrived.set_exception(_ends() if trouble is None else _cannot(trouble))


def _ends() -> Refusal:
    return Refusal("unavailable", "the service ends, or begins anew", "ask again")


def _cannot(trouble: Exception) -> Refusal:
    why = trouble.message if isinstance(trouble, PartnersimError) else type(trouble).__name__
    return Refusal("unavailable", f"the service cannot go on: {why}", "see to that, and start it again")
