"""How far a receiver is with what it took in, as single readings tell: when all came to show, and how long to wait."""

from array import array
from dataclasses import dataclass, field
from typing import Final

from simulator.check.showing import MARGIN
from simulator.clock import Clock
from simulator.model import Observation

WORKING: Final = 600.0  # seconds after the first look in which a receiver may go on working


@dataclass
class Draining:
    """How far the receiver is with what it took in, as single readings tell."""

    answered: float
    window: float
    clock: Clock
    not_before: float = 0.0  # when the last reading that missed an id was asked for
    not_after: float = 0.0  # when the last of those that showed an id for the first time was done
    look: float = 0.0  # seconds that the first look at all of them took
    looked: float | None = None  # when that was done
    was_missing: bool = False
    working: bool = False
    shown: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    at_once: "array[float]" = field(default_factory=lambda: array("d"))  # when what was never missed was seen
    caught_up: float = 0.0  # when the last was of what was

    def saw(self, seen: Observation, *, shows: bool) -> None:
        """A reading was made of an id that is to show."""
        if seen.id in self.shown:
            return
        self.was_missing = self.was_missing or not shows
        if not shows:
            self.missed.add(seen.id)
        elif seen.id in self.missed:
            self.caught_up = max(self.caught_up, seen.done)
        else:
            self.at_once.append(seen.done)
        if shows:
            self.shown.add(seen.id)
            self.not_after = max(self.not_after, seen.done)
        elif seen.present is not None:
            self.not_before = max(self.not_before, seen.asked)

    def looked_from(self, since: float) -> None:
        """A look at all that were missing is done."""
        if self.looked is None:
            self.looked = self.clock.now()
            self.look = self.looked - since

    def hopeless(self, since: float) -> bool:
        """Whether a look that began then, and found nothing new, was the last."""
        return since >= max(self.answered, self.not_after) + self.window

    @property
    def limit(self) -> float:
        """Seconds after the first look in which a receiver may go on working."""
        return max(WORKING, 2 * self.window)

    @property
    def over(self) -> bool:
        """Whether a receiver that is still working is waited for no longer."""
        return self.looked is not None and self.clock.now() >= self.looked + self.limit

    @property
    def settled(self) -> float:
        """From when on the last look may be."""
        lag = max(self.not_after - self.answered, 0.0) if self.was_missing else 0.0
        return self.answered + max(self.window, MARGIN * lag)
