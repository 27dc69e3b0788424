"""What a load sends, and when: the deliveries of each worker's share, in order. Pure: same arguments, same bytes."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from simulator.load.curves import Curve
from simulator.load.demands import Demands
from simulator.load.due import Waiting
from simulator.load.mix import Mix, mixed, per_life
from simulator.model import Delivery
from simulator.receiver import Receiver
from simulator.timeline.lives import Lives

_NUMBERS = 10**12  # for one load: what comes after its first is its own
_ROOM = 1000  # numbers for one life, copies and all: a load numbers its deliveries without knowing the other shares
_FEW = 1000  # so many lives are counted one by one, whenever they begin


class Tally(NamedTuple):
    """How many deliveries were planned: by the second in which they were `due`, and so many `later` than these."""

    due: Mapping[int, int]
    later: int

    @property
    def planned(self) -> int:
        """All of them."""
        return sum(self.due.values()) + self.later


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

    def demands(self, receiver: Receiver) -> Demands:
        """What the answers to its deliveries are to be."""
        timeline = self.lives.timeline
        accepted = receiver.accepts(timeline.provider.acknowledged_by)
        return Demands(timeline.scenario, accepted, authorized=timeline.authorized)

    @cached_property
    def count(self) -> int:
        """How many lives there are."""
        return max(round(self.rate * self.seconds * self.curve.amount / per_life(self.mix, self.lives.first)), 1)

    @property
    def last_number(self) -> int:
        """No delivery has a larger one, however many lives are told."""
        return self.first + _NUMBERS

    def share(self, worker: int, workers: int) -> Iterator[Delivery]:
        """The deliveries of the lives that are this worker's (from 0), in order of due time."""
        return (one for one in self.planning(worker, workers) if one is not None)

    def planning(self, worker: int, workers: int) -> Iterator[Delivery | None]:
        """The same, with a None after each life that was planned: to ask for the next one never takes long.

        Nothing that is still to be planned comes before what is due when its life begins, as numbers grow with lives:
        of lives that begin at one moment the first deliveries are handed out before the last life is planned.
        """
        waiting = Waiting(self._again)
        for number in range(worker, self.count, workers):
            began = self._began(number)
            yield from waiting.until(began)
            waiting.add(self._life(number))
            yield None
        yield from waiting.until(math.inf)

    def tally(self, worker: int, workers: int, until: float) -> Tally:
        """How many deliveries that share has: by their seconds before `until`, a whole second, and how many later.

        Of lives that begin before `until` each is counted. Of the rest there are as many as the mix makes of so many
        lives on an average, which is exact where all is plain. Where few are left, they are counted like the others,
        and none is later.
        """
        lives = range(worker, self.count, workers)
        begun = bisect_left(lives, until, key=self._began)
        if len(lives) - begun <= _FEW:
            begun, until = len(lives), math.inf
        due = Counter(int(one.due) for number in lives[:begun] for one in self._life(number))
        later = sum(due.pop(second) for second in list(due) if second >= until)
        return Tally(due, later + round((len(lives) - begun) * per_life(self.mix, self.lives.first)))

    def _part(self, number: int) -> float:
        """The part of all lives that began before the middle of this one."""
        return (number + 0.5) / self.count

    def _began(self, number: int) -> float:
        """When that life begins, in real seconds; never earlier than those before it."""
        return self.seconds * self.curve.moment(self._part(number))

    def _life(self, number: int) -> list[Delivery]:
        return self.life_of(number, self._began(number), self._part(number))

    def _again(self, number: int) -> Delivery:
        """The delivery that has this number, made once more: the same bytes."""
        life, place = divmod(number - self.first - 1, self._room)
        return self._life(life)[place]

    def life_of(self, number: int, began: float, part: float = 1.0) -> list[Delivery]:
        """One life as it is sent, in order of due time; `part` of all lives began before it."""
        told = self.seconds * (part - 1.0) if self.curve.told_before else began
        life = [
            one._replace(at=told + one.at, due=began + one.due * self._pace, body=_trimmed(one.body))
            for one in self.lives.life(number, told)
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


def _trimmed(body: bytes) -> bytes:
    """The same in no more memory than it needs: what orjson has just made takes 4 kB, however short it is."""
    return bytes(memoryview(body))
