"""What a load must keep to: `ack_p99<200ms`, `lost<=0`. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.authoring import senseless
from simulator.clock import seconds, spelled
from simulator.documents import did_you_mean, quoted
from simulator.errors import UsageError
from simulator.model import LoadResult
from simulator.model.load import DURATIONS

_WRITTEN: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(<=|<)\s*(\S+)\s*", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,12}", re.ASCII)

COUNTS: Final = ("lost", "twice", "stale", "refused", "accepted_wrong", "unsent")
NAMES: Final = (*DURATIONS, *COUNTS)
"""Every name that a threshold may have: those of `load.thresholds` in a scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A figure and what it must not be above; with `below`, it must be less. Durations are in seconds."""

    name: str
    limit: float
    below: bool = False

    def holds(self, figure: float) -> bool:
        """Whether a figure keeps to it."""
        return figure < self.limit if self.below else figure <= self.limit

    def spelled(self, figure: float) -> str:
        """A figure of this name for people: `120ms`, `3`."""
        return spelled(round(figure, 4)) if self.name in DURATIONS else f"{figure:,.0f}"

    def __str__(self) -> str:
        limit = spelled(self.limit) if self.name in DURATIONS else f"{self.limit:.0f}"
        return f"{self.name}{'<' if self.below else '<='}{limit}"


def threshold(text: str) -> Threshold:
    """One as it is written on a command line.

    >>> threshold("ack_p99<200ms")
    Threshold(name='ack_p99', limit=0.2, below=True)
    >>> str(threshold("lost <= 3"))
    'lost<=3'

    Raises:
        UsageError: it is none, or nothing could keep to it, or break it.
    """
    match = _WRITTEN.fullmatch(text)
    if not match:
        raise UsageError(f"{quoted(text)} is no threshold", "write it like ack_p99<200ms or lost<=0")
    name, sign, limit = match.groups()
    return _threshold(name, limit, text, below=sign == "<")


def thresholds(written: Mapping[str, Any], texts: Iterable[str] = ()) -> tuple[Threshold, ...]:
    """Those of a scenario's `load.thresholds`, none of them to be exceeded; `texts` of a command line come before them.

    Raises:
        UsageError: one is none, or nothing could keep to it, or break it; or a command line has two of one name.
    """
    found = {name: _threshold(name, value, f"load.thresholds.{name}") for name, value in written.items()}
    said: dict[str, str] = {}
    for text in texts:
        one = threshold(text)
        if one.name in said:
            raise UsageError(f"{quoted(text)} and {quoted(said[one.name])} are about the same", "leave one of them out")
        said[one.name] = text
        found[one.name] = one
    return tuple(found[name] for name in NAMES if name in found)


def figure(name: str, result: LoadResult) -> float | None:
    """What a load came to under a threshold's name; None where it was not measured, or is no single figure."""
    if name == "unsent":
        return float(result.unsent + result.dropped)
    if name in COUNTS:
        return float(getattr(result.ledger, name))
    of, _, share = name.partition("_")
    return float(getattr(result.ack, share)) if of == "ack" and result.ack.number else None


def _threshold(name: str, limit: Any, place: str, *, below: bool = False) -> Threshold:
    made = Threshold(name=_known(name, place), limit=_limit(name, limit, place), below=below)
    if wrong := senseless(made.name, made.limit, below=below):
        reason, remedy = wrong
        raise UsageError(f"threshold {quoted(place)}: {reason}", remedy)
    return made


def _known(name: str, place: str) -> str:
    if name in NAMES:
        return name
    raise UsageError(
        f"threshold {quoted(place)}: there is no figure {quoted(name)}{did_you_mean(name, NAMES)}",
        f"there are {', '.join(NAMES)}",
    )


def _limit(name: str, limit: Any, place: str) -> float:
    if name in DURATIONS:
        try:
            return seconds(limit)
        except ValueError as error:
            raise UsageError(f"threshold {quoted(place)}: {error}", "write it like ack_p99<200ms") from error
    if isinstance(limit, int | float) and not isinstance(limit, bool) and limit >= 0 and limit % 1 == 0:
        return float(limit)
    if isinstance(limit, str) and _WHOLE.fullmatch(limit):
        return float(limit)
    raise UsageError(f"threshold {quoted(place)}: {limit!r} is not a whole number", "write it like lost<=0")
