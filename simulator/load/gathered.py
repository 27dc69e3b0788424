"""Who of other machines has come to a load: noted by the one that holds the workers together, told to people."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from simulator.shown import line

EVERY: Final = 30.0
"""Seconds between two words that somebody is still waited for."""

_FILE = "gathered.json"


class Gathered(NamedTuple):
    """How many are `there`, how many are not waited for any more, how many `left` so far, and why the last ones did."""

    there: int = 0
    given_up: int = 0
    left: int = 0
    whys: tuple[str, ...] = ()


def note(folder: Path, gathered: Gathered) -> None:
    """Note it in the folder of a load; where that does not work, people are told less."""
    part = folder / f"{_FILE}.part"
    with suppress(OSError):
        part.write_text(json.dumps(gathered._asdict()), encoding="utf-8")
        part.replace(folder / _FILE)


def noted(folder: Path) -> Gathered:
    """What was noted last."""
    try:
        told = Gathered(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
        return told._replace(whys=tuple(told.whys))
    except (OSError, ValueError, TypeError):
        return Gathered()


class Gathering:
    """Says who has come, of how many `expected`, whenever that changes, and now and then when it does not.

    `until` is a moment as people read it, and `again` how long the place of one that left is kept.
    """

    def __init__(self, expected: int, until: str, again: str, say: Callable[[str], object]) -> None:
        self._expected = expected
        self._until = until
        self._again = again
        self._say = say
        self._last = Gathered()
        self._said = 0.0
        self._over = False

    def look(self, now: float, gathered: Gathered) -> None:
        """It is `now`, in seconds since the waiting began, and these have come."""
        if self._over or (gathered == self._last and now - self._said < EVERY):
            return
        self._over = gathered.there + gathered.given_up >= self._expected
        place = "" if self._over else f"; its place is kept for another for {self._again}"
        if new := gathered.left - self._last.left:
            for why in gathered.whys[-new:]:
                self._say(f"a worker from elsewhere left: {line(why)}{place}")
        self._say(f"{self._count(gathered)}; {self._next(gathered)}")
        self._last, self._said = gathered, now

    def _count(self, gathered: Gathered) -> str:
        have = "has" if gathered.there == 1 else "have"
        return f"{gathered.there} of {_workers(self._expected)} from elsewhere {have} come"

    def _next(self, gathered: Gathered) -> str:
        if not self._over:
            return f"waiting until {self._until} at the latest"
        if gathered.given_up:
            return f"nobody took the place of {gathered.given_up}, and the load goes on without"
        return "the load begins"


def _workers(number: int) -> str:
    return f"{number} worker{'s' if number != 1 else ''}"
