"""Each partner's story: one seed and one start for all, and the readings that were chosen for each."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from simulator.authoring import parse_scenario
from simulator.console.store import Store
from simulator.scenario import Scenario
from simulator.timeline.story import Story, tell


class Stories:
    """Told once for each choice of readings."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: dict[str, Story] = {}

    def of(self, partner: str) -> Story:
        """With the readings as they are chosen now."""
        if partner not in self._told:
            story = self._store.setting("story")
            scenario = console_scenario(partner, self._store.setting(f"{partner}.readings", {}))
            self._told[partner] = tell(scenario, story["seed"], datetime.fromtimestamp(story["start"], UTC))
        return self._told[partner]

    def forget(self, partner: str) -> None:
        """Its readings may be others now."""
        self._told.pop(partner, None)


def console_scenario(partner: str, readings: Mapping[str, str]) -> Scenario:
    """What stands in the head of a console's journal, so that it can be judged: each alert is to be acknowledged."""
    text = (
        f"scenario: The {partner} console\nprovider: {partner}\nexports: {{console: {{emits: []}}}}\n"
        "expect: {each: {status: ack}}\n"
    )
    return replace(parse_scenario(text, f"{partner} console"), readings=readings)
