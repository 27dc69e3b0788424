"""An era: all that is on the desk from a beginning to the next reset: consoles, story, senders, and history."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from simulator.clock import RealClock, utc_now
from simulator.console.agenda import Agenda
from simulator.console.amending import amend
from simulator.console.beginning import begin
from simulator.console.clevertap import Clevertap
from simulator.console.course import Course
from simulator.console.endings import Endings
from simulator.console.figures import Figure, figures
from simulator.console.happening import Console, Notice
from simulator.console.hook_routes import HookRoutes
from simulator.console.house import House
from simulator.console.journals import next_journal
from simulator.console.lane import Lanes
from simulator.console.ledger import Ledger, Sent, Tried
from simulator.console.oauth import Tokens
from simulator.console.reachfive import Reachfive
from simulator.console.recovery import pick_up
from simulator.console.refusal import Refusal, not_found
from simulator.console.seat import Seat
from simulator.console.secrets import Secrets
from simulator.console.sender import Sender, SenderNeeds
from simulator.console.settings import DeskSettings
from simulator.console.store import Store
from simulator.console.stories import Stories, console_scenario
from simulator.console.story_clock import StoryClock
from simulator.model import Exchange
from simulator.runner.attempts import Made
from simulator.version import __version__
from simulator.wire.sockets import Wire

_GRACE: Final = 1.0  # seconds that requests under way are given when the era ends


class Era:
    """Made on the desk's loop, and used there only. What stands in the store goes on; an empty store begins.

    `ended` hears of deliveries that came to their end, `trouble` of what cannot go on.

    Raises:
        StorageError: a journal cannot be read or written.
    """

    def __init__(
        self,
        store: Store,
        settings: DeskSettings,
        *,
        ended: Callable[[Sent], None],
        trouble: Callable[[Exception], None],
    ) -> None:
        self._journals = settings.folder / "journals"
        self._trouble = trouble
        self._misfire = settings.misfire
        self.store, self.agenda, self._ledger = store, Agenda(store), Ledger(store, self._journals)
        self._zero = utc_now().timestamp()
        self._real = RealClock()
        self._began = begin(store, settings, self._wall())
        self._stories = Stories(store)
        self._endings = Endings(self._ledger, ended, self._found)
        self._secrets = Secrets()
        self._lanes = Lanes(self._real.now)
        self._closed = False
        self._wire = Wire(self._real.now, tls=settings.tls, allow=settings.allow, never=settings.never)
        self._tokens = Tokens(self._wire, self._real.now)
        self._story_clock = StoryClock(store, self._wall, self._real)
        self.clevertap = Clevertap(self._house("clevertap"))
        self.reachfive = Reachfive(self._house("reachfive"))
        consoles: dict[str, Console] = {"clevertap": self.clevertap, "reachfive": self.reachfive}
        for console in consoles.values():
            self._secrets.learn(console.secrets())
        self._senders = {name: self._sender(name, console) for name, console in consoles.items()}
        self._seats = {name: self._seat(name, console) for name, console in consoles.items()}
        self.course = Course(
            store=store,
            agenda=self.agenda,
            seats=self._seats,
            lanes=self._lanes,
            story_clock=self._story_clock,
            clock=self._real,
            misfire=settings.misfire,
        )
        for name in consoles:
            self._stories.of(name)  # what is damaged shows now
        pick_up(self._journals, self._ledger, self._seats, self.course)

    @property
    def ledger(self) -> Ledger:
        """History, with all that has ended."""
        self._endings.write()
        return self._ledger

    async def resend(self, number: int, *, fresh: bool) -> Sent:
        """Send a delivery again: the same body, or (`fresh`) as it would happen now, with an id nobody has had yet.

        Raises:
            Refusal: there is none of that number (not-found), or nothing says where it would go now (conflict).
        """
        first = self._ledger.get(number)
        if first is None:
            raise not_found("delivery", str(number))
        seat = self._seats[first.partner]
        delivery, hook = seat.again(first, self._story_clock.now(), fresh=fresh)
        await seat.sender.at_once(delivery, hook)
        self._endings.write()
        sent = self._ledger.get(delivery.number)
        if sent is None:
            raise Refusal("conflict", f"delivery {delivery.number} was withdrawn", "the service was reset meanwhile")
        return sent

    def state(self) -> dict[str, Any]:
        """Version, seed, start (epoch seconds), rule of misfires, journals.

        `began` is whether this start of the service began it, `missed` how much fell due while nothing ran.
        """
        story = self.store.setting("story")
        return {
            "version": __version__,
            "seed": story["seed"],
            "start": story["start"],
            "misfire": self._misfire,
            "began": self._began,
            "missed": self.course.missed,
            "journals": [str(one.journal) for one in self._senders.values() if one.journal.exists()],
        }

    def figures(self) -> list[Figure]:
        """What there is to watch."""
        return figures(self.ledger, self._lanes, self._seats, self._story_clock.now())

    async def close(self) -> None:
        """Let what is under way come to its end for a moment, then write all of it down.

        Raises:
            StorageError: it could not be written.
        """
        self.course.stop()
        for sender in self._senders.values():
            sender.stop()
        until = self._real.now() + _GRACE
        while self._real.now() < until and any(one.under_way > 0 for one in self._senders.values()):
            await asyncio.sleep(0.01)
        await self._wire.close()
        for sender in self._senders.values():
            await sender.close()
        self._endings.write()
        self._story_clock.seen()
        self._closed = True

    def _house(self, partner: str) -> House:
        return House(
            store=self.store,
            agenda=self.agenda,
            now=self._story_clock.now,
            story=partial(self._stories.of, partner),
            send=partial(self._send_test, partner),
            scrub=self._secrets,
            changed=partial(self._changed, partner),
        )

    def _sender(self, partner: str, console: Console) -> Sender:
        story, scenario = partial(self._stories.of, partner), console_scenario(partner, {})
        needs = SenderNeeds(
            partner=partner,
            scenario=scenario,
            story=story,
            routes=HookRoutes(scenario, story, self._tokens, self._secrets.learn),
            hook=console.hook,
            rest=partial(self._rest, partner),
            send=self._wire,
            clock=self._real,
            scrub=self._secrets,
            tried=self._tried,
            goes_on=lambda delivery: self._lanes.goes_on(delivery.number, delivery.route),
            moved=lambda delivery: self._ledger.made_anew(delivery.number, delivery),
            trouble=self._found,
        )
        return Sender(needs, next_journal(self.store, self._journals, partner))

    def _seat(self, partner: str, console: Console) -> Seat:
        return Seat(
            partner=partner,
            console=console,
            sender=self._senders[partner],
            story=partial(self._stories.of, partner),
            ledger=self._ledger,
        )

    def _found(self, trouble: Exception) -> None:
        """What cannot go on ends the desk; after the era's own end nothing has to."""
        if not self._closed:
            self._trouble(trouble)

    async def _rest(self, partner: str, made: Made, delay: float) -> None:
        after = made.delivery.due + self._stories.of(partner).epoch + (made.attempt - 1) * delay
        await self.course.rest(partner, made.delivery, after, delay)

    def _wall(self) -> float:
        return self._zero + self._real.now()

    def _changed(self, partner: str) -> None:
        self._stories.forget(partner)
        self._secrets.learn(self._seats[partner].console.secrets())
        amend(self._seats[partner], self._lanes)
        self.course.wake()

    async def _send_test(self, partner: str, notice: Notice) -> Exchange:
        seat = self._seats[partner]
        delivery = seat.record(notice, self._story_clock.now(), "test")
        exchange = await seat.sender.at_once(delivery, notice.hook)
        self._endings.write()
        return exchange

    def _tried(self, tried: Tried) -> None:
        self._endings.add(tried)
        if tried.outcome:
            self.course.ended(tried.number, tried.outcome)
