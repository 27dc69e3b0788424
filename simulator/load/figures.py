"""How long things took in a load: spreads of a great many durations, and what happened second by second."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram

from simulator.load.demands import Demand
from simulator.model import Attempt, Observation, Outcome, Second, Spread, Unshown
from simulator.model.load import LONGEST

TIMED_OUT: Final = frozenset(
    {
        Outcome.TIMEOUT_CONNECT,
        Outcome.TIMEOUT_TLS,
        Outcome.TIMEOUT_WRITE,
        Outcome.TIMEOUT_HEADERS,
        Outcome.TIMEOUT_BODY,
    }
)


class Durations:
    """Many durations in little memory: from 1 µs to an hour, to three digits."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, round(LONGEST * 1e6), 3)
        self._max = 0.0

    def add(self, seconds: float) -> None:
        """Count one; what is below zero counts as none at all."""
        self._max = max(self._max, seconds)
        self._histogram.record_value(round(min(max(seconds, 0.0), LONGEST) * 1e6))

    @property
    def spread(self) -> Spread:
        """Their percentiles; the longest is exact."""
        number = int(self._histogram.get_total_count())
        if not number:
            return Spread()
        p50, p95, p99 = (self._share(share) for share in (50, 95, 99))
        return Spread(number, p50, p95, p99, round(self._max, 6))

    def _share(self, share: int) -> float:
        return round(min(float(self._histogram.get_value_at_percentile(share)) / 1e6, self._max), 6)


@dataclass
class _Second:
    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    late_max: float = 0.0
    acks: "array[float]" = field(default_factory=lambda: array("f"))


class Figures:
    """Takes in every attempt of a load.

    `open_model`: deliveries were due at a time of their own; else each was due when its user was free.
    What ran into its timeout was not answered earlier: it counts in `ack` and `service` with all the time it took.
    """

    def __init__(self, *, open_model: bool) -> None:
        self.ack, self.service, self.late, self.held = Durations(), Durations(), Durations(), Durations()
        self.acknowledged = self.attempts = 0
        self.given_up: Counter[str] = Counter()  # by the reason why
        self._open = open_model
        self._seconds: dict[int, _Second] = {}

    def add(self, attempt: Attempt, demand: Demand, *, acknowledged: bool) -> None:
        """Count one attempt, by what its answer was to be."""
        second = self._seconds.setdefault(int(max(attempt.due if self._open else attempt.intended, 0.0)), _Second())
        if attempt.outcome is Outcome.SKIPPED:
            self.given_up[attempt.detail] += 1
            return
        self.attempts += 1
        second.sent += attempt.attempt == 1
        if attempt.outcome is Outcome.IN_DOUBT:
            return
        if attempt.attempt == 1:
            late = max(attempt.late - attempt.held, 0.0)
            self.late.add(late)
            self.held.add(attempt.held)
            second.late_max = max(second.late_max, late)
        self.acknowledged += acknowledged
        second.acknowledged += acknowledged
        second.failed += demand is Demand.YES and attempt.final and not acknowledged
        rightful = attempt.genuine and demand is not Demand.NO
        if rightful and attempt.attempt == 1 and (acknowledged or attempt.outcome in TIMED_OUT):
            took = self._took(attempt)
            self.ack.add(took)
            self.service.add(attempt.took)
            second.acks.append(took)

    def timeline(self, due: Mapping[int, int]) -> tuple[Second, ...]:
        """Every second in which something was due, in order; `due` is how many by second."""
        return tuple(
            _told(at, due.get(at, 0), self._seconds.get(at, _Second())) for at in sorted({*due, *self._seconds})
        )

    def _took(self, attempt: Attempt) -> float:
        """From when it was due, or its user began to send it, to its whole answer."""
        return max(attempt.done - (attempt.due if self._open else attempt.intended), 0.0)


def _told(at: int, due: int, second: _Second) -> Second:
    p50, p99 = percentiles(second.acks, (0.5, 0.99))
    return Second(
        at=at,
        due=due,
        sent=second.sent,
        acknowledged=second.acknowledged,
        failed=second.failed,
        ack_p50=p50,
        ack_p99=p99,
        late_max=round(second.late_max, 6),
    )


