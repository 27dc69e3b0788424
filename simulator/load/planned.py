"""What a load sends, and when: the deliveries of each worker's share, in order. Pure: same arguments, same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

from simulator.load.curves import Curve
from simulator.load.mix import Mix, mixed, per_life
from simulator.model import Delivery
from simulator.timeline.lives import Lives

_NUMBERS = 10**12  # for one load: what comes after its first is its own
_ROOM = 1000  # numbers for one life, copies and all: a load numbers its deliveries without knowing the other shares


@dataclass(frozen=True, kw_only=True)
class PlannedLoad:
    """One partner's load: `rate` notifications a second at the curve's level 1.0, for `seconds` real seconds.

    Whole lives begin along the curve. What a life's story tells in hours is sent within `life` real seconds; what its
    payloads say is the story's own time. A delivery's `due` is real seconds since the load began.
    """

    lives: Lives
    rate: float
    seconds: float
    curve: Curve
    mix: Mix
    life: float = 2.0
    first: int = 0  # numbers begin after this: no two partners of one load share any

    @cached_property
    def count(self) -> int:
        """How many lives there are."""
        return max(round(self.rate * self.seconds * self.curve.amount / per_life(self.mix, self.lives.size)), 1)

    @property
    def last_number(self) -> int:
        """No delivery has a larger one, however many lives are told."""
        return self.first + _NUMBERS

    def share(self, worker: int, workers: int) -> Iterator[Delivery]:
        """The deliveries of the lives that are this worker's (from 0), in order of due time."""
        waiting: list[tuple[float, int, Delivery]] = []
        for number in range(worker, self.count, workers):
            part = (number + 0.5) / self.count
            began = self.seconds * self.curve.moment(part)
            while waiting and waiting[0][0] < began:
                yield heappop(waiting)[2]
            for one in self.life_of(number, began, part):
                heappush(waiting, (one.due, one.number, one))
        while waiting:
            yield heappop(waiting)[2]

    def life_of(self, number: int, began: float, part: float = 1.0) -> list[Delivery]:
        """One life as it is sent, in order of due time; `part` of all lives began before it."""
        told = self.seconds * (part - 1.0) if self.curve.told_before else began
        life = [
            one._replace(at=told + one.at, due=began + one.due * self._pace) for one in self.lives.life(number, told)
        ]
        dice = self.lives.timeline.story.random(f"load {number}")
        sent = mixed(self.lives, self.mix, life, dice)
        first = self.first + number * self._room
        return [one._replace(number=first + place) for place, one in enumerate(sent, start=1)]

    @cached_property
    def _pace(self) -> float:
        """Real seconds for a second of a life's story: short ones go at their own pace, what was held back at once."""
        if self.curve.told_before:
            return 0.0
        return min(self.life / self.lives.length, 1.0) if self.lives.length else 1.0

    @cached_property
    def _room(self) -> int:
        return max(_ROOM, 2 * self.lives.size + 1)
