"""One partner's way out: a lane for each endpoint, its journal, and what is written into history of each attempt."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from simulator.clock import Clock, utc_now
from simulator.console.happening import Hook, OAuth
from simulator.console.lane import Lane, Waiting
from simulator.console.ledger import Ended
from simulator.console.refusal import Refusal
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Route
from simulator.receiver import Endpoint, Receiver
from simulator.runner.attempts import Attempts, Made, Ready
from simulator.scenario import Scenario
from simulator.timeline.routes import Routes
from simulator.timeline.story import Story
from simulator.version import __version__
from simulator.wire import Send

_BATCH = 64  # intents written together before their requests leave
_ROUTES = 4096  # kept ready: a console has as many hooks as people set up, tokens besides


class TokenSource(Protocol):
    """Who has OAuth tokens."""

    async def token(self, oauth: OAuth) -> str:
        """A token that is good now.

        Raises:
            Refusal: there is none to be had (unavailable).
        """

    def forget(self, oauth: OAuth) -> None:
        """The receiver did not take it."""


@dataclass(frozen=True, kw_only=True)
class Desktop:
    """What a sender is given by its desk.

    `pace` is how many story seconds pass in a second now, infinite while the story catches up. `story` has the
    partner's readings as they are chosen now. `hook` is where the notifications of an export go now. `learn` is told of
    secrets that `scrub` has to know. `ended` hears of every attempt's end, `withdrawn` of deliveries that will not be
    made after all, `trouble` of what cannot go on.
    """

    partner: str
    scenario: Scenario
    story: Callable[[], Story]
    hook: Callable[[str], Hook]
    pace: Callable[[], float]
    send: Send
    clock: Clock
    tokens: TokenSource
    scrub: Callable[[str], str]
    learn: Callable[[Iterable[str]], None]
    ended: Callable[[Delivery, Ended], None]
    withdrawn: Callable[[Delivery], None]
    trouble: Callable[[Exception], None]


class Sender:
    """Takes deliveries when they fall due, and makes them when their turn has come.

    Raises:
        StorageError: the journal cannot be written.
    """

    def __init__(self, desktop: Desktop, journal: Path) -> None:
        self._desk = desktop
        provider = desktop.story().provider
        self.journal = JournalWriter(journal, _header(desktop), desktop.scrub)
        self._attempts = Attempts(
            retry=lambda: desktop.story().retry,
            acknowledged_by=provider.acknowledged_by,
            wall=lambda seconds: seconds / desktop.pace(),
            send=desktop.send,
            clock=desktop.clock,
            journal=self.journal,
            made=self._made,
            trouble=desktop.trouble,
            wanted=self._wanted,
        )
        self._lanes: dict[tuple[str, str, int], Lane] = {}
        self._under_way: dict[int, tuple[Lane | None, Hook]] = {}
        self._answers: dict[int, asyncio.Future[Exchange]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._deliveries = 0
        self._routes: dict[Hook, Route] = {}
        self._routes_of: Story | None = None  # a route depends on the story only by its readings

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(map(len, self._lanes.values()))

    @property
    def under_way(self) -> int:
        """How many were begun and have no end yet."""
        return len(self._under_way)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._under_way and not self.waiting

    def route(self, hook: Hook) -> Route:
        """The constant part of requests to a hook.

        Raises:
            UsageError: something in it cannot be sent.
        """
        story = self._desk.story()
        if story is not self._routes_of or len(self._routes) > _ROUTES:
            self._routes, self._routes_of = {}, story
        if hook not in self._routes:
            self._routes[hook] = _route(story, self._desk.scenario, hook)
        return self._routes[hook]

    def offer(self, delivery: Delivery, hook: Hook, might: float) -> None:
        """It is due: it leaves when its turn has come, at the next `go`."""
        self._deliveries += 1
        self._lane(hook).offer(Waiting(delivery, hook, might))

    async def at_once(self, delivery: Delivery, hook: Hook) -> Exchange:
        """Make one attempt now, past all lanes, and wait for what it comes to."""
        self._deliveries += 1
        answer: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()
        self._answers[delivery.number] = answer
        self._under_way[delivery.number] = (None, hook)
        await self._begin(Waiting(delivery, hook, self._desk.clock.now()))
        return await answer

    def skip(self, delivery: Delivery, why: str) -> None:
        """It is not sent at all, and history says why."""
        self._deliveries += 1
        self._attempts.skip(delivery, why)

    def go(self) -> None:
        """Send all whose turn it is."""
        compressed = self._desk.pace() > 1.0
        batch: list[Ready] = []
        for lane in self._lanes.values():
            for one in lane.take(compressed=compressed):
                self._under_way[one.delivery.number] = (lane, one.hook)
                if one.hook.oauth is None:
                    batch.append(Ready(one.delivery, 1, one.might))
                else:
                    self._task(self._begin(one))
                if len(batch) >= _BATCH:
                    self._attempts.make(batch)
                    batch = []
        if batch:
            self._attempts.make(batch)

    def look_again(self) -> None:
        """What a console holds has changed: what waits goes where it says now, or not at all."""
        moved: list[Waiting] = []

        def anew(one: Waiting) -> Waiting | None:
            try:
                hook = self._desk.hook(one.delivery.export)
            except Refusal:
                return None
            if hook == one.hook:
                return one
            moved.append(one._replace(hook=hook, delivery=one.delivery._replace(route=self.route(hook))))
            return None

        for lane in tuple(self._lanes.values()):
            gone = {one.delivery.number: one.delivery for one in lane.replace(anew)}
            for one in moved:
                gone.pop(one.delivery.number, None)
            for delivery in gone.values():
                self._deliveries -= 1
                self._desk.withdrawn(delivery)
        for one in moved:
            self._lane(one.hook).offer(one)

    async def close(self) -> None:
        """Write the journal's end; what was under way has to be at its end already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.journal.close(
            self._desk.clock.now(),
            deliveries=self._deliveries,
            attempts=self._attempts.number,
            complete=True,
            reached=self._attempts.reached,
            lateness=self._attempts.lateness,
        )

    def _lane(self, hook: Hook) -> Lane:
        key = (hook.url.scheme, hook.url.host, hook.url.port)
        if key not in self._lanes:
            self._lanes = {known: lane for known, lane in self._lanes.items() if not lane.idle}
            self._lanes[key] = Lane(self._desk.clock.now)
        return self._lanes[key]

    async def _begin(self, one: Waiting) -> None:
        """Get a token where one is needed, then make the attempt."""
        delivery, hook = one.delivery, one.hook
        if hook.oauth is not None:
            try:
                token = await self._desk.tokens.token(hook.oauth)
            except Refusal as refusal:
                self._attempts.skip(delivery, refusal.message)
                return
            self._desk.learn((token,))
            route = self.route(hook._replace(oauth=None, authorization=f"Bearer {token}"))
            delivery = delivery._replace(route=route)
        self._attempts.make([Ready(delivery, 1, max(one.might, self._desk.clock.now()))])

    def _wanted(self, delivery: Delivery) -> bool:
        """Whether the partner would try again: not when its console says that nothing is sent any more."""
        if delivery.number in self._answers:
            return False
        try:
            self._desk.hook(delivery.export)
        except Refusal:
            return False
        return True

    def _made(self, made: Made) -> None:
        delivery, exchange = made.delivery, made.exchange
        lane, hook = self._under_way.get(delivery.number, (None, None))
        if hook and hook.oauth and exchange.status == 401:
            self._desk.tokens.forget(hook.oauth)
        took = max(exchange.done - exchange.sent, 0.0) if exchange.sent else 0.0
        ended = Ended(
            number=delivery.number,
            outcome=str(exchange.outcome) if made.final else "",
            answer=exchange.status,
            acknowledged=made.acknowledged,
            attempt=made.attempt,
            late=round(made.late, 6),
            took=round(took, 6),
            detail=self._desk.scrub(exchange.detail),
            places=(made.intent, made.outcome),
        )
        if made.final:
            self._under_way.pop(delivery.number, None)
            if lane is not None:
                lane.ended(delivery.number)
        self._desk.ended(delivery, ended)
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
            self._desk.trouble(error)


