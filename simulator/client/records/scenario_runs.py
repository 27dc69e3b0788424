"""Scenarios that ship, and runs of scenarios."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario that ships."""

    name: str
    title: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that the receiver broke in a run: the rule, what it promises, and why it is held to be broken."""

    rule: str
    level: str  # must, should, may
    sentence: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a run could not be played."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is: deliveries that are over, and seconds of the story that have passed."""

    deliveries: int
    story: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """A scenario that was asked for, and what came of it. `start` is story time, the other moments are real."""

    id: str
    scenario: str | None  # the name of a shipped one
    title: str
    provider: str
    receiver: str  # its name
    seed: int
    start: datetime | None  # None until it is known
    time_scale: str | None  # None: as the scenario says
    patience: float  # real seconds that every claim waits at least
    confirm: bool  # whether a failure is played again before it counts
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    progress: Progress
    state: str  # queued, running, done, canceled, failed
    outcome: str | None  # passed, failed, inconclusive; None before the end, and where nothing was played
    exit_code: int | None  # what `partnersim run` would have ended with
    failed: tuple[Broken, ...]
    journals: tuple[str, ...]
    error: Trouble | None  # of a run whose state is failed

    @property
    def ended(self) -> bool:
        """Whether it is over, however it went."""
        return self.state not in {"queued", "running"}

    @property
    def passed(self) -> bool:
        """Whether every promise was kept, on real evidence."""
        return self.outcome == "passed"
