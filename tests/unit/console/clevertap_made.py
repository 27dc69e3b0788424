"""A CleverTap console on a real store, whose time passes only when a test says so, and whose sending is noted down."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.console.agenda import Agenda
from simulator.console.clevertap import Clevertap
from simulator.console.clevertap.exports import NewExport
from simulator.console.happening import Notice
from simulator.console.house import House
from simulator.console.store import Store
from simulator.model import Exchange, Outcome
from simulator.provider import Payload
from simulator.redaction import Scrub
from simulator.scenario import Scenario
from simulator.timeline.story import Story, tell
from tests.making import exchange

START = datetime(2026, 1, 5, tzinfo=UTC).timestamp()
MINUTE, HOUR = 60.0, 3600.0
WEBHOOK = {"name": "ci", "url": "http://127.0.0.1:8000/hooks/clevertap"}


class Made:
    """The console, and the world around it. `answers` is what the receiver answers to test bodies."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "state.sqlite")
        self.agenda = Agenda(self.store)
        self.moment = START
        self.tested: list[Notice] = []
        self.sent: list[Notice] = []
        self.changes = 0
        self.answers: Callable[[Notice], Exchange] = lambda notice: exchange(200)
        self.while_sending: Callable[[], None] = lambda: None
        self.house = House(
            store=self.store,
            agenda=self.agenda,
            now=lambda: self.moment,
            story=self.story,
            send=self._send,
            changed=self._changed,
            scrub=self._scrub,
        )
        self.console = Clevertap(self.house)

    def story(self) -> Story:
        readings = self.store.setting("clevertap.readings", {})
        scenario = Scenario(title="t", provider="clevertap", source="", text="", readings=readings)
        return tell(scenario, 7, datetime.fromtimestamp(START, UTC))

    async def webhook(self, name: str = "ci", **changes: Any) -> None:
        await self.console.create_webhook({**WEBHOOK, "name": name, **changes})

    async def alerting(self, **traits: Any) -> str:
        """An export whose alerts go to the webhook `ci`."""
        await self.webhook()
        self.console.account.enable_alerts("ci")
        return self.export(**traits)

    def export(self, **traits: Any) -> str:
        return self.console.create_export(NewExport(**traits)).id

    def until(self, after: float) -> list[Notice]:
        """Let the story pass until `after` seconds from its start; what was to be sent meanwhile."""
        before = len(self.sent)
        while due := self.agenda.due(START + after, 1):
            ((place, happening),) = due
            self.moment = max(self.moment, happening.due)
            outcome = self.console.happens(happening)
            self.agenda.done([place])
            self.agenda.add(outcome.next)
            if outcome.notice is not None:
                self.sent.append(outcome.notice)
        self.moment = START + after
        return self.sent[before:]

    def told(self, notice: Notice) -> Payload:
        story = self.story()
        payload = story.provider.render(notice.event, notice.run, notice.at, story.choices)
        assert story.schema(notice.event).accepts(payload.fields), payload.fields
        return payload

    def fields(self, notice: Notice) -> Mapping[str, Any]:
        return self.told(notice).fields

    def said(self, notices: list[Notice]) -> list[tuple[float, int, str, str]]:
        """Seconds from the start, run, event, and path of each."""
        return [(one.at - START, one.run.number, one.event, one.hook.url.target) for one in notices]

    def _scrub(self, text: str) -> str:
        return Scrub(self.console.secrets())(text)

    async def _send(self, notice: Notice) -> Exchange:
        self.tested.append(notice)
        self.while_sending()
        await asyncio.sleep(0)  # others have their turn
        return self.answers(notice)

    def _changed(self) -> None:
        self.changes += 1
        tuple(self.console.secrets())


def failing(outcome: Outcome, detail: str = "") -> Callable[[Notice], Exchange]:
    return lambda notice: Exchange(outcome, detail=detail)
