"""What checks say: whether a promise was kept, why, and what a baseline knows of it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

Level = Literal["must", "should", "may"]


class Result(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"


class Known(NamedTuple):
    """What a baseline says of a promise that is known not to be kept."""

    reason: str
    until: str = ""  # ISO 8601 day, UTC, from which on it counts again; "" for none
    expired: bool = False  # whether that day had come


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check says of one run, and why; `evidence` are line numbers of the journal."""

    check: str  # what was checked, unique in its scenario: expect/each, then/1-eventually
    result: Result
    because: str
    evidence: tuple[int, ...] = ()
    level: Level = "must"
    sentence: str = ""  # the promise in words, for the report's first line
    scenario: str = ""
    reproduce: str = ""
    known: Known | None = None  # what the baseline says of it, if anything
    strictly: bool = False  # whether this run takes it for a must, whatever its level

    @property
    def counts(self) -> bool:
        """Whether the run's outcome hangs on it."""
        return self.strictly or self.level == "must"

    @property
    def asks_nothing(self) -> bool:
        """Whether it is on an expectation that any answer meets (`status: any`): that it passed tells nothing."""
        return self.level == "may" and self.check.startswith("expect/")

    @cached_property
    def failed(self) -> bool:
        """Whether the receiver broke the promise."""
        return self.result is Result.FAILED

    @property
    def passed(self) -> bool:
        """Whether the receiver kept it, on evidence."""
        return self.result is Result.PASSED

    @property
    def excused(self) -> bool:
        """Whether it failed as is known, and for as long as that may be."""
        return self.failed and self.known is not None and not self.known.expired

    @property
    def drifted(self) -> bool:
        """Whether it is known to fail, and passed: the baseline is out of date."""
        return self.passed and self.known is not None
