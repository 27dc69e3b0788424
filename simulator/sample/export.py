"""An export as its notifications tell it: what the pages and the probes show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from simulator.sample.notification import EXPORT


class Totals(NamedTuple):
    """How much a store holds in all."""

    exports: int
    notifications: int
    repeats: int
    effects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export, or one other job. Times are ISO 8601 with zone, None where nobody said."""

    number: int  # in order of first arrival
    provider: str
    kind: str
    id: str
    status: str  # the partner's word, of the latest event
    at: str | None  # when that event happened
    started: str | None  # when the latest start happened
    ended: str | None  # when the latest end happened
    effects: int  # how often an end was acted on
    runs: int  # how many runs the notifications tell apart
    repeats: int  # how many copies came besides
    received: str  # when the latest event's notification came
    details: Mapping[str, str | int]

    @property
    def counted(self) -> bool:
        """Whether it is an export; an import is listed, and no more."""
        return self.kind == EXPORT

    @property
    def partial(self) -> bool:
        """Whether it is called a success and left something out: ReachFive's SUCCESS with failures."""
        failed = self.details.get("total_failed", 0)
        return self.status == "SUCCESS" and isinstance(failed, int) and failed > 0

    def facts(self) -> dict[str, Any]:
        """As JSON; what no notification said is left out."""
        facts = {
            "provider": self.provider,
            "id": self.id,
            "kind": self.kind,
            "status": self.status,
            "partial": self.partial,
            "at": self.at,
            "started": self.started,
            "ended": self.ended,
            "effects": self.effects,
            "runs": self.runs,
            "repeats": self.repeats,
            "received": self.received,
        }
        return {name: value for name, value in (facts | dict(self.details)).items() if value is not None}


def runs_kept_apart(ends: Iterable[bool]) -> int:
    """How many runs there are, from "is it an end?" of each notification in story order.

    An end closes a run that is open. Without one it is a run of its own: its start was lost, or never sent. A start
    that nothing closes is a run too: a CleverTap export that fails says nothing more.

    >>> runs_kept_apart([False, True, False, True]), runs_kept_apart([True, True])
    (2, 2)
    """
    runs = still_open = 0
    for end in ends:
        if end and still_open:
            still_open -= 1
        else:
            runs += 1
            still_open += not end
    return runs
