"""An era: all that is on the desk from a beginning to the next reset: consoles, story, senders, and history."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

from simulator.authoring import parse_scenario
from simulator.check import status_fits
from simulator.clock import RealClock, fresh_seed, utc_now
from simulator.console.agenda import Agenda
from simulator.console.clevertap import Clevertap
from simulator.console.course import Course, Seat
from simulator.console.hands import Hands
from simulator.console.happening import Console, Hook, Notice
from simulator.console.house import House
from simulator.console.lane import Lanes, Waiting
from simulator.console.ledger import Ledger, Sent, Tried
from simulator.console.oauth import Tokens
from simulator.console.reachfive import Reachfive
from simulator.console.recovery import ends
from simulator.console.refusal import Refusal, not_found
from simulator.console.secrets import Secrets
from simulator.console.sender import Sender, SenderNeeds
from simulator.console.settings import DeskSettings
from simulator.console.store import Store
from simulator.model import Delivery, Exchange
from simulator.runner.attempts import Made
from simulator.scenario import Scenario
from simulator.timeline import notification
from simulator.timeline.story import Story, tell
from simulator.version import __version__
from simulator.wire.sockets import Wire

_GRACE: Final = 1.0  # seconds that requests under way are given when the era ends
_WRITTEN_TOGETHER: Final = 0.02  # seconds within which ends of deliveries are written into history at once


class Figure(NamedTuple):
    """A figure for whoever watches: values by label."""

    name: str
    help: str
    type: str
    values: list[tuple[dict[str, str], float]]


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
        self._tell = ended
        self._trouble = trouble
        self._misfire = settings.misfire
        self.store, self.agenda, self._ledger = store, Agenda(store), Ledger(store, self._journals)
        self._zero = utc_now().timestamp()
        self._real = RealClock()
        self._settle(settings)
        self._stories: dict[str, Story] = {}
        self._ends: list[Tried] = []
        self._writing: asyncio.TimerHandle | None = None
        self._secrets = Secrets()
        self._lanes = Lanes(self._real.now)
        self._closed = False
        self._wire = Wire(self._real.now, tls=settings.tls, allow=settings.allow, never=settings.never)
        self._tokens = Tokens(self._wire, self._real.now)
        self.clevertap = Clevertap(self._house("clevertap"))
        self.reachfive = Reachfive(self._house("reachfive"))
        self.consoles: dict[str, Console] = {"clevertap": self.clevertap, "reachfive": self.reachfive}
        for console in self.consoles.values():
            self._secrets.learn(console.secrets())
        self._senders = {name: self._sender(name) for name in self.consoles}
        seats = {
            name: Seat(console=console, sender=self._senders[name], story=partial(self._story, name))
            for name, console in self.consoles.items()
        }
        self.course = Course(
            store=store,
            agenda=self.agenda,
            ledger=self._ledger,
            seats=seats,
            lanes=self._lanes,
            wall=self._wall,
            clock=self._real,
            misfire=settings.misfire,
        )
        for name in self.consoles:
            self._story(name)  # what is damaged shows now
        self._pick_up()

    @property
    def ledger(self) -> Ledger:
        """History, with all that has ended."""
        self._write()
        return self._ledger

    async def resend(self, number: int, *, fresh: bool) -> Sent:
        """Send a delivery again: the same body, or (`fresh`) as it would happen now, with an id nobody has had yet.

        Raises:
            Refusal: there is none of that number (not-found), or nothing says where it would go now (conflict).
        """
        first = self._ledger.get(number)
        if first is None:
            raise not_found("delivery", str(number))
        console, sender = self.consoles[first.partner], self._senders[first.partner]
        now = self.course.now()
        if fresh:
            notice = console.again(first.export, first.run, first.event, now)
            hook = notice.hook
            delivery = self.course.offer(first.partner, notice, now, "resend", number)
        else:
            hook = console.hook(first.export)
            delivery = self._kept(first, hook)._replace(due=now - self._story(first.partner).epoch)
            delivery = self.course.written(first.partner, delivery, "resend", number)
        await sender.at_once(delivery, hook)
        self._write()
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
        totals = self.ledger.totals()
        named = [({"partner": one[0], "event": one[1], "outcome": one[2] or "under-way"}, one) for one in totals]
        reading = self.course.reading()
        return [
            Figure(
                "partnersim_deliveries",
                "Deliveries since the last reset, by how they ended.",
                "gauge",
                [(labels, float(one[3])) for labels, one in named],
            ),
            Figure(
                "partnersim_attempts",
                "Attempts at them.",
                "gauge",
                [(labels, float(one[4])) for labels, one in named],
            ),
            Figure("partnersim_story_seconds", "The story's clock, in epoch seconds.", "gauge", [({}, reading.now)]),
            Figure(
                "partnersim_waiting",
                "Deliveries that wait for their turn.",
                "gauge",
                [({"partner": name}, float(self._lanes.waiting_of(name))) for name in self._senders],
            ),
        ]

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
        self._write()
        self.store.set("seen", self._wall())
        self._closed = True

    def _settle(self, settings: DeskSettings) -> None:
        """Seed, start and clock: those that are there, or new ones."""
        wall, first = self._wall(), self.store.setting("first")
        self._began = first is None
        with self.store.transaction():
            if first is None:
                start = float(int(wall)) if settings.start is None else settings.start
                seed = fresh_seed() if settings.seed is None else settings.seed
                self.store.set("story", {"seed": seed, "start": start})
                self.store.set("first", first_of(settings))
                hands = Hands(story=start, wall=wall)
            else:
                hands = Hands(**self.store.setting("clock"))
                if settings.held and not hands.held:  # nothing passed since somebody last looked
                    hands = hands.moved(hands.at(self.store.setting("seen", hands.wall)), wall)
            if settings.scale is not None or settings.held is not None:
                hands = hands.set(wall, held=settings.held, scale=settings.scale)
            self.store.set("clock", hands.kept())
            self.store.set("seen", wall)

    def _house(self, partner: str) -> House:
        return House(
            store=self.store,
            agenda=self.agenda,
            now=self._now,
            story=partial(self._story, partner),
            send=partial(self._send_test, partner),
            scrub=self._secrets,
            changed=partial(self._changed, partner),
        )

    def _sender(self, partner: str) -> Sender:
        number = self.store.count_up(f"journal of {partner}") + 1
        path = self._journals / f"{partner}-{number:04d}.ndjson"
        while path.exists():  # of a state that was forgotten
            number = self.store.count_up(f"journal of {partner}") + 1
            path = self._journals / f"{partner}-{number:04d}.ndjson"
        needs = SenderNeeds(
            partner=partner,
            scenario=_scenario(partner, {}),
            story=partial(self._story, partner),
            hook=self.consoles[partner].hook,
            rest=partial(self._rest, partner),
            send=self._wire,
            clock=self._real,
            tokens=self._tokens,
            scrub=self._secrets,
            learn=self._secrets.learn,
            tried=self._tried,
            moved=lambda delivery: self._ledger.made_anew(delivery.number, delivery),
            trouble=self._found,
        )
        return Sender(needs, path)

    def _found(self, trouble: Exception) -> None:
        """What cannot go on ends the desk; after the era's own end nothing has to."""
        if not self._closed:
            self._trouble(trouble)

    async def _rest(self, partner: str, made: Made, delay: float) -> None:
        after = made.delivery.due + self._story(partner).epoch + (made.attempt - 1) * delay
        await self.course.rest(partner, made.delivery, after, delay)

    def _story(self, partner: str) -> Story:
        if partner not in self._stories:
            story = self.store.setting("story")
            scenario = _scenario(partner, self.store.setting(f"{partner}.readings", {}))
            self._stories[partner] = tell(scenario, story["seed"], datetime.fromtimestamp(story["start"], UTC))
        return self._stories[partner]

    def _now(self) -> float:
        return self.course.now()

    def _wall(self) -> float:
        return self._zero + self._real.now()

    def _changed(self, partner: str) -> None:
        self._stories.pop(partner, None)
        self._secrets.learn(self.consoles[partner].secrets())
        for gone in self._lanes.look_again(partner, partial(self._looked_at_again, partner)):
            self._ledger.withdraw(gone.delivery.number)
        self.course.wake()

    def _looked_at_again(self, partner: str, one: Waiting) -> Waiting | None:
        """What waits as it is now: where the console says, in the words of the readings; None when it is not sent."""
        try:
            hook = self.consoles[partner].hook(one.delivery.export)
        except Refusal:
            return None
        route, story, old = self._senders[partner].route(hook), self._story(partner), one.delivery
        new = old._replace(route=route)
        if one.notice is not None:
            notice = one.notice
            new = notification(story, notice.event, notice.run, notice.at, old.due + story.epoch, route)
            new = new._replace(number=old.number, due=old.due)
        if (new.body, new.id, new.route.url) != (old.body, old.id, old.route.url):
            self._ledger.made_anew(new.number, new)
        return one._replace(hook=hook, delivery=new)

    async def _send_test(self, partner: str, notice: Notice) -> Exchange:
        delivery = self.course.offer(partner, notice, self.course.now(), "test")
        exchange = await self._senders[partner].at_once(delivery, notice.hook)
        self._write()
        return exchange

    def _tried(self, tried: Tried) -> None:
        """Kept for a moment: many ends are written into history together. The journal has each of them already."""
        self._ends.append(tried)
        if self._writing is None:
            loop = asyncio.get_running_loop()
            self._writing = loop.call_later(_WRITTEN_TOGETHER, self._write_or_trouble)
        if tried.outcome:
            self.course.ended(tried.number, tried.outcome)

    def _write_or_trouble(self) -> None:
        try:
            self._write()
        except Exception as error:  # noqa: BLE001 (the loop calls this: whatever it is, everybody who asks is told)
            self._found(error)

    def _write(self) -> None:
        """Ends of deliveries go into history, and to whoever listens."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        ends_now, self._ends = self._ends, []
        if ends_now:
            self._ledger.tried(ends_now)
        for one in ends_now:
            sent = self._ledger.get(one.number)
            if sent is not None and sent.outcome:
                self._tell(sent)

    def _kept(self, sent: Sent, hook: Hook) -> Delivery:
        """A delivery out of history, on its way to a hook."""
        story = self._story(sent.partner)
        event = story.provider.events[sent.event]
        return Delivery(
            number=sent.number,
            step=sent.export,
            copy=0,
            event=sent.event,
            export=sent.export,
            run=sent.run,
            id=sent.id,
            status=sent.status,
            time="",
            definition_id="",
            end=event.end,
            valid=True,
            credentials="right",
            at=sent.at - story.epoch,
            due=sent.due - story.epoch,
            route=self._senders[sent.partner].route(hook),
            body=self._ledger.body(sent.number),
        )

    def _pick_up(self) -> None:
        """What an earlier process left: ends out of its journals; what was never begun falls due again."""
        left = self._ledger.open()
        known = ends(self._journals, left, self._acknowledges)
        self._ledger.tried(one for attempts in known.values() for one in attempts)
        for sent in left:
            if sent.number not in known:
                self._due_again(sent)

    def _acknowledges(self, partner: str, status: int) -> bool:
        return status_fits(status, self._story(partner).provider.acknowledged_by)

    def _due_again(self, sent: Sent) -> None:
        """A delivery that was never begun; one that somebody waited for is not made, for nobody does any more."""
        try:
            hook = self.consoles[sent.partner].hook(sent.export)
        except Refusal:
            hook = None
        if hook is None or sent.origin != "schedule":
            self._ledger.withdraw(sent.number)
            return
        self._ledger.begin_again(sent.number, self._senders[sent.partner].journal.name)
        self.course.due_again(sent.partner, self._kept(sent, hook), hook)


def first_of(settings: DeskSettings) -> dict[str, Any]:
    """What a state that begins is told, and what a reset goes back to."""
    return {name: getattr(settings, name) for name in ("seed", "start", "scale", "held")}


def _scenario(partner: str, readings: Mapping[str, str]) -> Scenario:
    """What stands in the head of a console's journal, so that it can be judged: each alert is to be acknowledged."""
    text = (
        f"scenario: The {partner} console\nprovider: {partner}\nexports: {{console: {{emits: []}}}}\n"
        "expect: {each: {status: ack}}\n"
    )
    return replace(parse_scenario(text, f"{partner} console"), readings=readings)
