"""The open model: each delivery leaves when it is due, whatever the receiver does; or it waits for a connection."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import gevent
from gevent import GreenletExit, get_hub
from gevent.hub import Waiter

from loadtests.clients import Carrier
from loadtests.look_ahead import LookAhead
from loadtests.pulse import Pulse
from loadtests.shard import Shard
from loadtests.telling import Told
from loadtests.together import Together
from simulator.model import Delivery, Exchange, Outcome
from simulator.model.load import GivenUp

_GIVING_UP = 5.0  # seconds for writing down what was not even planned by then


@dataclass(slots=True)
class _Due:
    """A delivery whose time has come, and when it was noticed."""

    delivery: Delivery
    rested: float  # of the pulse, then
    gate: Together | None
    held: bool  # whether no connection was free


class OpenLoad:
    """One process's share of a load.

    It has so many `connections` at most, which `serve`; `run` returns when everything was sent, or given up: `until` is
    the second since the begin at which what still waits is. What is under way then comes to its own end.
    """

    def __init__(
        self,
        ahead: LookAhead,
        shard: Shard,
        told: Told,
        *,
        now: Callable[[], float],
        until: float,
        connections: int,
    ) -> None:
        self.complete = False  # whether all that was planned has come to an end of its own
        self._ahead = ahead
        self._shard = shard
        self._told = told
        self._now = now
        self._until = until
        self._connections = connections
        self._pulse = Pulse()
        self._free: list[Waiter[_Due]] = []
        self._waiting: deque[_Due] = deque()
        self._gate: Together | None = None
        self._gated = 0  # copies that are still to come to that gate
        self._under_way = 0
        self._nudge = get_hub().loop.run_callback

    @property
    def there(self) -> int:
        """How many connections wait for something to send."""
        return len(self._free)

    # The scheduler

    def prepare(self) -> None:
        """Plan ahead what there is room for."""
        self._ahead.fill()

    def run(self) -> None:
        """Hand out what is due, until nothing is left."""
        filling = gevent.spawn(self._ahead.keep_filling, self._now)
        try:
            self._hand_out()
            while self._waiting and self._now() < self._until:
                gevent.sleep(0.01)
            self.complete = not self._waiting
            self._give_up()
            while self._under_way:  # each has a deadline of its own
                gevent.sleep(0.01)
        finally:
            filling.kill(block=False)
            self._pulse.stop()

    def _hand_out(self) -> None:
        ready = self._ahead.ready
        while self._now() < self._until:
            if not ready:
                if self._ahead.exhausted:
                    return
                gevent.sleep(0.001)
                continue
            pause = ready[0].due - self._now()
            if pause > 0.0:
                gevent.sleep(min(pause, 0.1))
                continue
            while ready and ready[0].due <= self._now():
                self._hand(ready.popleft())
            gevent.sleep(0)

    def _hand(self, delivery: Delivery) -> None:
        due = _Due(delivery, self._pulse.rested, self._gate_of(delivery), held=not self._free)
        if self._free:
            self._under_way += 1
            self._nudge(self._free.pop().switch, due)
        else:
            self._waiting.append(due)

    def _gate_of(self, delivery: Delivery) -> Together | None:
        if not 1 < delivery.together <= self._connections:
            return None
        if not self._gated:
            self._gate, self._gated = Together(delivery.together), delivery.together
        self._gated -= 1
        return self._gate

    def _give_up(self) -> None:
        """What still waits is written down as dropped: what was handed out, and what was not."""
        while self._waiting:
            self._drop(self._waiting.popleft().delivery)
        patience = perf_counter() + _GIVING_UP
        while self._ahead.more(patience) and perf_counter() < patience:
            self.complete = False
            self._drop(self._ahead.ready.popleft())
            gevent.sleep(0)
        if self._ahead.ready or not self._ahead.exhausted:
            self.complete = False

    def _drop(self, delivery: Delivery) -> None:
        now = self._now()
        exchange = Exchange(Outcome.SKIPPED, done=now, detail=GivenUp.NO_CONNECTION)
        late = max(now - delivery.due, 0.0)
        self._shard.outcome(self._shard.intent(delivery), delivery, exchange, late, late)
        self._told(delivery, exchange, late)

    # The connections

    def serve(self, carrier: Carrier) -> None:
        """Send one delivery after the other, until the process ends this."""
        while True:
            due = self._next()
            try:
                self._carry(carrier, due)
            finally:
                self._under_way -= 1

    def _next(self) -> _Due:
        if self._waiting:
            self._under_way += 1
            return self._waiting.popleft()
        waiter: Waiter[_Due] = Waiter()
        self._free.append(waiter)
        try:
            due: _Due = waiter.get()
            return due
        except GreenletExit:
            if waiter in self._free:
                self._free.remove(waiter)
            raise

    def _carry(self, carrier: Carrier, due: _Due) -> None:
        delivery, gate = due.delivery, due.gate
        taken = self._now()
        held = self._held(due, taken)
        left = taken  # when the connection was there, and all that leave together
        line = self._shard.intent(delivery)

        def leave() -> None:
            nonlocal left
            if gate is not None:
                gate.leave()
            left = self._now()

        began, stood = self._now(), self._pulse.stood
        exchange = self._pulse.excused(carrier.carry(delivery, leave), stood, delivery.route.timeout)
        if gate is not None and not exchange.sent:
            gate.without()
        late = max((exchange.sent or began) - delivery.due, 0.0)
        held = min(held + max(left - began, 0.0), late)
        self._shard.outcome(line, delivery, exchange, late, held)
        if carrier.stopped:  # by the end of the run: that says nothing of the receiver
            raise GreenletExit
        self._told(delivery, exchange, max(exchange.done - delivery.due, 0.0))

    def _held(self, due: _Due, taken: float) -> float:
        """For how long no connection was free, through no fault of the sender."""
        if not due.held:
            return 0.0
        pulse = self._pulse
        found = taken - max(perf_counter() - pulse.woke, 0.0)  # the connection may have been free since then
        waited = max(found - due.delivery.due, 0.0)
        return waited if pulse.excuses(waited, pulse.rested - due.rested) else 0.0
