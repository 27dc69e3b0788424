"""How long effects took to show, of those exports that were followed while a load ran."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simulator.load.demands import Demand
from simulator.load.durations import Durations
from simulator.model import Attempt, Observation, Spread, Unshown


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

    Of each id it is the first notification that is not to be refused: from when it was due until the export showed.
    What did not show while it was followed (`followed`) took longer, and no longer than until a reading at the end
    (`read`) showed it.
    """

    def __init__(self, followed: Iterable[Observation], read: Iterable[Observation], *, open_model: bool) -> None:
        self._open = open_model
        self._watches: dict[str, _Watch] = {}
        self._first: dict[str, tuple[Attempt, Demand]] = {}  # of what is not to be refused
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
        if attempt.id in self._watches and demand is not Demand.NO:
            first, _ = self._first.setdefault(attempt.id, (attempt, demand))
            if attempt.intended < first.intended:
                self._first[attempt.id] = (attempt, demand)

    @property
    def shown(self) -> Shown:
        """Of all that were followed."""
        took = Durations()
        bounds: list[tuple[float, float]] = []
        unshown: list[tuple[float, float]] = []
        for id_, (attempt, demand) in self._first.items():
            watch = self._watches[id_]
            if not attempt.genuine or demand is not Demand.YES:  # it need not show
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
