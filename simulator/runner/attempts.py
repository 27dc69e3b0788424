"""Makes attempts: the intent on the file, then the request, then what came of it; again as the partner does.

Whose turn it is, others say; from there on this is the only way to a receiver.
"""

import asyncio
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from simulator.check import status_fits
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Lateness, Outcome
from simulator.provider import Retry
from simulator.wire import Request, Send


class Ready(NamedTuple):
    """A delivery whose turn it is; `might` is the moment from which the sender alone is to blame for any delay."""

    delivery: Delivery
    attempt: int
    might: float


class Made(NamedTuple):
    """One attempt as it went. `intent` and `outcome` are where their lines begin in the journal, in bytes."""

    delivery: Delivery
    attempt: int
    exchange: Exchange
    acknowledged: bool
    late: float
    final: bool  # whether the partner makes no further attempt at this delivery
    intent: int
    outcome: int


class Attempts:
    """What was begun and is not at its end, and figures of what is.

    `retry` is the partner's policy as it is now, `wall` makes real seconds of its delays. `tolerance` is how late, in
    real seconds, the sender may be before it skips a delivery (None: it sends however late it is); `fresh` gives each
    delivery a connection of its own. `made` hears of every attempt; `wanted` is asked before each further one.
    `trouble` is told when the journal cannot be written, or when `made` or a task begun here raised.
    """

    def __init__(
        self,
        *,
        retry: Callable[[], Retry],
        acknowledged_by: tuple[str, ...],
        wall: Callable[[float], float],
        send: Send,
        clock: Clock,
        journal: JournalWriter,
        made: Callable[[Made], None],
        trouble: Callable[[Exception], None],
        wanted: Callable[[Delivery], bool],
        tolerance: float | None = None,
        fresh: bool = False,
    ) -> None:
        self._retry = retry
        self._acknowledged_by = acknowledged_by
        self._wall = wall
        self._send = send
        self._clock = clock
        self._journal = journal
        self._made = made
        self._trouble = trouble
        self._wanted = wanted
        self._tolerance = tolerance
        self._fresh = fresh
        self._flush_planned = False
        self._late = array("d")
        self._tasks: set[asyncio.Task[None]] = set()
        self.held_until = 0.0  # whatever became late before, it was not the sender's fault
        self.number = 0
        self.reached = False

    @property
    def lateness(self) -> Lateness:
        """Of every attempt so far."""
        if not self._late:
            return Lateness()
        late = sorted(self._late)
        at = [late[min(int(len(late) * share), len(late) - 1)] for share in (0.5, 0.99)]
        return Lateness(p50=round(at[0], 6), p99=round(at[1], 6), max=round(late[-1], 6))

    def make(self, batch: Sequence[Ready]) -> None:
        """Intents first, all on the file; then the requests, one right after the other.

        Raises:
            StorageError: an intent could not be written; nothing of the batch was sent.
        """
        now = self._clock.now()
        places = []
        for delivery, attempt, _ in batch:
            begins = self._journal.size
            places.append((self._journal.intent(delivery, attempt, now), begins))
        self._journal.flush()
        for (line, begins), ready in zip(places, batch, strict=True):
            delivery = ready.delivery
            done = partial(self._done, line, begins, ready)
            if self._tolerance is not None and now - ready.might > self._tolerance:
                done(Exchange(Outcome.SKIPPED, done=now, detail=f"the sender was {now - ready.might:.3f} s late"))
                continue
            route = delivery.route
            data = b"" if delivery.script is not None else delivery.data
            self._send(Request(route.url, data, route.timeout, route.method, delivery.script, self._fresh), done)

    def skip(self, delivery: Delivery, why: str) -> None:
        """Write down that it is not sent at all, and why.

        Raises:
            StorageError: the intent could not be written.
        """
        now, begins = self._clock.now(), self._journal.size
        line = self._journal.intent(delivery, 1, now)
        skipped = Exchange(Outcome.SKIPPED, done=now, detail=why)
        self._done(line, begins, Ready(delivery, self._retry().attempts, now), skipped)

    def _done(self, line: int, begins: int, ready: Ready, exchange: Exchange) -> None:
        """Write what came of it, and make another attempt where the partner would."""
        delivery, attempt, might = ready
        self.number += 1
        self.reached = self.reached or exchange.outcome.reached
        late = max(exchange.sent - might, 0.0) if exchange.outcome.reached else 0.0
        self._late.append(late)
        acknowledged = exchange.outcome is Outcome.ANSWERED and status_fits(exchange.status, self._acknowledged_by)
        more = not acknowledged and attempt < self._retry().attempts
        again = more and self._wanted(delivery)
        outcome = self._journal.size
        try:
            self._journal.outcome(line, delivery, exchange, late=late, final=not more)
            self._made(Made(delivery, attempt, exchange, acknowledged, late, not again, begins, outcome))
        except Exception as error:  # noqa: BLE001 - the wire calls this: whatever it is, it is told
            self._trouble(error)
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self._flush)
        if again:
            task = asyncio.ensure_future(self._later(delivery, attempt + 1, exchange.done))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _later(self, delivery: Delivery, attempt: int, since: float) -> None:
        moment = since + self._wall(self._retry().delay)
        await self._clock.until(moment)
        self.make([Ready(delivery, attempt, max(moment, self.held_until))])

    def _flush(self) -> None:
        self._flush_planned = False
        try:
            self._journal.flush()
        except Exception as error:  # noqa: BLE001 - the event loop calls this: whatever it is, it is told
            self._trouble(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._trouble(error)
