"""The course of story time: what falls due is taken in order, and what is to be sent goes to the partners' senders."""

import asyncio
import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final, NamedTuple

from simulator.clock import Clock
from simulator.console.agenda import Agenda
from simulator.console.hands import FASTEST, Hands
from simulator.console.happening import Consequence, Console, Happening, Hook, Notice
from simulator.console.lane import Lanes, Waiting
from simulator.console.ledger import Ledger, Origin
from simulator.console.refusal import Refusal
from simulator.console.sender import Sender
from simulator.console.settings import Misfire
from simulator.console.store import Store
from simulator.model import Delivery
from simulator.timeline import notification
from simulator.timeline.story import EARLIEST, LATEST, Story

FARTHEST: Final = 400 * 86_400.0  # seconds that the clock is moved at once
_AT_ONCE: Final = 256  # happenings in one transaction
_ROOM: Final = 1024  # deliveries that may wait for their turn before nothing more is taken
_MISSED: Final = "it fell due while the service was not running, and misfires are skipped"
_LEFT: Final = "it waited for its turn when the service ended, and misfires are skipped"


class ClockReading(NamedTuple):
    """The story's clock. Moments are epoch seconds; `next_due` is None when nothing is to come."""

    now: float
    scale: float
    held: bool
    next_due: float | None


