"""What the answer to each delivery of a load is to be: by its author's word, by the mix, or as partners want it. Pure.

Whoever counts the answers of a load asks here: its ledger, its figures, and Locust's own statistics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple, Protocol

from simulator.check import Case, status_fits
from simulator.check.expected import EACH, Named, entry, expectations
from simulator.load.mix import STEPS
from simulator.model import Delivery, Exchange, Outcome
from simulator.scenario import Expectation, Scenario
from simulator.timeline.lives import name_in_story

_CODES: Final = range(100, 600)


class Demand(Enum):
    """What an answer is to be."""

    YES = auto()  # one that acknowledges
    NO = auto()  # any other, or none
    EITHER = auto()


class Sending(Named, Protocol):
    """What was sent, or is to be, as far as it says what its answer is to be."""

    @property
    def credentials(self) -> str:
        """How they are wrong; else "right"."""


class _InStory(NamedTuple):
    """What was sent in some life, by the names that its scenario gave."""

    step: str
    export: str
    event: str
    genuine: bool


class Demands:
    """What is demanded of the answers to a scenario's deliveries.

    `accepted` are the statuses that acknowledge; `authorized` says whether the partner was given credentials.
    """

    def __init__(self, scenario: Scenario, accepted: Sequence[str], *, authorized: bool) -> None:
        self._scenario = scenario
        self._expected = expectations(scenario)
        self._alike = self._expected.keys() == {EACH}  # most often, and asked of every one of a great many
        self._accepted = accepted
        self._authorized = authorized
        self._of_entry = {name: _demand(one, accepted) for name, one in self._expected.items()}

    def of(self, one: Sending) -> Demand:
        """Of the answer to that delivery."""
        return self.by(self.entry(one), one.step, credentials=one.credentials, genuine=one.genuine)

    def entry(self, one: Named) -> str | None:
        """The name of the expectation that speaks of it; None when none does."""
        if one.genuine and self._alike:
            return EACH
        told = _InStory(name_in_story(one.step), name_in_story(one.export), one.event, one.genuine)
        return entry(self._scenario, self._expected, told)

    def by(self, expected: str | None, step: str, *, credentials: str, genuine: bool) -> Demand:
        """The same where it is known by the name of which expectation; None for none.

        Without credentials of its own, what a partner sends with wrong ones is what it sends with right ones.
        """
        if credentials != "right" and not self._authorized:
            return Demand.EITHER
        if step in STEPS:
            return Demand.NO
        if expected is None:
            return Demand.YES if genuine else Demand.EITHER
        return self._of_entry[expected]

    def fault(self, delivery: Delivery, exchange: Exchange) -> str:
        """What is wrong with what a delivery came to; "" when nothing is.

        Who closes the connection refuses; who never answers does neither.
        """
        demand = self.of(delivery)
        answered = exchange.outcome is Outcome.ANSWERED
        acknowledged = answered and status_fits(exchange.status, self._accepted)
        if demand is Demand.NO and takes(exchange.status, acknowledged=acknowledged):
            return f"acknowledged, though {name_in_story(delivery.step)}"
        silent = exchange.outcome.timed_out and demand is Demand.NO
        if silent or (demand is Demand.YES and not (acknowledged or exchange.hung_up)):
            why = f"answered {exchange.status}" if answered else str(exchange.outcome)
            return f"{why}: {exchange.detail}" if exchange.detail else why
        return ""


@dataclass(frozen=True, kw_only=True)
class LoadCase(Case):
    """The case of one scenario in a load, where every life has exports of other names."""

    demands: Demands

    def entry(self, one: Named) -> str | None:
        """The name of the expectation that speaks of a delivery; None when none does."""
        return self.demands.entry(one)


def takes(status: int, *, acknowledged: bool) -> bool:
    """Whether an answer takes what is to be refused: 4xx refuses, whatever else the receiver file says it means."""
    return acknowledged and not 400 <= status < 500


def _demand(expected: Expectation, accepted: Sequence[str]) -> Demand:
    """What an author's words come to, of which any will do."""
    words = expected.status
    if "any" in words:
        return Demand.EITHER
    yes = {code for code in _CODES if status_fits(code, accepted)}
    named = {code for code in _CODES if status_fits(code, words)} | (yes if "ack" in words else set())
    if not named & yes:
        return Demand.NO
    return Demand.EITHER if "refused" in words or named - yes else Demand.YES
