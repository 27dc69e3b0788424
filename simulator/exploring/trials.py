"""Plays scenarios to see whether they fail: several at once, each with fresh ids, within bounds; leaves no journals."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

from simulator import limits
from simulator.check import Case
from simulator.checks import verdicts, vocabulary
from simulator.clock import JumpClock, RealClock, Scale, fresh_seed
from simulator.errors import NeverReached
from simulator.journal import Journal
from simulator.model import Play, Result, Verdict
from simulator.receiver import Receiver
from simulator.runner.prepare import Settings, prepare
from simulator.runner.session import Session, perform
from simulator.runner.stop import Stop
from simulator.scenario import Scenario
from simulator.wire.in_process import Wsgi

SHORT = 0.3  # real seconds: no claim's window is longer while there is still much to be tried


class Enough(Exception):
    """The search has to end here; it says why. Never leaves this package."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much a search may cost, and how sure it has to be.

    A scenario fails when `fails` of at most `plays` plays do. `tries` bounds the scenarios that are tried, `within` the
    real seconds; None is no bound. `at_once` are played side by side, where that cannot change what they show. In the
    end no window of a claim is shorter than `patience`, in real seconds.
    """

    fails: int = 2
    plays: int = 2
    tries: int | None = None
    within: float | None = None
    at_once: int = 4
    patience: float = 0.0


class Spent(NamedTuple):
    """What a search has cost so far: scenarios tried, plays of them, real seconds; and the size it is down to."""

    tries: int
    plays: int
    seconds: float
    deliveries: int


class Reference(NamedTuple):
    """A WSGI application that is known to be right, and the receiver file of it: what it fails, is wrongly asked."""

    app: Any
    receiver: Receiver


class Seen(NamedTuple):
    """One play: what was judged, and which exports and steps the evidence of each failure speaks of."""

    verdicts: tuple[Verdict, ...]
    touched: Mapping[str, tuple[tuple[str, str], ...]]  # check → (step, export), as deliveries call them
    deliveries: int

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """What must be kept and was not, in the order of the scenario."""
        return tuple(one for one in self.verdicts if one.failed and one.level == "must")


@dataclass(kw_only=True)
class Trials:
    """Plays against one receiver, and what they have cost. It is a context: journals are gone at its end."""

    receiver: Receiver
    environment: Mapping[str, str] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    effort: Effort = field(default_factory=Effort)
    progress: Callable[[Spent], None] = lambda _: None
    reference: Reference | None = None
    bounded: bool = True  # whether `effort` ends it
    tries: int = 0
    plays: int = 0
    deliveries: int = 0

    def __enter__(self) -> Self:
        self._clock = RealClock()
        self._folder = TemporaryDirectory(prefix="partnersim-")
        self._asked = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @property
    def spent(self) -> Spent:
        """So far."""
        return Spent(self.tries, self.plays, self._clock.now(), self.deliveries)

    @property
    def at_once(self) -> int:
        """How many plays may go on side by side: one, where each play starts and ends the receiver."""
        return 1 if self.receiver.start else self.effort.at_once

    def count(self, scenarios: int) -> None:
        """That many more are about to be tried.

        Raises:
            Enough: there were as many as there may be.
        """
        if self.bounded and self.effort.tries is not None and self.tries + scenarios > self.effort.tries:
            raise Enough(f"{self.effort.tries:,} tries were allowed")
        self.tries += scenarios
        self.progress(self.spent)

    def size(self, scenario: Scenario) -> int:
        """How many deliveries it has.

        Raises:
            UsageError: it cannot be played.
        """
        return sum(1 for _ in prepare(scenario, self.receiver, self._settings(Path())).timeline)

    def play(self, scenarios: Sequence[Scenario], *, short: bool, at_once: int | None = None) -> list[Seen]:
        """Each of them once, so many side by side; `short` cuts the windows of claims, and waits for nothing beyond.

        Raises:
            Enough: the time is up.
            NeverReached: nothing got to the receiver.
            StorageError: a journal could not be written.
        """
        width = max(min(at_once or self.at_once, self.at_once), 1)
        seen: list[Seen] = []
        for place in range(0, len(scenarios), width):
            seen += self._together(scenarios[place : place + width], short=short)
            self.progress(self.spent)
        return seen

    def wrongly_asked(self, scenario: Scenario) -> frozenset[str]:
        """The checks that a receiver known to be right fails in it; none where there is no such receiver.

        It is played in this process, on a clock that jumps: that takes no time to speak of.
        """
        if self.reference is None:
            return frozenset()
        app, receiver = self.reference
        self._asked += 1
        folder = Path(self._folder.name) / f"asked-{self._asked}"
        with ThreadPoolExecutor(1) as pool:
            doing = pool.submit(self._once, scenario, folder, Stop(), Reference(app, receiver))
            return frozenset(one.check for one in doing.result().failed)

    def _together(self, scenarios: Sequence[Scenario], *, short: bool) -> list[Seen]:
        rest = self._rest()
        stops = [Stop() for _ in scenarios]
        folders = [Path(self._folder.name) / str(self.plays + place) for place in range(len(scenarios))]
        self.plays += len(scenarios)
        with ThreadPoolExecutor(len(scenarios)) as pool:
            try:
                doing = [
                    pool.submit(
                        self._once,
                        cut(one) if short else one.patient(self.effort.patience),
                        folder,
                        stop,
                        slow=0.0 if short else limits.SLOW,
                    )
                    for one, folder, stop in zip(scenarios, folders, stops, strict=True)
                ]
                late = wait(doing, timeout=rest).not_done
            except BaseException:
                for stop in stops:
                    stop.ask_from_elsewhere()
                raise
            if late:
                for stop in stops:
                    stop.ask_from_elsewhere()
                raise Enough(self._time_is_up())
        return [one.result() for one in doing]

    def _rest(self) -> float | None:
        """Real seconds that are left.

        Raises:
            Enough: none.
        """
        if self.effort.within is None or not self.bounded:
            return None
        rest = self.effort.within - self._clock.now()
        if rest <= 0:
            raise Enough(self._time_is_up())
        return rest

    def _time_is_up(self) -> str:
        return f"{self.effort.within:g} s were allowed"

    def _once(
        self,
        scenario: Scenario,
        folder: Path,
        stop: Stop,
        reference: Reference | None = None,
        *,
        slow: float = limits.SLOW,
    ) -> Seen:
        folder.mkdir()
        settings = replace(self._settings(folder), seed=fresh_seed(), slow=slow)
        if reference:
            settings = replace(
                settings, make_send=partial(Wsgi, reference.app), make_clock=JumpClock, scale=Scale.parse("instant")
            )
        session = Session(
            scenarios=[scenario],
            names=["play"],
            receiver=reference.receiver if reference else self.receiver,
            settings=settings,
            stop=stop,
        )
        play = perform(session).plays[0]
        if play.attempts and not play.reached and not stop.asked and reference is None:
            raise NeverReached(
                "nothing that was sent got to the receiver", "see: partnersim doctor --receiver FILE; it may have ended"
            )
        seen = _seen(play, scenario)
        Path(play.journal).unlink()
        return seen

    def _settings(self, folder: Path) -> Settings:
        return Settings(journals=folder, confirm=False, allow=self.allow, environment=self.environment)


def cut(scenario: Scenario) -> Scenario:
    """The same with no window of a claim longer than `SHORT`."""
    return replace(scenario, claims=tuple(replace(one, window=min(one.window, SHORT)) for one in scenario.claims))


def _seen(play: Play, scenario: Scenario) -> Seen:
    journal = Journal.open(play.journal)
    # The play was judged by the scenario's text; what counts here are the windows it was watched for.
    judged = verdicts(Case(journal=journal, scenario=scenario, vocabulary=vocabulary(scenario.provider)))
    lines = {one.check: set(one.evidence) for one in judged if one.result is Result.FAILED}
    touched: dict[str, dict[tuple[str, str], None]] = {check: {} for check in lines}
    sent = (({one.line, one.outcome_line}, (one.step, one.export)) for one in journal.attempts())
    read = (({one.line}, ("", one.export)) for one in journal.observations())
    for places, names in chain(sent, read) if lines else ():
        for check, evidence in lines.items():
            if evidence & places:
                touched[check][names] = None
    return Seen(judged, {check: tuple(names) for check, names in touched.items()}, play.deliveries)
