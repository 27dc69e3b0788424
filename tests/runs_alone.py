"""The scenario runs of a service with all they need of it, and no desk and no HTTP around them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from simulator.console.feed import Feed
from simulator.console.scenario_runs.request import Grounds, RunRequest
from simulator.console.scenario_runs.run import ScenarioRun
from simulator.console.scenario_runs.runs import ScenarioRuns
from simulator.console.store import Store

T = TypeVar("T")
PATIENCE = 30.0  # seconds until something that never comes is called missing


class RunsAlone:
    """The runs, the store and the feed of one service; `journals` is where the folders of the runs are."""

    def __init__(self, folder: Path, never: frozenset[int] = frozenset()) -> None:
        self.store = Store(folder / "state.sqlite")
        self.feed = Feed()
        self.journals = folder / "runs"
        self._desk = Lock()
        self.runs = ScenarioRuns(
            do=self.do,
            store=self.store,
            folder=self.journals,
            publish=self.feed.publish,
            grounds=Grounds(never=never),
        )

    def do(self, work: Callable[[], T], /) -> T:
        """As a desk does: one at a time."""
        with self._desk:
            return work()

    def told(self, ident: str, *states: str) -> dict[str, Any]:
        """What the feed says of that run once it is in one of these states."""
        last = 0
        while entries := self.feed.after(last, PATIENCE):
            for entry in entries:
                last = entry.number
                if entry.data["id"] == ident and entry.data["state"] in states:
                    return dict(entry.data)
        raise AssertionError(f"{ident} never was {states}")

    def ended(self, ident: str) -> ScenarioRun:
        """That run at its end."""
        self.told(ident, "done", "canceled", "failed")
        return self.runs.get(ident)

    def played(self, request: RunRequest) -> ScenarioRun:
        """A run that is asked for now, at its end."""
        return self.ended(self.runs.start(request).id)


@contextmanager
def runs_in(folder: Path, never: frozenset[int] = frozenset()) -> Iterator[RunsAlone]:
    """Them while the block lasts; a second time with the same folder is a restart."""
    service = RunsAlone(folder, never)
    try:
        yield service
    finally:
        service.runs.close()
        service.store.close()