def percentiles(durations: Iterable[float], shares: tuple[float, ...]) -> tuple[float, ...]:
    """Of few durations, to the microsecond; 0.0 of none.

    >>> percentiles([0.3, 0.1, 0.2], (0.5, 0.99))
    (0.2, 0.3)
    """
    ordered = sorted(durations)
    last = len(ordered) - 1
    return tuple(round(ordered[round(share * last)], 6) if ordered else 0.0 for share in shares)


class Shown(NamedTuple):
    """How long effects took of those ids that were followed.

    `took` is of those that showed while they were, to the reading that showed them, and `unshown` are the others. Of
    all of them no figure is less than `at_least`, or more than `at_most`: infinite for what never showed.
    """

    took: Spread = Spread()
    unshown: Unshown = Unshown()
    at_least: Spread = Spread()
    at_most: Spread = Spread()


@dataclass
class _Watch:
    """One id that was followed: between which readings it came to show."""

    missed: float = 0.0  # when the last reading that did not show it was asked for
    shown: float = math.inf  # when the first that did was done
    followed: bool = False  # whether that was while it was followed

    def saw(self, seen: Observation) -> None:
        if seen.present:
            self.shown = min(self.shown, seen.done)
        elif seen.present is False and seen.asked < self.shown:
            self.missed = max(self.missed, seen.asked)


class Effects:
    """How long effects took of those ids that were followed while the load ran; the rest were read too late to tell.

    Of each id it is the first notification: from when it was due until the export showed. What did not show while it
    was followed (`followed`) took longer, and no longer than until a reading at the end (`read`) showed it.
    """

    def __init__(self, followed: Iterable[Observation], read: Iterable[Observation], *, open_model: bool) -> None:
        self._open = open_model
        self._watches: dict[str, _Watch] = {}
        self._first: dict[str, tuple[Attempt, bool]] = {}  # and whether it is to show
        for one in followed:
            if one.moment == "after":
                self._watches.setdefault(one.id, _Watch()).saw(one)
        for watch in self._watches.values():
            watch.followed = math.isfinite(watch.shown)
        for one in read:
            if one.moment == "end" and one.id in self._watches:
                self._watches[one.id].saw(one)

    def add(self, attempt: Attempt, demand: Demand) -> None:
        """Count one attempt, by what its answer was to be."""
        if attempt.id in self._watches:
            told = (attempt, attempt.genuine and demand is not Demand.NO)
            if attempt.intended < self._first.setdefault(attempt.id, told)[0].intended:
                self._first[attempt.id] = told

    @property
    def shown(self) -> Shown:
        """Of all that were followed."""
        took = Durations()
        bounds: list[tuple[float, float]] = []
        unshown: list[tuple[float, float]] = []
        for id_, (attempt, is_to_show) in self._first.items():
            watch = self._watches[id_]
            if not is_to_show:
                continue
            bounds.append(self._bounds(attempt, watch))
            if watch.followed:
                took.add(bounds[-1][1])
            else:
                unshown.append(bounds[-1])
        least, most = ([one[side] for one in bounds] for side in (0, 1))
        return Shown(took.spread, _unshown(unshown), _exactly(least), _exactly(most))

    def _bounds(self, attempt: Attempt, watch: _Watch) -> tuple[float, float]:
        """Between which durations it came to show; for how late the sender itself was it cannot be blamed."""
        due = attempt.due if self._open else attempt.intended
        most = max(watch.shown - due, 0.0)
        own = max(attempt.late - attempt.held, 0.0)
        least = max(watch.missed, attempt.intended) - due - own
        return min(max(least, 0.0), most), most


def _unshown(bounds: Sequence[tuple[float, float]]) -> Unshown:
    if not bounds:
        return Unshown()
    least, most = (max(one[side] for one in bounds) for side in (0, 1))
    return Unshown(len(bounds), round(least, 6), round(most, 6) if math.isfinite(most) else None)


def _exactly(durations: Iterable[float]) -> Spread:
    """Percentiles of few durations, counted like those of `Durations`; they may be infinite."""
    ordered = sorted(durations)
    number = len(ordered)
    if not number:
        return Spread()
    p50, p95, p99 = (round(ordered[max(int(share / 100 * number + 0.5), 1) - 1], 6) for share in (50, 95, 99))
    return Spread(number, p50, p95, p99, round(ordered[-1], 6))
