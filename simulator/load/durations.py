"""Spreads of a great many durations, and of a few. Pure."""

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from simulator.model import Spread
from simulator.model.load import LONGEST


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


def percentiles(durations: Iterable[float], shares: tuple[float, ...]) -> tuple[float, ...]:
    """Of few durations, to the microsecond; 0.0 of none.

    >>> percentiles([0.3, 0.1, 0.2], (0.5, 0.99))
    (0.2, 0.3)
    """
    ordered = sorted(durations)
    last = len(ordered) - 1
    return tuple(round(ordered[round(share * last)], 6) if ordered else 0.0 for share in shares)
