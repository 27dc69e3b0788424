"""How long things took in a load: spreads of a great many durations, and what happened second by second."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hdrh.histogram import HdrHistogram

from simulator.model import Attempt, Observation, Outcome, Second, Spread
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
        self.acknowledged = self.dropped = self.attempts = 0
        self._open = open_model
        self._seconds: dict[int, _Second] = {}

    def add(self, attempt: Attempt, *, acknowledged: bool) -> None:
        """Count one attempt."""
        second = self._seconds.setdefault(int(max(attempt.due if self._open else attempt.intended, 0.0)), _Second())
        if attempt.outcome is Outcome.SKIPPED:
            self.dropped += 1
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
        second.failed += attempt.genuine and attempt.final and not acknowledged
        if attempt.genuine and attempt.attempt == 1 and (acknowledged or attempt.outcome in TIMED_OUT):
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
        """From when it was due to its whole answer."""
        return max(attempt.done - attempt.due, 0.0) if self._open else attempt.late + attempt.took


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


class Effects:
    """How long effects took of those ids that were read while the load ran; the rest were read too late to tell.

    Of each id it is the first notification: from when it was due to the first reading that showed the export. What did
    not show while it was followed counts with as long as that was.
    """

    def __init__(self, observations: Iterable[Observation], *, open_model: bool) -> None:
        self._open = open_model
        self._seen: dict[str, Observation] = {}
        self._first: dict[str, Attempt] = {}
        for one in observations:
            before = self._seen.get(one.id)
            if one.moment == "after" and one.present is not None and not (before and before.present):
                self._seen[one.id] = one

    def add(self, attempt: Attempt) -> None:
        """Count one attempt."""
        if attempt.id in self._seen:
            first = self._first.setdefault(attempt.id, attempt)
            if attempt.intended < first.intended:
                self._first[attempt.id] = attempt

    @property
    def spread(self) -> Spread:
        """Of all that were followed."""
        durations = Durations()
        for id_, attempt in self._first.items():
            seen = self._seen[id_]
            if attempt.genuine:
                durations.add(seen.done - (attempt.due if self._open else attempt.intended))
        return durations.spread
