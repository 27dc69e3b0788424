"""One partner's seat at the desk, and how its deliveries come into history and out of it again."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.console.happening import Console, Hook, Notice
from simulator.console.ledger import Ledger, Origin, Sent
from simulator.console.sender import Sender
from simulator.model import Delivery
from simulator.timeline import notification
from simulator.timeline.story import Story


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A partner's console, its way out, and its story with the readings as they are chosen now."""

    partner: str
    console: Console
    sender: Sender
    story: Callable[[], Story]
    ledger: Ledger

    def record(self, notice: Notice, due: float, origin: Origin = "schedule", again: int = 0) -> Delivery:
        """Write a delivery down in history; it is not under way yet."""
        route = self.sender.route(notice.hook)
        return self._recorded(
            notification(self.story(), notice.event, notice.run, notice.at, due, route), origin, again
        )

    def again(self, first: Sent, now: float, *, fresh: bool) -> tuple[Delivery, Hook]:
        """A delivery once more, written down: the same body, or (`fresh`) as it would happen now, with a new id.

        Raises:
            Refusal: nothing says where it would go now (conflict).
        """
        if fresh:
            notice = self.console.again(first.export, first.run, first.event, now)
            return self.record(notice, now, "resend", first.number), notice.hook
        hook = self.console.hook(first.export)
        delivery = self.kept(first, hook)._replace(due=now - self.story().epoch)
        return self._recorded(delivery, "resend", first.number), hook

    def kept(self, sent: Sent, hook: Hook) -> Delivery:
        """A delivery out of history, on its way to a hook."""
        story = self.story()
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
            end=story.provider.events[sent.event].end,
            valid=True,
            credentials="right",
            at=sent.at - story.epoch,
            due=sent.due - story.epoch,
            route=self.sender.route(hook),
            body=self.ledger.body(sent.number),
        )

    def _recorded(self, delivery: Delivery, origin: Origin, again: int) -> Delivery:
        """The delivery with the number that history gives it."""
        journal = self.sender.journal.name
        number = self.ledger.add(self.partner, delivery, self.story().epoch, origin, again, journal)
        return delivery._replace(number=number)
