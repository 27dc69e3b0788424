"""The journals of a console: which file is the next one, and what stands in its head."""

from pathlib import Path
from typing import Any

from simulator.console.store import Store
from simulator.receiver import Receiver
from simulator.runner.journal_header import journal_header
from simulator.scenario import Scenario
from simulator.timeline.story import Story


def next_journal(store: Store, folder: Path, partner: str) -> Path:
    """A file that is not there yet."""
    while True:
        number = store.count_up(f"journal of {partner}") + 1
        path = folder / f"{partner}-{number:04d}.ndjson"
        if not path.exists():  # one may be left of a state that was forgotten
            return path


def header(scenario: Scenario, story: Story) -> dict[str, Any]:
    """As a play's: whoever judges a journal can judge this one."""
    nobody, asked = Receiver(name="console", endpoints={}), story.provider.acknowledged_by
    return journal_header(scenario, story, nobody, text=scenario.text, acknowledged_by=asked)
