"""The course of story time: what falls due is taken in order, and what is to be sent goes to the partners' senders."""

import asyncio
import math
from collections.abc import Mapping
from typing import Final

from simulator.clock import Clock
from simulator.console.advance import Advance, Advanced
from simulator.console.agenda import Agenda
from simulator.console.happening import Consequence, Happening, Hook, Notice
from simulator.console.lane import Lanes, Waiting
from simulator.console.rests import Rests
from simulator.console.seat import Seat
from simulator.console.settings import Misfire
from simulator.console.store import Store
from simulator.console.story_clock import ClockReading, StoryClock
from simulator.console.unfolding import AT_ONCE, unfold
from simulator.model import Delivery
from simulator.runner.nudge import Nudge

_ROOM: Final = 1024  # deliveries that may wait for their turn before nothing more is taken
_MISSED: Final = "it fell due while the service was not running, and misfires are skipped"
_LEFT: Final = "it waited for its turn when the service ended, and misfires are skipped"


class Course:
    """Lets the story pass. `clock` wakes."""

    def __init__(
        self,
        *,
        store: Store,
        agenda: Agenda,
        seats: Mapping[str, Seat],
        lanes: Lanes,
        story_clock: StoryClock,
        clock: Clock,
        misfire: Misfire,
    ) -> None:
        self._store = store
        self._agenda = agenda
        self._seats = seats
        self._lanes = lanes
        self._story_clock = story_clock
        self._clock = clock
        self._misfire = misfire
        self._missed_until = story_clock.exactly()
        self.missed = agenda.number_due(self._missed_until)  # that fell due while nothing ran, at the least
        self._rests = Rests()
        self._advance = Advance()
        self._nudge = Nudge(clock)
        self._catching_up = True
        self._not_before = 0.0  # whatever became late before, it was not the sender's fault
        self._stopping = False

    # What others ask

    @property
    def pace(self) -> float:
        """Story seconds in a second; infinite while the story catches up or is moved."""
        return math.inf if self._catching_up or self._advance.target is not None else self._story_clock.scale

    def reading(self) -> ClockReading:
        """The clock as it stands."""
        return self._story_clock.reading(self._agenda.next_due())

    def set(self, held: bool | None = None, scale: float | None = None) -> ClockReading:
        """Hold the clock, let it go on, or change its pace; what is None stays.

        Raises:
            Refusal: a pace that is none (unfit).
        """
        self._story_clock.set(held, scale)
        self.wake()
        return self.reading()

    async def advance(self, to: float | None = None, *, by: float = 0.0) -> Advanced:
        """Move the story there, or on by some seconds: all that falls due is sent, in order; returns when it was.

        Raises:
            Refusal: see `Advance.begin`.
        """
        now = self._story_clock.now()
        arrived = self._advance.begin(now, now + by if to is None else to)
        self.wake()
        await arrived
        return self._advance.brought(self._story_clock.now())

    def ended(self, number: int, outcome: str) -> None:
        """A delivery came to its end."""
        if self._lanes.ended(number):
            self._advance.ended(outcome)
        self.wake()

    async def rest(self, partner: str, delivery: Delivery, after: float, delay: float) -> None:
        """Wait until so many story seconds have passed: since now, or, while the story is moved, since `after`.

        Whatever is due before then, and has waited for the delivery, waits no longer.
        """
        moment = (after if math.isinf(self.pace) else self._story_clock.exactly()) + delay
        over = self._rests.add(moment)
        self._lanes.rests(partner, delivery.number, moment - self._seats[partner].story().epoch)
        self.wake()
        await over

    def due_again(self, partner: str, delivery: Delivery, hook: Hook) -> None:
        """A delivery of an earlier process that was never begun: by the rule of misfires it is sent now, or skipped."""
        if self._misfire == "skip":
            self._seats[partner].sender.skip(delivery, _LEFT)
        else:
            self._lanes.offer(Waiting(partner, delivery, hook, self._clock.now(), compressed=True))

    def wake(self) -> None:
        """Something changed: look again at what is due."""
        self._nudge.nudge()

    def stop(self, trouble: Exception | None = None) -> None:
        """Take nothing any more; `trouble` is what cannot go on, where that is why."""
        self._stopping = True
        self._advance.stop(trouble)
        self.wake()

    # What it does

    async def run(self) -> None:
        """Until it is stopped."""
        while not self._stopping:
            self._nudge.forget()
            target = self._advance.target
            until = self._story_clock.exactly() if target is None else target
            taken = self._take(until) if self._room else 0
            rested = self._rests.end(until)
            self._go()
            if taken or rested:
                await asyncio.sleep(0)
            elif not self._room or (math.isinf(self.pace) and not self._idle):
                await self._nudge.sleep(self._rings_at(self._rests.first))
                self._not_before = self._clock.now()
            elif math.isinf(self.pace):
                self._caught_up()
            else:
                await self._nudge.sleep(self._rings_at(self._rests.first, self._agenda.next_due()))

    @property
    def _room(self) -> bool:
        return self._lanes.waiting < _ROOM

    @property
    def _idle(self) -> bool:
        return not self._lanes.waiting and not any(one.sender.under_way for one in self._seats.values())

    def _go(self) -> None:
        """Send all whose turn it is."""
        batches: dict[str, list[Waiting]] = {}
        for one in self._lanes.take(compressed=self.pace > 1.0):
            batches.setdefault(one.partner, []).append(one)
        for partner, batch in batches.items():
            self._seats[partner].sender.make(batch)

    def _take(self, until: float) -> int:
        """Let happen what falls due until then, at most so much; gives how much it was."""
        due = self._agenda.due(until, AT_ONCE)
        if not due:
            return 0
        with self._store.transaction():
            unfolded = unfold(self._agenda, due, until, self._happens)
            offered = [
                (happening, notice, self._seats[happening.partner].record(notice, happening.due))
                for happening, notice in unfolded.notices
            ]
            if self._advance.target is not None:
                self._story_clock.move(min(unfolded.until, self._advance.target))
            self._story_clock.seen()
        for one in offered:
            self._hand_over(*one)
        return unfolded.number

    def _happens(self, happening: Happening) -> Consequence:
        with self._story_clock.at(happening.due):
            return self._seats[happening.partner].console.happens(happening)

    def _hand_over(self, happening: Happening, notice: Notice, delivery: Delivery) -> None:
        """It waits for its turn, unless it was missed and misfires are skipped."""
        seat = self._seats[happening.partner]
        if self._catching_up and self._misfire == "skip" and happening.due <= self._missed_until:
            seat.sender.skip(delivery, _MISSED)
            return
        might = self._clock.now()
        if math.isfinite(self.pace):
            might = max(might - self._story_clock.behind(delivery.due + seat.story().epoch), self._not_before)
        compressed = self.pace > 1.0
        self._lanes.offer(Waiting(seat.partner, delivery, notice.hook, might, compressed=compressed, notice=notice))

    def _caught_up(self) -> None:
        """All that was due is sent: the clock goes on from here."""
        self._catching_up = False
        self._not_before = self._clock.now()
        if self._advance.target is not None:
            self._story_clock.move(self._advance.target)
            self._advance.arrive()

    def _rings_at(self, *moments: float | None) -> float | None:
        """When to look again by itself: the story gets to the first of them; None when it does not."""
        there = [one for one in moments if one is not None]
        return self._story_clock.rings_at(min(there)) if there else None
