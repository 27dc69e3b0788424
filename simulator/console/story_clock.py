"""The story's clock: its hands as the store keeps them, and the moment of what happens right now."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from simulator.clock import Clock
from simulator.console.hands import FASTEST, Hands
from simulator.console.refusal import Refusal
from simulator.console.store import Store
from simulator.timeline.story import LATEST


class ClockReading(NamedTuple):
    """The story's clock. Moments are epoch seconds; `next_due` is None when nothing is to come."""

    now: float
    scale: float
    held: bool
    next_due: float | None


class StoryClock:
    """Goes on where the store says. `wall` gives epoch seconds that never go back; `clock` is the one that wakes."""

    def __init__(self, store: Store, wall: Callable[[], float], clock: Clock) -> None:
        self._store = store
        self._wall = wall
        self._clock = clock
        self._hands = Hands(**store.setting("clock"))
        self._moment: float | None = None  # of what happens right now

    @property
    def scale(self) -> float:
        """Story seconds in a second while it goes."""
        return self._hands.scale

    def now(self) -> float:
        """The story's moment, in whole milliseconds as it is told: of what happens right now, else of the clock."""
        if self._moment is not None:
            return self._moment
        return math.floor(self.exactly() * 1000) / 1000

    def exactly(self) -> float:
        """The clock's moment."""
        return min(self._hands.at(self._wall()), LATEST - 1.0)  # there it stops: partners write nothing later

    def reading(self, next_due: float | None) -> ClockReading:
        """The clock as it stands."""
        return ClockReading(self.now(), self._hands.scale, self._hands.held, next_due)

    def behind(self, moment: float) -> float:
        """How many seconds ago the story got to that moment; 0 when it did not, or not by itself."""
        reached = self._hands.reaches(moment)
        return 0.0 if reached is None else max(self._wall() - reached, 0.0)

    def rings_at(self, moment: float) -> float | None:
        """The moment of the clock that wakes at which the story gets there; None when it does not by itself."""
        reached = self._hands.reaches(moment)
        return None if reached is None else self._clock.now() + max(reached - self._wall(), 0.0)

    def set(self, held: bool | None = None, scale: float | None = None) -> None:
        """Hold it, let it go on, or change its pace; what is None stays.

        Raises:
            Refusal: a pace that is none (unfit).
        """
        if scale is not None and not 0 < scale <= FASTEST:
            raise Refusal("unfit", f"a scale is above 0 and at most {FASTEST:,.0f}, not {scale!r}", "1 is real time")
        self._keep(self._hands.set(self._wall(), held=held, scale=scale))

    def move(self, to: float) -> None:
        """It goes on from that moment; never back."""
        self._keep(self._hands.moved(max(to, self.exactly()), self._wall()))

    def seen(self) -> None:
        """Keep when it was last looked at."""
        self._store.set("seen", self._wall())

    @contextmanager
    def at(self, moment: float) -> Iterator[None]:
        """It is that moment while the block lasts."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def _keep(self, hands: Hands) -> None:
        """The hands as they are from now on, also after the end of this process."""
        self._hands = hands
        self._store.set("clock", hands.kept())
