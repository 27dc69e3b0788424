"""The closed model: each user tells one export's life after the other, and goes on when an answer has come."""

from collections.abc import Callable, Sequence
from itertools import count

import gevent
from gevent import GreenletExit

from loadtests.clients import Carrier
from loadtests.shard import Shard
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery, Exchange

Told = Callable[[Delivery, Exchange, float], None]
"""Is told of every attempt, and of how many seconds it took."""


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
        self._worker = worker
        self._workers = workers
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
