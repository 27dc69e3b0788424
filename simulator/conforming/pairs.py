"""Rules and the partners that they are played with."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.receiver import Receiver
from simulator.rule import Rule
from simulator.scenario import Scenario


class Pair(NamedTuple):
    """A rule and the partner that it is played with."""

    rule: Rule
    partner: str

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self.rule.played[self.partner]

    @property
    def source(self) -> str:
        """The name that it is played by alone: `rules/auth/absent@clevertap`."""
        return self.scenario.source


def pairs(rules: Iterable[Rule], receiver: Receiver, partners: Sequence[str] = ()) -> tuple[Pair, ...]:
    """Each rule with each partner that the receiver has an endpoint for; only those `partners`, if any are named."""
    return tuple(
        Pair(rule, partner)
        for rule in rules
        for partner in rule.played
        if receiver.endpoint(partner) and (not partners or partner in partners)
    )
