"""What a good receiver does: the types of a rule and of its verdict. `simulator.authoring` reads the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from simulator.model import Level, Play, Verdict
from simulator.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: what it says, who says so, and how each partner is played to find out.

    `needs` are facts of the receiver file without which it is not applicable: `authorization`, `start`, `probe`, or a
    name under its `supports`. `control` are expectations that only show that a verdict is possible. `alone`: nothing
    else is played meanwhile. `where_shown`: what the receiver file does not show is left out of its verdict, and told.
    """

    name: str  # family/name
    level: Level
    sentence: str
    source: str  # who says so: a partner's page, an RFC, or "house rule: " and a reason
    why: str
    broken: str  # how receivers usually break it
    mend: str
    played: Mapping[str, Scenario]  # by partner
    origin: str  # the file's path, or `rules/` and the name of a shipped one
    needs: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    alone: bool = False
    where_shown: bool = False

    @property
    def family(self) -> str:
        """The part of its name that it shares with others: `auth` of `auth/absent`."""
        return self.name.partition("/")[0]


class Judged(NamedTuple):
    """A rule's verdict on one partner's notifications, and the verdicts of its scenario that it is made of."""

    rule: Rule
    partner: str
    verdict: Verdict
    play: Play  # with that one verdict
    parts: tuple[Verdict, ...] = ()  # without those that were only controls; none when it was not played
    unseen: str = ""  # what kept its effects from being looked at, so that it rests on answers alone