def _route(story: Story, scenario: Scenario, hook: Hook) -> Route:
    endpoint = Endpoint(url=hook.url, timeout=hook.timeout, headers=hook.headers, authorization=hook.authorization)
    receiver = Receiver(name="console", endpoints={scenario.provider: endpoint})
    route = Routes(story, scenario, receiver).right
    if hook.method == route.method:
        return route
    verb = len(route.method)
    head, shown = hook.method.encode() + route.head[verb:], hook.method + route.shown[verb:]
    return replace(route, method=hook.method, head=head, shown=shown)


def _header(desktop: Desktop) -> dict[str, Any]:
    """As a play's: whoever judges a journal can judge this one."""
    story, scenario = desktop.story(), desktop.scenario
    return {
        "partnersim": __version__,
        "started": utc_now().isoformat(),
        "seed": story.seed,
        "scenario": {"title": scenario.title, "source": scenario.source, "sha256": "", "text": scenario.text},
        "provider": desktop.partner,
        "readings": dict(story.readings),
        "acknowledged_by": list(story.provider.acknowledged_by),
        "receiver": {**Receiver(name="console", endpoints={}).facts(), "authorization": False},
        "clock": {"start": story.start.isoformat(), "scale": "real"},
        "patience": 0.0,
        "load": False,
        "reproduce": "",
    }
