"""The closed model: each user tells one export's life after the other, and goes on when an answer has come."""

import math
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any

import gevent
from gevent import GreenletExit

from loadtests.clients import Carrier
from loadtests.pulse import Pulse
from loadtests.shard import Shard
from loadtests.telling import Told
from loadtests.together import Together
from simulator.errors import PartnersimError
from simulator.load.mix import group_of
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery


class ClosedLoad:
    """What the users of one process tell. Lives of the whole load are dealt out to its workers in turn.

    A delivery of it is due when its user can send it: when its time in the life has come, and the answer to the one
    before. Later than that it is by the sender's fault alone, but for the wait for a connection. Copies that leave at
    one moment have a connection each: `make` makes carriers for them. `shard` is None where nothing is written down.
    """

    def __init__(
        self,
        loads: Sequence[PlannedLoad],
        shard: Shard | None,
        told: Told,
        *,
        make: Callable[[], Carrier],
        worker: int,
        workers: int,
        now: Callable[[], float],
    ) -> None:
        self.living = 0  # lives under way
        self._loads = loads
        self._shard = shard
        self._told = told
        self._make = make
        self._now = now
        self._pulse = Pulse()
        self._spare: list[Carrier] = []
        self._lives = [count(worker, workers) for _ in loads]
        self._turn = count()
        self._numbers = count(worker + 1, workers)

    def live(self, carrier: Carrier, of: int | None = None, *, free: float | None = None) -> float:
        """Tell one life, of this load or of the next in turn; gives the moment from which its user is free again.

        Its user is `free` since that moment, or since now.
        """
        place = next(self._turn) % len(self._loads) if of is None else of
        load = self._loads[place]
        free = self._now() if free is None else free
        self.living += 1
        try:
            for copies in _groups(load.life_of(next(self._lives[place]), free)):
                while (pause := copies[0].due - self._now()) > 0.0:
                    gevent.sleep(pause)
                due = max(copies[0].due, free)
                made = [one._replace(number=load.first + next(self._numbers), due=due) for one in copies]
                free = self._send_all(carrier, made)
        finally:
            self.living -= 1
        return free

    def _send_all(self, carrier: Carrier, copies: Sequence[Delivery]) -> float:
        """Send what leaves at one moment; gives the moment at which the last answer was there."""
        if len(copies) == 1:
            return self._send(carrier, copies[0])
        gate = Together(len(copies))
        others = [gevent.spawn(self._send_beside, one, gate) for one in copies[1:]]
        try:
            answered = self._send(carrier, copies[0], gate)
            return max(answered, *(_told_by(other) for other in others))
        finally:
            gevent.killall(others)

    def _send_beside(self, delivery: Delivery, gate: Together) -> float | Exception:
        """The same on another connection; an error is given, not raised: the user raises it."""
        carrier = self._spare.pop() if self._spare else self._make()
        try:
            return self._send(carrier, delivery, gate)
        except PartnersimError as error:
            return error
        finally:
            if carrier.stopped:
                carrier.close()
            else:
                self._spare.append(carrier)

    def _send(self, carrier: Carrier, delivery: Delivery, gate: Together | None = None) -> float:
        line = self._shard.intent(delivery) if self._shard is not None else 0
        held = 0.0
        began, stood = self._now(), self._pulse.stood

        def leave() -> None:
            nonlocal held
            if gate is not None:
                gate.leave()
            held = max(self._now() - self._pulse.behind - began, 0.0)

        exchange = self._pulse.excused(carrier.carry(delivery, leave), stood, delivery.route.timeout)
        answered = max(self._now() - self._pulse.behind, exchange.sent or began)
        if gate is not None and not exchange.sent:
            gate.without()
        late = max((exchange.sent or began) - delivery.due, 0.0)
        if self._shard is not None:
            self._shard.outcome(line, delivery, exchange, late, min(held, late))
        if carrier.stopped:  # by the end of the run: that says nothing of the receiver
            raise GreenletExit
        self._told(delivery, exchange, max(exchange.done - began, 0.0))
        return answered


def _groups(life: Sequence[Delivery]) -> list[list[Delivery]]:
    """A life in its order; copies that leave at one moment are one."""
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for place, one in enumerate(life):
        groups.setdefault(group_of(one) if one.together > 1 else (place,), []).append(one)
    return [[one._replace(together=len(group)) for one in group] for group in groups.values()]


def _told_by(other: "gevent.Greenlet[..., float | Exception]") -> float:
    """What came of a copy that was sent beside."""
    found: Any = other.get()
    if isinstance(found, BaseException):  # that it was told to end is given, too
        raise found
    return float(found)


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
        free = None  # since when; None of one that was not wanted
        try:
            while True:
                if place < self._wanted():
                    free = self._load.live(carrier, free=free)
                else:
                    free = None
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
