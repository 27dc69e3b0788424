"""What a check is, and the evidence it reads. `simulator.checks` holds the catalogue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from simulator.journal import Journal
from simulator.model import Attempt, Observation, Outcome, Result, Verdict
from simulator.scenario import Claim, Expectation, Scenario


def status_fits(status: int, accepted: Sequence[str]) -> bool:
    """Whether an HTTP status is among codes and classes.

    >>> status_fits(204, ["2xx"]), status_fits(201, ["200"])
    (True, False)
    """
    code = str(status)
    return any(code == one or (one[1:] == "xx" and code[:1] == one[0] and len(code) == 3) for one in accepted)


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything a check may know: the journal, the scenario it played, and the receiver as the journal names it."""

    journal: Journal
    scenario: Scenario

    @property
    def acknowledged_by(self) -> Sequence[str]:
        """Statuses that count as acknowledged, by the receiver file or the provider's rule."""
        return tuple(self.journal.header["acknowledged_by"])

    @cached_property
    def probes(self) -> Mapping[str, Mapping[str, Any]]:
        """The receiver's probes: name → select and absent."""
        return dict(self.journal.header["receiver"]["probes"])

    def acknowledged(self, attempt: Attempt) -> bool:
        """Whether the receiver said that it has it."""
        return attempt.outcome is Outcome.ANSWERED and status_fits(attempt.answer_status, self.acknowledged_by)

    def same_status(self, shown: Any, wanted: str) -> bool:
        """Whether what a probe shows means the partner's word, in that word or in the receiver's own for it."""
        words = self.journal.header["receiver"]["words"].get(wanted, ())
        return isinstance(shown, str) and shown.casefold() in {wanted.casefold(), *(word.casefold() for word in words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the runner must read for a claim. `window`: real seconds of readings after the last delivery.

    `settled` looks at the end readings so far of one export and says whether more would change nothing; None: the
    whole window is needed.
    """

    probe: str
    of: str  # an export's name; "" for all
    run: int | None
    window: float
    settled: Callable[[Case, Sequence[Observation]], bool] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationCheck:
    """A check on answers: a function of what was expected and what happened."""

    name: str
    judge: Callable[[Case, Expectation], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A check on the receiver's state: what to read, and what the readings mean."""

    name: str
    judge: Callable[[Case, Claim], Verdict]
    watch: Callable[[Claim], Watch]


__all__ = ["Case", "ClaimCheck", "ExpectationCheck", "Observation", "Result", "Verdict", "Watch", "status_fits"]
