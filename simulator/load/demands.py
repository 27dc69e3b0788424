"""What the answer to each delivery of a load is to be: by its author's word, by the mix, or as partners want it. Pure.

Whoever counts the answers of a load asks here: its ledger, its figures, and Locust's own statistics.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple, Protocol

from simulator.check import Case, status_fits
from simulator.check.answers import HUNG_UP
from simulator.check.expected import EACH, Named, entry, expectations
from simulator.load.mix import STEPS
from simulator.model import Delivery, Exchange, Outcome
from simulator.scenario import Expectation, Scenario
from simulator.timeline.lives import name_in_story

_CODES: Final = range(100, 600)
_FINE: Final = frozenset(range(200, 300))  # no way to refuse, whether or not the partner takes it for yes
_REFUSALS: Final = range(400, 500)


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


class Came(Protocol):
    """What came to a receiver, as far as it says whether that is to keep it."""

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it but, perhaps, a fault on the wire."""


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
        self._words = {name: _Words(one, accepted) for name, one in self._expected.items()}

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
        return self._words[expected].demand

    def unmet(self, demand: Demand, expected: str | None, outcome: Outcome, status: int, *, acknowledged: bool) -> bool:
        """Whether what came is neither a yes nor what its author named, where it is to be one of these.

        `demand` and `expected` are those of the delivery, `status` the answer's, 0 for none.
        """
        if acknowledged or demand is Demand.NO:
            return False
        if expected is None or self._words[expected].demand is not demand:
            return demand is Demand.YES
        return not self._words[expected].allow(outcome, status)

    def fault(self, delivery: Delivery, exchange: Exchange) -> str:
        """What is wrong with what a delivery came to; "" when nothing is.

        Who closes the connection refuses; who never answers does neither.
        """
        expected = self.entry(delivery)
        credentials, genuine = delivery.credentials, delivery.genuine
        demand = self.by(expected, delivery.step, credentials=credentials, genuine=genuine)
        answered = exchange.outcome is Outcome.ANSWERED
        acknowledged = answered and status_fits(exchange.status, self._accepted)
        if demand is Demand.NO and takes(exchange.status, acknowledged=acknowledged):
            return f"acknowledged, though {name_in_story(delivery.step)}"
        silent = exchange.outcome.timed_out and demand is Demand.NO
        unmet = self.unmet(demand, expected, exchange.outcome, exchange.status, acknowledged=acknowledged)
        if silent or (unmet and not exchange.hung_up):
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


def rightful(one: Came, demand: Demand) -> bool:
    """Whether what was acknowledged of it is to be kept: what has a fault on the wire by its author's word alone."""
    return one.genuine or (one.sound and demand is Demand.YES)


def takes(status: int, *, acknowledged: bool) -> bool:
    """Whether an answer takes what is to be refused: 4xx refuses, whatever else the receiver file says it means."""
    return acknowledged and status not in _REFUSALS


class _Words:
    """What an author's words come to, of which any will do."""

    def __init__(self, expected: Expectation, accepted: Sequence[str]) -> None:
        words = expected.status
        self._any = "any" in words
        self._refused = "refused" in words
        yes = {code for code in _CODES if status_fits(code, accepted)}
        self._named = {code for code in _CODES if status_fits(code, words)} | (yes if "ack" in words else set())
        self.demand = Demand.EITHER
        if not (self._any or self._named & yes):
            self.demand = Demand.NO
        elif not (self._any or self._refused or self._named - yes - _FINE):
            self.demand = Demand.YES

    def allow(self, outcome: Outcome, status: int) -> bool:
        """Whether what came is among them."""
        if self._any or (self._refused and (outcome in HUNG_UP or status in _REFUSALS)):
            return True
        return outcome in {Outcome.ANSWERED, Outcome.REDIRECTED} and status in self._named
