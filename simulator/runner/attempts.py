"""Makes attempts: the intent on the file, then the request, then what came of it; again as the partner does.

Whose turn it is, others say; from there on this is the only way a delivery leaves.
"""

import asyncio
from array import array
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from simulator.check import status_fits
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.model import Delivery, EndWriting, Exchange, Lateness, Outcome
from simulator.provider import Retry
from simulator.runner.together import gates, group_of
from simulator.wire import Request, Send

BATCH: Final = 64  # intents written together before their requests leave


class Ready(NamedTuple):
    """A delivery whose turn it is; `might` is the moment from which the sender alone is to blame for any delay."""

    delivery: Delivery
    attempt: int
    might: float


class Made(NamedTuple):
    """One attempt as it went. `intent_at` and `outcome_at` are where their lines begin in the journal, in bytes."""

    delivery: Delivery
    attempt: int
    exchange: Exchange
    acknowledged: bool
    late: float
    final: bool  # whether the partner makes no further attempt at this delivery
    intent_at: int
    outcome_at: int


async def _as_it_was(delivery: Delivery) -> Delivery | None:
    return delivery


class Attempts:
    """What was begun and is not at its end, and figures of what is.

    `retry` is the partner's policy for a delivery as it is now; `rest` waits out its delay, in story seconds, after
    an attempt, and gives the moment of the clock at which it was over. `again` gives the delivery as it is to be made
    after that, None when it is not. `tolerance` is how late, in real seconds, the sender may be before it skips a
    delivery (None: it sends however late it is); `fresh` gives each delivery a connection of its own, as one that
    closes its side has anyway: who hangs up on it then does so because of it. `made` hears of every attempt, and once
    more of one that turns out to be the last. `goes_on` tells whether further attempts are made at all: where not, a
    delivery ends as it stands. `trouble` is told when the journal cannot be written, or when `made` or a task begun
    here raised.
    """

    def __init__(
        self,
        *,
        retry: Callable[[Delivery], Retry],
        acknowledged_by: tuple[str, ...],
        rest: Callable[[Made, float], Awaitable[float]],
        send: Send,
        clock: Clock,
        journal: JournalWriter,
        made: Callable[[Made], None],
        trouble: Callable[[Exception], None],
        goes_on: Callable[[], bool] = lambda: True,
        again: Callable[[Delivery], Awaitable[Delivery | None]] = _as_it_was,
        tolerance: float | None = None,
        fresh: bool = False,
    ) -> None:
        self._retry = retry
        self._acknowledged_by = acknowledged_by
        self._rest = rest
        self._send = send
        self._clock = clock
        self._journal = journal
        self._made = made
        self._trouble = trouble
        self._goes_on = goes_on
        self._again = again
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

        First attempts at what is of one group (see `group_of`) wait for each other's connections and leave together.

        Raises:
            StorageError: an intent could not be written; nothing of the batch was sent.
        """
        now = self._clock.now()
        places = []
        for delivery, attempt, _ in batch:
            begins = self._journal.size
            places.append((self._journal.intent(delivery, attempt, now), begins))
        self._journal.flush()
        opened_by = gates([one.delivery for one in batch if one.attempt == 1])
        for (line, begins), ready in zip(places, batch, strict=True):
            delivery, attempt, _ = ready
            done = partial(self._done, line, begins, ready)
            gate = opened_by.get(group_of(delivery)) if opened_by and attempt == 1 else None
            if self._tolerance is not None and now - ready.might > self._tolerance:
                done(Exchange(Outcome.SKIPPED, done=now, detail=f"the sender was {now - ready.might:.3f} s late"))
                if gate is not None:
                    gate.without()
                continue
            route = delivery.route
            data = b"" if delivery.script is not None else delivery.data
            fresh = self._fresh or any(isinstance(part, EndWriting) for part in delivery.script or ())
            asked = Request(route.url, data, route.timeout, route.method, delivery.script, fresh, gate)
            self._send(asked, done)

    def skip(self, delivery: Delivery, why: str) -> None:
        """Write down that it is not sent at all, and why.

        Raises:
            StorageError: the intent could not be written.
        """
        now, begins = self._clock.now(), self._journal.size
        line = self._journal.intent(delivery, 1, now)
        self._done(line, begins, Ready(delivery, 1, now), Exchange(Outcome.SKIPPED, done=now, detail=why), last=True)

    async def close(self) -> None:
        """Make no further attempt at anything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, line: int, begins: int, ready: Ready, exchange: Exchange, *, last: bool = False) -> None:
        """Write what came of it, and make another attempt where the partner would."""
        delivery, attempt, might = ready
        self.number += 1
        self.reached = self.reached or exchange.outcome.reached
        late = max(exchange.sent - might, 0.0) if exchange.outcome.reached else 0.0
        self._late.append(late)
        acknowledged = exchange.outcome is Outcome.ANSWERED and status_fits(exchange.status, self._acknowledged_by)
        more = not last and not acknowledged and attempt < self._retry(delivery).attempts
        again = more and self._goes_on()
        made = Made(delivery, attempt, exchange, acknowledged, late, not again, begins, self._journal.size)
        try:
            self._journal.outcome(line, delivery, exchange, late=late, final=not more)
            self._made(made)
        except Exception as error:  # noqa: BLE001 - the wire calls this: whatever it is, it is told
            self._trouble(error)
        if not self._flush_planned:
            self._flush_planned = True
            asyncio.get_running_loop().call_soon(self._flush)
        if again:
            task = asyncio.ensure_future(self._later(made))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    async def _later(self, made: Made) -> None:
        """The next attempt when its time has come, unless the partner gave it up meanwhile."""
        attempt = made.attempt + 1
        try:
            moment = await self._rest(made, self._retry(made.delivery).delay)
            delivery = await self._again(made.delivery) if attempt <= self._retry(made.delivery).attempts else None
        except asyncio.CancelledError:
            self._give_up(made)
            raise
        if delivery is None:
            self._give_up(made)
            return
        self.make([Ready(delivery, attempt, max(moment, self.held_until))])

    def _give_up(self, made: Made) -> None:
        self._journal.note(self._clock.now(), "given up", f"no further attempt at delivery {made.delivery.number}")
        self._made(made._replace(final=True))

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
