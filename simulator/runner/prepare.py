"""What is settled before anything is sent: how scenarios are played, and each of them planned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator import limits
from simulator.authoring import expanded
from simulator.clock import Clock, RealClock, Scale, fresh_seed, utc_now
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline import Timeline, plan, story_start

if TYPE_CHECKING:
    from simulator.wire import Send  # a plan opens no connection: it does without all that is behind this


Progress = Callable[[int, float], None]
"""Called after each delivery with how many there were so far, and the story second."""


def no_progress(_: int, __: float) -> None:
    """Nobody watches."""


def _no_line(_: Scenario, __: int, ___: datetime) -> str:
    """Nothing to offer that would play it again."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How scenarios are played. What is None is the scenario's own word, or chosen afresh.

    `journals` is the folder the journals go to. `make_send` gives an in-process receiver in the place of sockets;
    `make_clock` a jumping clock. No window of a claim is shorter than `patience` (real seconds): for receivers
    whose effects take longer than scenarios expect. `slow` is for how long (real seconds) beyond a window a genuine
    effect is waited for, so that it is known how long what must not show has to be watched. `races` is how often a
    scenario in which copies, or different notifications of one run, leave together is played before it passes.
    `reproduce` makes the line that plays a scenario again. `rules` has, by a scenario's source, what its journal is
    to say of the rule that it is played for. `never` has ports of this machine that are no targets, whatever a receiver
    file says.
    """

    journals: Path
    reproduce: Callable[[Scenario, int, datetime], str] = _no_line
    seed: int | None = None
    start: datetime | None = None
    scale: Scale | None = None
    jobs: int = limits.IN_FLIGHT
    tolerance: float | None = None
    confirm: bool = True
    patience: float = 0.0
    slow: float = limits.SLOW
    races: int = 1
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    never: frozenset[int] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)
    make_send: "Callable[[Callable[[], float]], Send] | None" = None
    make_clock: Callable[[], Clock] = RealClock
    progress: Progress = no_progress


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A scenario ready to be played: nothing in it can be wrong any more."""

    scenario: Scenario
    timeline: Timeline
    secrets: tuple[str, ...]
    scale: Scale


def prepare(scenario: Scenario, receiver: Receiver, settings: Settings, *, seed: int | None = None) -> Planned:
    """Plan one scenario, so that every mistake shows before anything is sent.

    Raises:
        UsageError: the scenario cannot be played against this receiver.
    """
    whole, secrets = expanded(scenario, settings.environment)
    chosen = seed if seed is not None else settings.seed if settings.seed is not None else whole.seed
    start = settings.start or story_start(whole, utc_now())
    return Planned(
        scenario=whole,
        timeline=plan(whole, receiver, seed=fresh_seed() if chosen is None else chosen, start=start),
        secrets=(*receiver.secrets, *secrets),
        scale=settings.scale or whole.scale or Scale(),
    )
