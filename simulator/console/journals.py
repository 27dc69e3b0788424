"""The journals of a console: which file is the next one, and what stands in its head."""

from pathlib import Path
from typing import Any

from simulator.clock import utc_now
from simulator.console.store import Store
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline.story import Story
from simulator.version import __version__


def next_journal(store: Store, folder: Path, partner: str) -> Path:
    """A file that is not there yet."""
    while True:
        number = store.count_up(f"journal of {partner}") + 1
        path = folder / f"{partner}-{number:04d}.ndjson"
        if not path.exists():  # one may be left of a state that was forgotten
            return path


def header(partner: str, scenario: Scenario, story: Story) -> dict[str, Any]:
    """As a play's: whoever judges a journal can judge this one."""
    return {
        "partnersim": __version__,
        "started": utc_now().isoformat(),
        "seed": story.seed,
        "scenario": {"title": scenario.title, "source": scenario.source, "sha256": "", "text": scenario.text},
        "provider": partner,
        "readings": dict(story.readings),
        "acknowledged_by": list(story.provider.acknowledged_by),
        "receiver": {**Receiver(name="console", endpoints={}).facts(), "authorization": False},
        "clock": {"start": story.start.isoformat(), "scale": "real"},
        "patience": 0.0,
        "load": False,
        "reproduce": "",
    }
