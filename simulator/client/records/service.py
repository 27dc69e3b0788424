"""The service itself: its health and state, the story's clock, and what happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the service works: `status` is ok, or failing when it is to be started again."""

    status: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the service is, and from where it started."""

    version: str
    seed: int
    start: datetime
    misfire: str  # what becomes of that which fell due while it was off: send, skip
    folder: str
    journals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """The story's clock: `scale` story seconds pass in a real one, none while it is held."""

    now: datetime
    scale: float
    held: bool
    next_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """Where the clock was moved to, and what was sent on the way: how many deliveries, by outcome."""

    now: datetime
    deliveries: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One entry of the event stream: `kind` is delivery, run or clock; `data` as the service tells it."""

    number: int
    kind: str
    data: Any
