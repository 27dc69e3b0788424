"""What a check says of one delivery or one export, and how many such findings become a verdict."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, NamedTuple

from simulator.model import Result

EVIDENCE = 20  # journal lines named in a verdict


class Hint(Enum):
    """What a second play is worth to a finding.

    `SEEN`, of a failure: something was there that must not be, and no slowness or noise puts it there; so it stands,
    though a second play does not show it. `AGED`, of a doubt: a connection that had carried a request before ended, as
    it may for its age; a play with a connection for each delivery settles it.
    """

    SEEN = auto()
    AGED = auto()


class Mark(NamedTuple):
    """What one export is compared with others by: what makes them alike, on which side it stands, what it shows."""

    alike: Hashable
    ordered: bool
    shown: Mapping[str, Any]


class Finding(NamedTuple):
    """One delivery or one export, judged.

    `words` make a clause with a subject: `nightly[1].completed came back 500`; where there are a great many findings,
    they are put together only when somebody asks. `measure` is in seconds, where time was looked at: of those that
    passed, the longest is shown. `watched`, of what passed because something did not show: for how many seconds.
    """

    result: Result
    words: str | Callable[[], str]
    evidence: tuple[int, ...] = ()
    measure: float = 0.0
    mark: Mark | None = None
    hint: Hint | None = None
    watched: float | None = None

    @property
    def because(self) -> str:
        """Why, in words."""
        return self.words if isinstance(self.words, str) else self.words()


@dataclass(kw_only=True)
class Tally:
    """Counts findings as they come; keeps the first of each result, and a few lines of evidence.

    A finding with a hint comes before those of the same result without.
    """

    counts: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(Result, 0))
    first: dict[Result, Finding] = field(default_factory=dict)
    evidence: dict[Result, list[int]] = field(default_factory=lambda: {result: [] for result in Result})
    longest: Finding | None = None
    briefest: Finding | None = None  # of those that passed because something did not show
    marks: dict[tuple[Hashable, bool], dict[str, tuple[Mapping[str, Any], Finding]]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Take one in."""
        result = finding.result
        self.counts[result] += 1
        if result not in self.first or (finding.hint and not self.first[result].hint):
            self.first[result] = finding
        lines = self.evidence[result]
        lines += [line for line in finding.evidence[: EVIDENCE - len(lines)] if line not in lines]
        if result is Result.PASSED and (self.longest is None or finding.measure > self.longest.measure):
            self.longest = finding
        if result is Result.PASSED and finding.watched is not None:
            self.briefest = min((one for one in (self.briefest, finding) if one), key=lambda one: one.watched or 0.0)
        if finding.mark is not None:
            alike, ordered, shown = finding.mark
            self.marks.setdefault((alike, ordered), {}).setdefault(repr(shown), (shown, finding))

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts.values())

    @property
    def outcome(self) -> Result | None:
        """The gravest result, None when there was none: one failure fails, one doubt keeps the rest from passing."""
        order = (Result.FAILED, Result.INCONCLUSIVE, Result.PASSED, Result.NOT_APPLICABLE)
        return next((result for result in order if self.counts[result]), None)

    def hint(self, result: Result) -> Hint | None:
        """What a second play is worth to those of this result."""
        return self.first[result].hint if result in self.first else None

    def lines(self, result: Result) -> tuple[int, ...]:
        """The journal lines that show it, at most `EVIDENCE` of them, in order."""
        return tuple(sorted(self.evidence[result]))
