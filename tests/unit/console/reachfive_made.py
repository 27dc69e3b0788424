"""A ReachFive console on a store of its own, whose story moves when a test says so."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.console.agenda import Agenda
from simulator.console.happening import Notice
from simulator.console.house import House
from simulator.console.reachfive import Reachfive
from simulator.console.reachfive.definitions import Definition
from simulator.console.store import Store
from simulator.model import Exchange
from simulator.providers.reachfive import render
from simulator.scenario import Scenario
from simulator.timeline.story import Story, tell

START_OF_STORY = datetime(2026, 1, 5, tzinfo=UTC)
NOW = START_OF_STORY.timestamp()
HOUR, DAY = 3600.0, 86400.0
URL = "http://127.0.0.1:8000/hooks/reachfive"
ENABLED: dict[str, Any] = {"enabled": True, "url": URL, "authorization": "Bearer mF_9.B5f-4.1JqM"}
PLAIN: dict[str, Any] = {"name": "User export", "type": "User Profiles", "end_job_notification": ENABLED}
EVERY_FOUR_HOURS = {"cron": "0 */4 * * *"}


@dataclass
class Scene:
    """A console whose story moves when it is told to."""

    folder: Path
    seed: int = 7
    now: float = NOW
    changes: int = 0
    sent: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.store = Store(self.folder / "state.sqlite")
        self.agenda = Agenda(self.store)
        house = House(
            store=self.store,
            agenda=self.agenda,
            now=lambda: self.now,
            story=self.story,
            send=self.send,
            changed=self.changed,
            scrub=str,
        )
        self.console = Reachfive(house)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def story(self) -> Story:
        readings = self.store.setting("reachfive.readings", {})
        scenario = Scenario(
            title="t", provider="reachfive", source="", text="", readings=readings, exports=(), steps=()
        )
        return tell(scenario, self.seed, START_OF_STORY)

    async def send(self, notice: Notice) -> Exchange:
        raise AssertionError(f"ReachFive sends nothing by itself: {notice}")

    def changed(self) -> None:
        self.changes += 1

    def create(self, **wanted: Any) -> Definition:
        return self.console.create({**PLAIN, **wanted})

    def advance(self, by: float) -> list[Notice]:
        """What is sent in that time."""
        end, before = self.now + by, len(self.sent)
        while due := self.agenda.due(end, 1):
            ((place, happening),) = due
            self.now = happening.due
            self.agenda.done([place])
            outcome = self.console.happens(happening)
            self.agenda.add(outcome.next)
            self.sent += [outcome.notice] if outcome.notice else []
        self.now = end
        return self.sent[before:]

    def payload(self, notice: Notice) -> dict[str, Any]:
        return dict(render(notice.event, notice.run, notice.at, self.story().choices).fields)
