"""When the notifications of a load begin: shapes over the time it lasts. Pure."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How the rate goes over the time a load lasts, from 0.0 to 1.0; the rate that was asked for is level 1.0.

    Between `points` (time, level) the level goes in straight lines. `bursts` (time, amount) come at one moment each; an
    amount of 1.0 is as many as come at level 1.0 in the whole time. `told_before`: bursts tell of what happened in as
    long a time before them, and not of their own moment.
    """

    sentence: str
    points: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 0.0))
    bursts: tuple[tuple[float, float], ...] = ()
    told_before: bool = False

    @cached_property
    def amount(self) -> float:
        """All that comes, in units of level 1.0 over the whole time."""
        return self._pieces[-1].before + self._pieces[-1].amount

    def moment(self, part: float) -> float:
        """When this part (0.0 to 1.0) of all has come."""
        wanted = part * self.amount
        place = max(bisect_right(self._pieces, wanted, key=lambda piece: piece.before) - 1, 0)
        return self._pieces[place].moment(wanted)

    def level(self, time: float) -> float:
        """The level at a time; during a burst's hundredth of the time it is 1.0 at least."""
        if any(at <= time < at + 0.01 for at, _ in self.bursts):
            return 1.0
        for (begin, low), (end, high) in pairwise(self.points):
            if begin <= time <= end and end > begin:
                return low + (high - low) * (time - begin) / (end - begin)
        return 0.0

    @cached_property
    def _pieces(self) -> list["_Piece"]:
        """In order of time; a burst is a piece that takes no time."""
        cuts = sorted({time for time, _ in self.points} | {time for time, _ in self.bursts})
        pieces: list[_Piece] = []
        before = 0.0

        def add(begin: float, end: float, low: float, high: float, amount: float) -> None:
            nonlocal before
            if amount > 0.0:
                pieces.append(_Piece(before, amount, begin, end, low, high))
                before += amount

        for begin, end in pairwise([*cuts, cuts[-1]]):
            for at, amount in self.bursts:
                if at == begin:
                    add(at, at, 0.0, 0.0, amount)
            low, high = self._sloped(begin, 1), self._sloped(end, -1)
            add(begin, end, low, high, (low + high) / 2 * (end - begin))
        return pieces

    def _sloped(self, time: float, side: int) -> float:
        """The level of the straight lines right after a time, or right before it: two points of one time are a step."""
        lines = list(pairwise(self.points))
        for (begin, low), (end, high) in lines if side > 0 else reversed(lines):
            inside = begin <= time < end if side > 0 else begin < time <= end
            if inside:
                return low + (high - low) * (time - begin) / (end - begin)
        return 0.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the time in which the level goes in one straight line. `before` came until it begins."""

    before: float
    amount: float
    begin: float
    end: float
    low: float
    high: float

    def moment(self, wanted: float) -> float:
        share = min(max(wanted - self.before, 0.0), self.amount)
        slope = (self.high - self.low) / (self.end - self.begin) if self.end > self.begin else 0.0
        if self.end == self.begin:
            return self.begin
        if math.isclose(slope, 0.0, abs_tol=1e-12):
            return self.begin + share / self.low
        # low·x + slope·x²/2 = share
        return self.begin + (math.sqrt(max(self.low * self.low + 2 * slope * share, 0.0)) - self.low) / slope


SHAPES: Final[Mapping[str, Curve]] = {
    "steady": Curve(sentence="the rate from begin to end", points=((0.0, 1.0), (1.0, 1.0))),
    "ramp": Curve(sentence="from nothing up to the rate, in a straight line", points=((0.0, 0.0), (1.0, 1.0))),
    "spike": Curve(
        sentence="a tenth of the rate, and the whole of it in the middle tenth of the time",
        points=((0.0, 0.1), (0.45, 0.1), (0.45, 1.0), (0.55, 1.0), (0.55, 0.1), (1.0, 0.1)),
    ),
    "soak": Curve(
        sentence="up to the rate in the first twentieth of the time, then for as long as you like",
        points=((0.0, 0.0), (0.05, 1.0), (1.0, 1.0)),
    ),
    "midnight": Curve(
        sentence="a fifth of the rate, and half-way the rest at one moment: every recurring export of a fleet fires",
        points=((0.0, 0.2), (1.0, 0.2)),
        bursts=((0.5, 0.8),),
    ),
    "backlog": Curve(
        sentence="all at the first moment, telling of as long a time before: what an outage held back",
        bursts=((0.0, 1.0),),
        told_before=True,
    ),
}
"""By name; each is a LoadTestShape, too. Creating one: a line here, and its name in two schemas, as a test says."""
