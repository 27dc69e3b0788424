"""Plays one timeline: waits for each delivery's turn, writes its intent, sends it, and writes what came of it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from simulator import limits
from simulator.clock import Clock, Scale
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Lateness, Outcome
from simulator.provider import Retry
from simulator.runner.asking import Subject
from simulator.runner.attempts import BATCH, Attempts, Made, Ready
from simulator.runner.nudge import Nudge
from simulator.runner.probing import Prober
from simulator.runner.restarting import Restart
from simulator.runner.stop import Stop
from simulator.runner.together import turns
from simulator.runner.under_way import UnderWay
from simulator.wire import Send

_OVERDUE: Final = frozenset({Outcome.TIMEOUT_HEADERS, Outcome.TIMEOUT_BODY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the story passes.

    `jobs` bounds what is in flight in compressed time. `tolerance` is how late, in real seconds, the sender may be
    before it skips a delivery (None: it sends however late it is). `fresh` gives each delivery a connection of its own.
    """

    scale: Scale
    jobs: int = limits.IN_FLIGHT
    tolerance: float | None = None
    fresh: bool = False


class Player:
    """Plays deliveries in order of due; those that leave together (see `together`) have one turn.

    In real time a delivery leaves at its time, whatever became of earlier ones. In compressed time cause and order
    are kept as well: see `UnderWay`.
    """

    def __init__(
        self,
        *,
        retry: Retry,
        acknowledged_by: tuple[str, ...],
        pace: Pace,
        send: Send,
        clock: Clock,
        journal: JournalWriter,
        prober: Prober,
        stop: Stop,
        progress: Callable[[int, float], None],
        restart: Restart | None = None,
    ) -> None:
        self._pace = pace
        # deliveries in one turn
        self._most = max(min(pace.jobs, limits.CONNECTIONS), 1) if pace.scale.compressed else limits.CONNECTIONS
        self._clock = clock
        self._prober = prober
        self._stop = stop
        self._progress = progress
        self._attempts = Attempts(
            retry=lambda _: retry,
            acknowledged_by=acknowledged_by,
            rest=self._rest,
            send=send,
            clock=clock,
            journal=journal,
            made=self._made,
            trouble=self._found,
            goes_on=lambda: not stop.asked,
            tolerance=pace.tolerance,
            fresh=pace.fresh,
        )
        self._ready: list[Ready] = []
        self._to_read: list[Subject] = []
        self._under_way = UnderWay(pace.jobs)
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudge = Nudge(clock)
        self._trouble: Exception | None = None
        self._restart = restart  # None once it is over
        self._looks = True  # whether the state is read after an answer
        self._began = 0.0
        self.deliveries = 0

    async def play(self, timeline: Iterable[Delivery]) -> bool:
        """Play all of it and wait for the last answer; False when the run was stopped before its end.

        Raises:
            StorageError: the journal could not be written; what is under way is given up.
            NeverReached: the receiver was killed and did not come back.
        """
        self._began = self._attempts.held_until = self._clock.now()
        self._stop.listen(self._nudge.nudge)
        complete = True
        for turn in turns(timeline, self._most):
            if self._restart and turn[0].due > self._restart.at and not await self._restarted(self._restart):
                complete = False
                break
            if not await self._turn(turn):
                complete = False
                break
            for delivery in turn:
                self.deliveries += 1
                self._under_way.begin(delivery.number, delivery.due + delivery.route.timeout)
                self._ready.append(Ready(delivery, 1, self._might_leave(delivery)))
            if len(self._ready) >= BATCH:
                await self._release()
                await asyncio.sleep(0)
        if self._restart and complete:
            complete = await self._restarted(self._restart)
        await self._release()
        await self._all_ended()
        return complete

    @property
    def attempts(self) -> int:
        """How many were made."""
        return self._attempts.number

    @property
    def reached(self) -> bool:
        """Whether any attempt got as far as the receiver."""
        return self._attempts.reached

    @property
    def lateness(self) -> Lateness:
        """Of every attempt so far."""
        return self._attempts.lateness

    async def _turn(self, turn: Sequence[Delivery]) -> bool:
        """Wait until those that leave together may leave; False when the run is to end."""
        for delivery in turn:
            if self._prober.watches(delivery):
                self._to_read += self._prober.new_subjects(delivery)
        due = self._began + self._pace.scale.wall(turn[0].due)
        while True:
            self._raise_trouble()
            if self._stop.asked:
                return False
            if self._clock.now() < due:
                await self._release()
                await self._nudge.sleep(due)
            elif self._held(turn):
                await self._release()
                if self._held(turn):
                    await self._nudge.sleep()
                self._attempts.held_until = self._clock.now()
            else:
                return True

    async def _restarted(self, restart: Restart) -> bool:
        """The receiver killed right after the last answer, and there again; False when the run is to end."""
        self._restart = None
        due = self._began + self._pace.scale.wall(restart.at)
        await self._release()
        while self._clock.now() < due and not self._stop.asked:
            self._raise_trouble()
            await self._nudge.sleep(due)
        self._looks = False  # no reading gives it time for what it said it had done
        for look in self._tasks:
            look.cancel()
        await self._all_ended()
        if not self._stop.asked:
            await restart.go()
        self._looks = True
        self._attempts.held_until = self._clock.now()
        return not self._stop.asked

    async def _all_ended(self) -> None:
        """Wait for whatever is under way."""
        while self._under_way or self._tasks:
            self._raise_trouble()
            await self._nudge.sleep()
        self._raise_trouble()

    def _held(self, turn: Sequence[Delivery]) -> bool:
        """In compressed time: whether an earlier delivery has to end before so many more can be under way."""
        return self._pace.scale.compressed and self._under_way.hold(turn[0].due, len(turn))

    def _might_leave(self, delivery: Delivery) -> float:
        """The moment from which the sender alone is to blame for any delay."""
        due = self._began + self._pace.scale.wall(delivery.due)
        return self._clock.now() if self._pace.scale.instant else max(due, self._attempts.held_until)

    async def _release(self) -> None:
        """Read what is about to be touched for the first time, then send what is ready."""
        if self._to_read:
            subjects, self._to_read = self._to_read, []
            await self._prober.before(subjects)
            now = self._attempts.held_until = self._clock.now()
            self._ready = [one._replace(might=max(one.might, now)) for one in self._ready]
        if self._ready:
            batch, self._ready = self._ready, []
            self._attempts.make(batch)

    async def _rest(self, made: Made, delay: float) -> float:
        moment = made.exchange.done + self._pace.scale.wall(delay)
        await self._clock.until(moment)
        return moment

    def _made(self, made: Made) -> None:
        """Once the partner makes no further attempt: look at the receiver, or be done with it."""
        delivery = made.delivery
        if not made.final:
            return
        looks = self._looks and not self._stop.asked
        looks = looks and made.exchange.outcome.reached and self._prober.watches(delivery)
        if looks or (self._pace.scale.compressed and _given_up(made.exchange)):
            self._begin(self._look(made, looks=looks), delivery)
        else:
            self._finished(delivery)

    async def _look(self, made: Made, *, looks: bool) -> None:
        """Read the state after an answer; in compressed time the story waits a moment for the effect to show.

        So it does after a request that the partner gave up: the receiver may still be working on it, and would have
        long done so when the story goes on.
        """
        compressed = self._pace.scale.compressed
        if not compressed:
            self._finished(made.delivery)
        if looks:
            await self._prober.after(made.delivery, limits.SETTLE if compressed else 0.0)
        if compressed and _given_up(made.exchange):
            await self._clock.until(made.exchange.done + limits.SETTLE)

    def _finished(self, delivery: Delivery) -> None:
        if self._under_way.end(delivery.number):
            self._progress(self.deliveries - len(self._under_way), delivery.due)
        self._nudge.nudge()

    def _found(self, trouble: Exception) -> None:
        """`play` raises it."""
        self._trouble = self._trouble or trouble
        self._nudge.nudge()

    def _begin(self, work: Coroutine[Any, Any, None], delivery: Delivery) -> None:
        """With the end of it, also where it never began, the delivery is finished."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, delivery))

    def _ended(self, delivery: Delivery, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._trouble = self._trouble or error
        self._finished(delivery)

    def _raise_trouble(self) -> None:
        if self._trouble:
            raise self._trouble


def _given_up(exchange: Exchange) -> bool:
    """Whether the partner went away before the receiver had answered."""
    return exchange.hung_up or exchange.outcome in _OVERDUE
