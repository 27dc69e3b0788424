"""One partner's way out: its journal, where its requests go, and what is told of each attempt."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.clock import Clock
from simulator.console.happening import Hook
from simulator.console.hook_routes import HookRoutes
from simulator.console.journals import header
from simulator.console.lane import Waiting
from simulator.console.ledger import Tried
from simulator.console.refusal import Refusal
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Outcome, Route
from simulator.provider import Retry
from simulator.runner.attempts import BATCH, Attempts, Made, Ready
from simulator.scenario import Scenario
from simulator.timeline.story import Story
from simulator.wire import Send


@dataclass(frozen=True, kw_only=True)
class SenderNeeds:
    """What a sender is given.

    `story` has the partner's readings as they are chosen now; `hook` is where the notifications of an export go now.
    `rest` waits out some story seconds after an attempt; `goes_on` hears of a delivery that is tried again, as it is
    now. `tried` hears of every attempt's end, `moved` of a delivery that goes elsewhere than was written down,
    `trouble` of what cannot go on.
    """

    partner: str
    scenario: Scenario
    story: Callable[[], Story]
    routes: HookRoutes
    hook: Callable[[str], Hook]
    rest: Callable[[Made, float], Awaitable[None]]
    send: Send
    clock: Clock
    scrub: Callable[[str], str]
    tried: Callable[[Tried], None]
    goes_on: Callable[[Delivery], None]
    moved: Callable[[Delivery], None]
    trouble: Callable[[Exception], None]


class Sender:
    """Makes deliveries whose turn has come.

    Raises:
        StorageError: the journal cannot be written.
    """

    def __init__(self, needs: SenderNeeds, journal: Path) -> None:
        self._needs = needs
        self.journal = journal
        self._under_way: dict[int, Hook] = {}
        self._answers: dict[int, asyncio.Future[Exchange]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._deliveries = 0
        self._resting = 0
        self._stopping = False

    @cached_property
    def _writer(self) -> JournalWriter:
        """The journal, from the first delivery on."""
        needs = self._needs
        return JournalWriter(self.journal, header(needs.scenario, needs.story()), needs.scrub)

    @cached_property
    def _attempts(self) -> Attempts:
        needs = self._needs
        return Attempts(
            retry=self._retry,
            acknowledged_by=needs.story().provider.acknowledged_by,
            rest=self._rest,
            send=needs.send,
            clock=needs.clock,
            journal=self._writer,
            made=self._made,
            trouble=needs.trouble,
            goes_on=lambda: not self._stopping,
            again=self._again,
        )

    @property
    def under_way(self) -> int:
        """How many were begun and await an answer: not those that wait to be tried again."""
        return len(self._under_way) - self._resting

    def route(self, hook: Hook) -> Route:
        """The constant part of requests to a hook; of one with OAuth, without a token.

        Raises:
            UsageError: something in it cannot be sent.
        """
        return self._needs.routes.to(hook)

    def make(self, waiting: Iterable[Waiting]) -> None:
        """Send them, in this order.

        Raises:
            StorageError: the journal cannot be written.
        """
        batch: list[Ready] = []
        for one in waiting:
            self._deliveries += 1
            self._under_way[one.delivery.number] = one.hook
            if one.hook.oauth is None:
                batch.append(Ready(one.delivery, 1, one.might))
            else:
                self._task(self._begin(one.delivery, one.hook, one.might))
            if len(batch) >= BATCH:
                self._attempts.make(batch)
                batch = []
        if batch:
            self._attempts.make(batch)

    async def at_once(self, delivery: Delivery, hook: Hook) -> Exchange:
        """Make one attempt now, past all lanes, and wait for what it comes to."""
        answer: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        self._deliveries += 1
        self._answers[delivery.number] = answer
        self._under_way[delivery.number] = hook
        self._task(self._begin(delivery, hook, self._needs.clock.now()))
        return await answer

    def skip(self, delivery: Delivery, why: str) -> None:
        """It is not sent at all, and history says why.

        Raises:
            StorageError: the journal cannot be written.
        """
        self._deliveries += 1
        self._attempts.skip(delivery, why)

    def stop(self) -> None:
        """Try nothing again from now on."""
        self._stopping = True

    async def close(self) -> None:
        """Try nothing again, and write the journal's end; what was under way has to be at its end already.

        Raises:
            StorageError: it cannot be written.
        """
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(Refusal("unavailable", "the service ends, or begins anew", "ask again"))
        if "_writer" not in vars(self):
            return
        await self._attempts.close()
        self._writer.close(
            self._needs.clock.now(),
            deliveries=self._deliveries,
            attempts=self._attempts.number,
            complete=True,
            reached=self._attempts.reached,
            lateness=self._attempts.lateness,
        )

    async def _begin(self, delivery: Delivery, hook: Hook, might: float) -> None:
        """Get a token where one is needed, then make the attempt."""
        if hook.oauth is not None:
            try:
                delivery = delivery._replace(route=await self._needs.routes.with_token(hook))
            except Refusal as refusal:
                self._attempts.skip(delivery, refusal.message)
                return
            might = max(might, self._needs.clock.now())
        self._attempts.make([Ready(delivery, 1, might)])

    def _retry(self, delivery: Delivery) -> Retry:
        """What the partner does: no console tries a test body again, nor does one that sends nothing any more."""
        retry = self._needs.story().retry
        if delivery.number in self._answers or self._hook(delivery) is None:
            return retry._replace(attempts=1)
        return retry

    def _hook(self, delivery: Delivery) -> Hook | None:
        """Where it would go now; None when nowhere."""
        try:
            return self._needs.hook(delivery.export)
        except Refusal:
            return None

    async def _rest(self, made: Made, delay: float) -> float:
        self._resting += 1
        try:
            await self._needs.rest(made, delay)
        finally:
            self._resting -= 1
        return self._needs.clock.now()

    async def _again(self, delivery: Delivery) -> Delivery | None:
        """The same body to where the console says now; None when that is nowhere, or no token is to be had."""
        hook = self._hook(delivery)
        if hook is None:
            return None
        try:
            route = await self._needs.routes.with_token(hook)
        except Refusal:
            return None
        self._under_way[delivery.number] = hook
        again = delivery._replace(route=route)
        self._needs.goes_on(again)
        if route.url != delivery.route.url:
            self._needs.moved(again)
        return again

    def _made(self, made: Made) -> None:
        delivery, exchange = made.delivery, made.exchange
        hook = self._under_way.get(delivery.number)
        if hook is not None:
            self._needs.routes.answered(hook, exchange.status)
        tried = Tried(
            number=delivery.number,
            outcome=str(exchange.outcome) if made.final else "",
            answer=exchange.status,
            acknowledged=made.acknowledged,
            attempt=0 if exchange.outcome is Outcome.SKIPPED else made.attempt,
            late=round(made.late, 6),
            took=round(exchange.took, 6),
            detail=self._needs.scrub(exchange.detail),
            intent_at=made.intent_at,
            outcome_at=made.outcome_at,
        )
        if made.final:
            self._under_way.pop(delivery.number, None)
        self._needs.tried(tried)
        answer = self._answers.pop(delivery.number, None) if made.final else None
        if answer is not None and not answer.done():
            answer.set_result(exchange)

    def _task(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._needs.trouble(error)
