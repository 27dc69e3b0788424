"""What is counted of a load: a number for each count of its ledger, and on what the rest of a verdict depends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from simulator.load.judging.piles import Example, Pile
from simulator.model import Ledger
from simulator.model.load import WRONG

OF_AN_AUTHOR: Final = "of an author"
"""The kind, in what was tried, of what the mix did not make and its author says is to be refused."""

UNTOLD: Final = "its worker was lost, and what it sent last is not known"
"""Why nothing is certain of an id of a worker of another machine that was lost."""


@dataclass(kw_only=True)
class Book:
    """Every attempt and every id of a load, each counted once.

    The last reading of an id counts. `doubtful` are ids of which it cannot be said whether they belong to a count, by
    its name: they could not be read (`unread` so many), or nobody knows what their state means. Of the ids of `untold`
    more may have been sent than the journal tells. `left_over` are those that were there before anything was sent.
    Of deliveries, `unanswered` are those that are to be refused, and had no answer in time or were cut off by the
    partner, whose scenario wants that; `aged` those whose connection ended without an answer, as one that had carried
    another may for its age; `unseen` those of which nobody saw the end, or that never came as far as the receiver for a
    reason of ours; `otherwise` those that are to be acknowledged, and had another answer that their scenario allows and
    the partner takes for no. `hidden` are ids of which an end may be lost without a sign, for what the probe shows.
    `sent` are those that came to the receiver, by kind. `tried` is what verdicts rest on, by kind: exports that were
    read and of which a repeat could show twice, or something stale could undo an end; and wrong deliveries that came
    to a receiver which can tell them. `shown` are how many of each pile are in it for what the state shows: an earlier
    load may have left that.
    """

    untold: frozenset[str] = frozenset()
    acknowledged: int = 0  # genuine deliveries, but for those that are to be refused
    as_demanded: int = 0  # deliveries that are to be acknowledged, and were
    turned_away: int = 0  # copies of such, while the other was being answered
    either: int = (
        0  # of those refused, those that need not be acknowledged, and had no answer that their scenario names
    )
    known: int = 0
    checked: int = 0
    there: int = 0  # of these, those that showed at the end
    wrong: int = 0  # deliveries that are to be refused: malformed, unauthorized, or by their author's word
    answered_wrong: int = 0  # of these, those that had an answer, or were hung up on
    timed_out: int = 0  # of those refused, which had no answer in time
    repeated: int = 0  # ids of which an acknowledged notification was sent more than once
    several: int = 0  # ids of which more than one status was sent
    sent: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    lost: Pile = field(default_factory=Pile)
    twice: Pile = field(default_factory=Pile)
    stale: Pile = field(default_factory=Pile)
    refused: Pile = field(default_factory=Pile)
    accepted_wrong: Pile = field(default_factory=Pile)
    left_over: Pile = field(default_factory=Pile)
    unread: int = 0
    doubtful: Mapping[str, Pile] = field(default_factory=lambda: {name: Pile() for name in WRONG})
    unanswered: Pile = field(default_factory=Pile)
    aged: Pile = field(default_factory=Pile)
    unseen: Pile = field(default_factory=Pile)
    otherwise: Pile = field(default_factory=Pile)
    hidden: Pile = field(default_factory=Pile)

    @property
    def piles(self) -> Mapping[str, Pile]:
        """Those that are to be empty, by the names of a ledger."""
        return {name: getattr(self, name) for name in WRONG}

    def sure(self, name: str) -> int:
        """How many of a pile are in it whatever an earlier load has left."""
        return self.piles[name].number - (self.shown[name] if self.left_over.number else 0)

    @property
    def ledger(self) -> Ledger:
        """The counts alone."""
        numbers = {name: pile.number for name, pile in self.piles.items()}
        return Ledger(known=self.known, checked=self.checked, unread=self.unread, **numbers)

    def doubt(self, example: Example, *names: str) -> None:
        """Count one of which nobody knows whether it belongs to these counts."""
        for name in names:
            self.doubtful[name].add(example)

    def blame(self, id_: str, name: str, example: Example) -> None:
        """Count one for what its state shows, unless what nobody told of may have brought that about."""
        if id_ in self.untold:
            self.doubt(example.but(UNTOLD), name)
        else:
            self.add_shown(name, example)

    def add_shown(self, name: str, example: Example) -> None:
        """Count one for what its state shows."""
        self.piles[name].add(example)
        self.shown[name] += 1
