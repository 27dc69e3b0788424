"""The closed model: each user tells one export's life after the other, and goes on when an answer has come."""

import math
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count

import gevent
from gevent import GreenletExit

from loadtests.clients import Carrier
from loadtests.shard import Shard
from loadtests.telling import Told
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery


class ClosedLoad:
    """What the users of one process tell. Lives of the whole load are dealt out to its workers in turn.

    A delivery of it is due when its user is there to send it: nothing is ever late. `shard` is None where nothing is
    written down.
    """

    def __init__(
        self,
        loads: Sequence[PlannedLoad],
        shard: Shard | None,
        told: Told,
        *,
        worker: int,
        workers: int,
        now: Callable[[], float],
    ) -> None:
        self.living = 0  # lives under way
        self._loads = loads
        self._shard = shard
        self._told = told
        self._now = now
        self._lives = [count(worker, workers) for _ in loads]
        self._turn = count()
        self._numbers = count(worker + 1, workers)

    def live(self, carrier: Carrier, of: int | None = None) -> None:
        """Tell one life, of this load or of the next in turn."""
        place = next(self._turn) % len(self._loads) if of is None else of
        load = self._loads[place]
        self.living += 1
        try:
            for one in load.life_of(next(self._lives[place]), self._now()):
                gevent.sleep(max(one.due - self._now(), 0.0))
                self._send(carrier, one._replace(number=load.first + next(self._numbers), due=self._now(), together=1))
        finally:
            self.living -= 1

    def _send(self, carrier: Carrier, delivery: Delivery) -> None:
        line = self._shard.intent(delivery) if self._shard is not None else 0
        exchange = carrier.carry(delivery)
        late = max(exchange.sent - delivery.due, 0.0) if exchange.sent else 0.0
        if self._shard is not None:
            self._shard.outcome(line, delivery, exchange, late, late)
        if carrier.stopped:  # by the end of the run: that says nothing of the receiver
            raise GreenletExit
        self._told(delivery, exchange, max(exchange.done - delivery.due, 0.0))


class ClosedUsers:
    """One process's users: so many as the curve says begin new lives, until the time is over.

    `level` is the curve's, from 0.0 to 1.0; no life begins after `seconds`, and what still goes on at `until` is cut.
    """

    def __init__(
        self,
        load: ClosedLoad,
        *,
        users: int,
        level: Callable[[float], float],
        seconds: float,
        until: float,
        now: Callable[[], float],
    ) -> None:
        self.there = 0  # users that are ready, or tell a life
        self.complete = False  # whether every life has come to an end of its own
        self._load = load
        self._users = users
        self._level = level
        self._seconds = seconds
        self._until = until
        self._now = now
        self._begun = False
        self._places = count()
        self._left: list[int] = []  # places of users that are gone: who comes instead of them takes the first

    def prepare(self) -> None:
        """Nothing is planned ahead: what is next depends on the answers."""

    def run(self) -> None:
        """Let them tell lives until the time is over, and the last life has ended."""
        self._begun = True
        gevent.sleep(max(self._seconds - self._now(), 0.0))
        while self._load.living and self._now() < self._until:
            gevent.sleep(0.01)
        self.complete = not self._load.living

    def serve(self, carrier: Carrier) -> None:
        """One user's work, until the process ends this."""
        place = heappop(self._left) if self._left else next(self._places)
        self.there += 1
        try:
            while True:
                if place < self._wanted():
                    self._load.live(carrier)
                else:
                    gevent.sleep(0.05)
        finally:
            self.there -= 1
            heappush(self._left, place)

    def _wanted(self) -> int:
        """How many of them tell lives now."""
        now = self._now()
        if not self._begun or now >= self._seconds:
            return 0
        return math.ceil(self._users * self._level(now / self._seconds))