class Advanced(NamedTuple):
    """What an advance brought: where the story is now, how many deliveries, and how they ended."""

    now: float
    deliveries: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One partner at this desk."""

    console: Console
    sender: Sender
    story: Callable[[], Story]


class Course:
    """Lets the story pass. `wall` gives epoch seconds that never go back; `clock` wakes."""

    def __init__(
        self,
        *,
        store: Store,
        agenda: Agenda,
        ledger: Ledger,
        seats: Mapping[str, Seat],
        lanes: Lanes,
        wall: Callable[[], float],
        clock: Clock,
        misfire: Misfire,
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._ledger = ledger
        self._seats = seats
        self._lanes = lanes
        self._wall = wall
        self._clock = clock
        self._misfire = misfire
        self._hands = Hands(**store.setting("clock"))
        self._missed_until = self._hands.at(wall())
        self.missed = agenda.number_due(self._missed_until)  # that fell due while nothing ran, at the least
        self._resting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._catching_up = True
        self._target: float | None = None
        self._arrived: asyncio.Future[None] | None = None
        self._outcomes: Counter[str] = Counter()
        self._not_before = 0.0  # whatever became late before, it was not the sender's fault
        self._nudge: asyncio.Future[None] | None = None
        self._nudged = False
        self._stopping = False
        self._moment: float | None = None  # of what happens right now

    # What others ask

    def now(self) -> float:
        """The story's moment, in whole milliseconds as it is told: of what happens right now, else of the clock."""
        if self._moment is not None:
            return self._moment
        return math.floor(self._exactly() * 1000) / 1000

    @property
    def pace(self) -> float:
        """Story seconds in a second; infinite while the story catches up or is moved."""
        return math.inf if self._catching_up or self._target is not None else self._hands.scale

    def reading(self) -> ClockReading:
        """The clock as it stands."""
        return ClockReading(self.now(), self._hands.scale, self._hands.held, self._agenda.next_due())

    def set(self, held: bool | None = None, scale: float | None = None) -> ClockReading:
        """Hold the clock, let it go on, or change its pace; what is None stays.

        Raises:
            Refusal: a pace that is none (unfit).
        """
        if scale is not None and not 0 < scale <= FASTEST:
            raise Refusal("unfit", f"a scale is above 0 and at most {FASTEST:,.0f}, not {scale!r}", "1 is real time")
        self._keep(self._hands.set(self._wall(), held=held, scale=scale))
        self.wake()
        return self.reading()

    async def advance(self, to: float | None = None, *, by: float = 0.0) -> Advanced:
        """Move the story there, or on by some seconds: all that falls due is sent, in order; returns when it was.

        Raises:
            Refusal: it is being moved already (conflict), or `to` is past, or a year partners cannot write (unfit).
        """
        if self._stopping:
            raise Refusal("unavailable", "the service ends, or begins anew", "ask again")
        if self._target is not None:
            raise Refusal("conflict", "the clock is being moved already", "wait until that is done")
        to = self.now() + by if to is None else to
        if to < self.now():
            raise Refusal("unfit", "the clock cannot go back", "reset to begin anew, at any time")
        if to - self.now() > FARTHEST:
            raise Refusal("unfit", "the clock is moved by 400 days at once, at most", "move it several times")
        if not EARLIEST <= to < LATEST:
            raise Refusal("unfit", "the clock would leave the years that partners can write, 1980 to 9998")
        self._target, self._outcomes = to, Counter()
        self._arrived = asyncio.get_running_loop().create_future()
        self.wake()
        await self._arrived
        return Advanced(self.now(), self._outcomes.total(), dict(self._outcomes))

    def ended(self, number: int, outcome: str) -> None:
        """A delivery came to its end."""
        if self._lanes.ended(number):
            self._outcomes[outcome] += 1
        self.wake()

    async def rest(self, partner: str, delivery: Delivery, after: float, delay: float) -> None:
        """Wait until so many story seconds have passed: since now, or, while the story is moved, since `after`.

        Whatever is due before then, and has waited for the delivery, waits no longer.
        """
        moment = (after if math.isinf(self.pace) else self._exactly()) + delay
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._resting, (moment, next(self._numbers), over))
        self._lanes.rests(partner, delivery.number, moment - self._seats[partner].story().epoch)
        self.wake()
        await over
        self._lanes.goes_on(delivery.number, delivery.route.timeout)

    def wake(self) -> None:
        """Something changed: look again at what is due."""
        self._nudged = True
        if self._nudge and not self._nudge.done():
            self._nudge.set_result(None)

    def stop(self) -> None:
        """Take nothing any more."""
        self._stopping = True
        if self._arrived and not self._arrived.done():
            self._arrived.set_exception(Refusal("unavailable", "the service ends, or begins anew", "ask again"))
        self.wake()

    # What it does

    async def run(self) -> None:
        """Until it is stopped."""
        while not self._stopping:
            self._nudged = False
            until = self._exactly() if self._target is None else self._target
            taken = self._take(until) if self._room else 0
            rested = self._end_rests(until)
            self._go()
            if taken or rested:
                await asyncio.sleep(0)
            elif not self._room or (math.isinf(self.pace) and not self._idle):
                await self._until_nudged(self._clock_at(self._resting[0][0]) if self._resting else None)
                self._not_before = self._clock.now()
            elif math.isinf(self.pace):
                self._caught_up()
            else:
                await self._until_nudged(self._next())

    def offer(self, partner: str, notice: Notice, due: float, origin: Origin = "schedule", again: int = 0) -> Delivery:
        """Write a delivery down in history; it is not under way yet."""
        here = self._seats[partner]
        route = here.sender.route(notice.hook)
        story = here.story()
        delivery = notification(story, notice.event, notice.run, notice.at, due, route)
        return self.written(partner, delivery, origin, again)

    def written(self, partner: str, delivery: Delivery, origin: Origin, again: int = 0) -> Delivery:
        """The delivery with the number that history gives it."""
        here = self._seats[partner]
        journal = here.sender.journal.name
        return delivery._replace(number=self._ledger.add(partner, delivery, here.story().epoch, origin, again, journal))

    def due_again(self, partner: str, delivery: Delivery, hook: Hook) -> None:
        """A delivery of an earlier process that was never begun: by the rule of misfires it is sent now, or skipped."""
        if self._misfire == "skip":
            self._seats[partner].sender.skip(delivery, _LEFT)
        else:
            self._lanes.offer(Waiting(partner, delivery, hook, self._clock.now(), compressed=True))

    @property
    def _room(self) -> bool:
        return self._lanes.waiting < _ROOM

    @property
    def _idle(self) -> bool:
        return not self._lanes.waiting and not any(one.sender.under_way for one in self._seats.values())

    def _exactly(self) -> float:
        return min(self._hands.at(self._wall()), LATEST - 1.0)  # there the clock stops: partners write nothing later

    def _go(self) -> None:
        """Send all whose turn it is."""
        batches: dict[str, list[Waiting]] = {}
        for one in self._lanes.take(compressed=self.pace > 1.0):
            batches.setdefault(one.partner, []).append(one)
        for partner, batch in batches.items():
            self._seats[partner].sender.make(batch)

    def _end_rests(self, until: float) -> int:
        """Wake whoever waits for a moment up to then; gives how many."""
        ended = 0
        while self._resting and self._resting[0][0] <= until:
            over = heapq.heappop(self._resting)[2]
            if not over.done():
                over.set_result(None)
                ended += 1
        return ended

    def _take(self, until: float) -> int:
        """Let happen what falls due until then, at most so much; gives how much it was."""
        due = self._agenda.due(until, _AT_ONCE)
        if not due:
            return 0
        horizon = due[-1][1].due if len(due) == _AT_ONCE else until
        order = count(due[-1][0] + 1)
        heap = [(happening.due, place, happening) for place, happening in due]
        heapq.heapify(heap)
        later: list[Happening] = []
        offered: list[tuple[str, Delivery, Notice, bool]] = []
        taken = 0
        with self._store.transaction():
            self._agenda.done(place for place, _ in due)
            while heap and taken < _AT_ONCE * 2:
                _, _, happening = heapq.heappop(heap)
                taken += 1
                outcome = self._happens(happening)
                for follows in outcome.next:
                    if follows.due <= horizon:
                        heapq.heappush(heap, (follows.due, next(order), follows))
                    else:
                        later.append(follows)
                if outcome.notice:
                    delivery = self.offer(happening.partner, outcome.notice, happening.due)
                    offered.append((happening.partner, delivery, outcome.notice, happening.due <= self._missed_until))
            self._agenda.add(happening for _, _, happening in sorted(heap, key=lambda one: one[:2]))
            self._agenda.add(later)
            if self._target is not None:
                last = heap[0][0] if heap else horizon
                self._keep(self._hands.moved(max(min(last, self._target), self._exactly()), self._wall()))
            self._store.set("seen", self._wall())
        self._hand_over(offered)
        return taken

    def _happens(self, happening: Happening) -> Consequence:
        with self._at(happening.due):
            return self._seats[happening.partner].console.happens(happening)

    def _hand_over(self, offered: list[tuple[str, Delivery, Notice, bool]]) -> None:
        now = self._clock.now()
        for partner, delivery, notice, missed in offered:
            if missed and self._catching_up and self._misfire == "skip":
                self._seats[partner].sender.skip(delivery, _MISSED)
                continue
            might = now
            if math.isfinite(self.pace):
                epoch = self._seats[partner].story().epoch
                due = self._hands.reaches(delivery.due + epoch)
                behind = self._wall() - due if due is not None else 0.0
                might = max(now - max(behind, 0.0), self._not_before)
            compressed = self.pace > 1.0
            self._lanes.offer(Waiting(partner, delivery, notice.hook, might, compressed=compressed, notice=notice))

    @contextmanager
    def _at(self, moment: float) -> Iterator[None]:
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def _caught_up(self) -> None:
        """All that was due is sent: the clock goes on from here."""
        self._catching_up = False
        self._not_before = self._clock.now()
        if self._target is not None:
            self._keep(self._hands.moved(max(self._target, self._exactly()), self._wall()))
            self._target = None
            if self._arrived and not self._arrived.done():
                self._arrived.set_result(None)

    def _keep(self, hands: Hands) -> None:
        """The hands as they are from now on, also after the end of this process."""
        self._hands = hands
        self._store.set("clock", hands.kept())

    def _next(self) -> float | None:
        """The clock's moment at which something falls due; None when nothing does by itself."""
        moments = [one[0] for one in self._resting[:1]]
        moments += [due for due in (self._agenda.next_due(),) if due is not None]
        return self._clock_at(min(moments)) if moments else None

    def _clock_at(self, moment: float) -> float | None:
        """The clock's moment at which the story gets there; None when it does not by itself."""
        wall = self._hands.reaches(moment)
        return None if wall is None else self._clock.now() + max(wall - self._wall(), 0.0)

    async def _until_nudged(self, moment: float | None) -> None:
        """Sleep until something changed, or `moment` has come."""
        if self._nudged:
            return
        self._nudge = asyncio.get_running_loop().create_future()
        cancel = self._clock.alarm(moment, self.wake) if moment is not None else None
        try:
            await self._nudge
        finally:
            self._nudge = None
            if cancel:
                cancel()
