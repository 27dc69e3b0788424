"""Plays one timeline: waits for each delivery's turn, writes its intent, sends it, and writes what came of it."""

import asyncio
from array import array
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator import limits
from simulator.check import status_fits
from simulator.clock import Clock, Scale
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Lateness, Outcome
from simulator.provider import Retry
from simulator.runner.probing import Prober, Subject
from simulator.runner.stop import Stop
from simulator.wire import Request, Send

_BATCH = 64  # intents written together before their requests leave


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
    """Plays deliveries in order of due.

    In real time a delivery leaves at its time, whatever became of earlier ones. In compressed time cause and order
    are kept as well: it waits for every earlier delivery whose timeout would have ended, in the story, before it is
    due.
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
    ) -> None:
        self._retry = retry
        self._acknowledged_by = acknowledged_by
        self._pace = pace
        self._send = send
        self._clock = clock
        self._journal = journal
        self._prober = prober
        self._stop = stop
        self._progress = progress
        self._ready: list[tuple[Delivery, int, float]] = []  # with attempt, and when it might have left
        self._to_read: list[Subject] = []
        self._in_flight: dict[int, float] = {}  # number → the story second at which its timeout would end
        self._tasks: set[asyncio.Task[None]] = set()
        self._nudge: asyncio.Future[None] | None = None
        self._trouble: Exception | None = None
        self._flush_planned = False
        self._late = array("d")
        self._began = 0.0
        self._held_until = 0.0
        self.deliveries = 0
        self.attempts = 0
        self.reached = False

    async def play(self, timeline: Iterable[Delivery]) -> bool:
        """Play all of it and wait for the last answer; False when the run was stopped before its end.

        Raises:
            StorageError: the journal could not be written; what is under way is given up.
        """
        self._began = self._held_until = self._clock.now()
        self._stop.listen(self._wake)
        complete = True
        for delivery in timeline:
            if not await self._turn(delivery):
                complete = False
                break
            self.deliveries += 1
            self._in_flight[delivery.number] = delivery.due + delivery.route.timeout
            self._ready.append((delivery, 1, self._might_leave(delivery)))
            if len(self._ready) >= _BATCH:
                await self._release()
                await asyncio.sleep(0)
        await self._release()
        while self._in_flight or self._tasks:
            self._raise_trouble()
            await self._until_nudged()
        self._raise_trouble()
        return complete

    @property
    def lateness(self) -> Lateness:
        """Of every attempt so far."""
        if not self._late:
            return Lateness()
        late = sorted(self._late)
        at = [late[min(int(len(late) * share), len(late) - 1)] for share in (0.5, 0.99)]
        return Lateness(p50=round(at[0], 6), p99=round(at[1], 6), max=round(late[-1], 6))

    async def _turn(self, delivery: Delivery) -> bool:
        """Wait until it may leave; False when the run is to end."""
        if self._prober.watches(delivery):
            self._to_read += self._prober.new_subjects(delivery)
        due = self._began + self._pace.scale.wall(delivery.due)
        while True:
            self._raise_trouble()
            if self._stop.asked:
                return False
            if self._clock.now() < due:
                await self._release()
                await self._until_nudged(due)
            elif self._held(delivery):
                await self._release()
                if self._held(delivery):
                    await self._until_nudged()
                self._held_until = self._clock.now()
            else:
                return True

    def _held(self, delivery: Delivery) -> bool:
        """In compressed time: whether an earlier delivery has to end first."""
        if not self._pace.scale.compressed or not self._in_flight:
            return False
        if len(self._in_flight) >= self._pace.jobs:
            return True
        # All have one timeout and came in order of due, so the first is the one that ends first.
        return next(iter(self._in_flight.values())) < delivery.due

    def _might_leave(self, delivery: Delivery) -> float:
        """The moment from which the sender alone is to blame for any delay."""
        due = self._began + self._pace.scale.wall(delivery.due)
        return self._clock.now() if self._pace.scale.instant else max(due, self._held_until)

    async def _release(self) -> None:
        """Read what is about to be touched for the first time, then send what is ready."""
        if self._to_read:
            subjects, self._to_read = self._to_read, []
            await self._prober.before(subjects)
            now = self._held_until = self._clock.now()
            self._ready = [(delivery, attempt, max(might, now)) for delivery, attempt, might in self._ready]
        if self._ready:
            batch, self._ready = self._ready, []
            self._dispatch(batch)

    def _dispatch(self, batch: list[tuple[Delivery, int, float]]) -> None:
        """Intents first, all on the file; then the requests, one right after the other."""
        now = self._clock.now()
        lines = [self._journal.intent(delivery, attempt, now) for delivery, attempt, _ in batch]
        self._journal.flush()
        for line, (delivery, attempt, might) in zip(lines, batch, strict=True):
            done = partial(self._done, line, delivery, attempt, might)
            if self._pace.tolerance is not None and now - might > self._pace.tolerance:
                done(Exchange(Outcome.SKIPPED, done=now, detail=f"the sender was {now - might:.3f} s late"))
                continue
            route = delivery.route
            data = b"" if delivery.script is not None else delivery.data
            self._send(Request(route.url, data, route.timeout, route.method, delivery.script, self._pace.fresh), done)

    def _done(self, line: int, delivery: Delivery, attempt: int, might: float, exchange: Exchange) -> None:
        """Write what came of it, then retry it, look at the receiver, or be done with it."""
        self.attempts += 1
        self.reached = self.reached or exchange.outcome.reached
        late = max(exchange.sent - might, 0.0) if exchange.outcome.reached else 0.0
        self._late.append(late)
        wanted = attempt < self._retry.attempts and not self._acknowledged(exchange)
        again = wanted and not self._stop.asked
        try:
            self._journal.outcome(line, delivery, exchange, late=late, final=not wanted)
        except Exception as error:  # noqa: BLE001 - the wire calls this: whatever it is, `play` raises it
            self._trouble = self._trouble or error
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self._flush)
        if again:
            self._begin(self._retry_later(delivery, attempt + 1, exchange.done))
        elif exchange.outcome.reached and not self._stop.asked and self._prober.watches(delivery):
            self._begin(self._look(delivery))
        else:
            self._finished(delivery)

    async def _retry_later(self, delivery: Delivery, attempt: int, since: float) -> None:
        moment = since + self._pace.scale.wall(self._retry.delay)
        await self._clock.until(moment)
        self._dispatch([(delivery, attempt, max(moment, self._held_until))])

    async def _look(self, delivery: Delivery) -> None:
        """Read the state after an answer; in compressed time the story waits a moment for the effect to show."""
        if not self._pace.scale.compressed:
            self._finished(delivery)
        await self._prober.after(delivery, limits.SETTLE if self._pace.scale.compressed else 0.0)
        self._finished(delivery)

    def _finished(self, delivery: Delivery) -> None:
        if self._in_flight.pop(delivery.number, None) is not None:
            self._progress(self.deliveries - len(self._in_flight), delivery.due)
        self._wake()

    def _acknowledged(self, exchange: Exchange) -> bool:
        return exchange.outcome is Outcome.ANSWERED and status_fits(exchange.status, self._acknowledged_by)

    def _flush(self) -> None:
        self._flush_planned = False
        try:
            self._journal.flush()
        except Exception as error:  # noqa: BLE001 - the event loop calls this: whatever it is, `play` raises it
            self._trouble = self._trouble or error
            self._wake()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._trouble = self._trouble or error
        self._wake()

    def _raise_trouble(self) -> None:
        if self._trouble:
            raise self._trouble

    def _wake(self) -> None:
        if self._nudge and not self._nudge.done():
            self._nudge.set_result(None)

    async def _until_nudged(self, moment: float | None = None) -> None:
        """Sleep until something ended, the run is to stop, or `moment` has come."""
        self._nudge = asyncio.get_running_loop().create_future()
        cancel = self._clock.alarm(moment, self._wake) if moment is not None else None
        try:
            await self._nudge
        finally:
            self._nudge = None
            if cancel:
                cancel()
