"""What a load came to: how much was sent, what the receiver kept of it, how long that took. Figures in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from simulator.clock import spelled

TIMES: Final[Mapping[str, str]] = {
    "ack": "from when it was due to its whole answer",
    "service": "from its first byte to its whole answer",
    "effect": "from when it was due until it showed",
    "late": "the sender's own: a connection was free",
    "held": "waited for a connection: the receiver's doing",
}
"""What each spread of a load measures, for people."""

KEPT: Final[Mapping[str, str]] = {
    "known": "exports of which a genuine notification was acknowledged",
    "checked": "of these, read through the probe",
    "unread": "could not be read",
    "lost": "acknowledged, and not there or not acted on",
    "twice": "acted on more often than they ended",
    "stale": "in another state than their latest notification says",
    "refused": "genuine, and not acknowledged",
    "accepted_wrong": "broken or wrongly authorized, and taken all the same",
}
"""What each count of a ledger counts, for people."""

KINDS: Final[Mapping[str, str]] = {
    "first": "first sends",
    "repeat": "repeats",
    "stale": "stale",
    "malformed": "malformed",
    "unauthorized": "unauthorized",
}
"""What each kind of notification is called, for people."""

WRONG: Final = ("lost", "twice", "stale", "refused", "accepted_wrong")
"""The counts that are to be 0."""

OF_STATE: Final = frozenset({"lost", "twice", "stale"})
"""The counts that only a look at the receiver's state can tell."""

LONGEST: Final = 3600.0
"""Seconds: in percentiles, what is longer counts as this."""

FIGURES: Final[Mapping[str, str]] = {
    "p50": "half of them",
    "p95": "95 of 100",
    "p99": "99 of 100",
    "max": "all of them",
}
"""What each figure of a spread covers, for people."""

DURATIONS: Final = (*(f"{of}_{share}" for of in ("ack", "effect") for share in FIGURES), "drain")
"""The figures of a load that may have a limit and are durations; all others that may are counts."""


class Spread(NamedTuple):
    """Percentiles of many durations, in seconds; of none all are 0.0 and `number` is 0."""

    number: int = 0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was acknowledged against what the receiver's state shows, counted in exports (ids), except where said.

    `known` ids had a genuine delivery acknowledged; of these `checked` were read through the probe. `lost`: not there,
    or not acted on. `twice`: acted on more often than it ended. `stale`: in another state than its latest notification
    says. `refused` counts genuine deliveries that came to an end and were not acknowledged: answered otherwise, or not
    in time; `accepted_wrong` those that were broken or wrongly authorized and acknowledged, and ids that are there
    though nothing genuine was sent of them. `unread` ids could not be read.
    """

    known: int = 0
    checked: int = 0
    lost: int = 0
    twice: int = 0
    stale: int = 0
    refused: int = 0
    accepted_wrong: int = 0
    unread: int = 0


class Kinds(NamedTuple):
    """How many notifications came as far as the receiver, each counted once.

    `repeat`: genuine, with the bytes of one before it. `stale`: genuine, told for the first time after the end that
    overtook it. `malformed` and `unauthorized` ones are of the mix. All others are `first` sends. A scenario that
    repeats itself or is late on its own counts like a mix.
    """

    first: int = 0
    repeat: int = 0
    stale: int = 0
    malformed: int = 0
    unauthorized: int = 0


class Second(NamedTuple):
    """One second of a load, for charts: requests by what came of them, and how long the worst answer took."""

    at: int  # from the begin of the load
    due: int
    sent: int
    acknowledged: int
    failed: int  # genuine, and not acknowledged
    ack_p50: float
    ack_p99: float
    late_max: float


class Share(NamedTuple):
    """One worker's part of the load."""

    worker: int  # from 0
    planned: int
    sent: int
    lost: str = ""  # why this worker ended before its time; "" when it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """Everything a report says of a load.

    `rate` is notifications a second, `seconds` how long they were due to be sent, in real time. Of `planned` deliveries
    `sent` left, `dropped` were given up by a sender whose connections were all busy when time was over, and of the
    rest, `unsent`, no journal tells: their worker was lost, or the load was interrupted. What one of another machine
    sent last before it was lost is not known, and counts as unsent. `acknowledged` counts deliveries. `ack` runs from
    the moment a delivery was due to its whole answer; `service` from its first byte; `effect` from when it was due to
    the first reading that showed it. `late` is the sender's own fault alone: a connection was free and the delivery
    left later. `held` is how long deliveries waited for a free connection: the receiver's doing. `drain` is from the
    last answer to the moment at which all that was acknowledged showed; None where that was not seen. `kinds` are of
    those that came as far as the receiver: they may be fewer than `sent`.
    """

    model: str  # "open" or "closed"
    shape: str
    rate: float
    seconds: float
    workers: int
    planned: int
    sent: int
    acknowledged: int
    dropped: int
    unsent: int
    ledger: Ledger
    ack: Spread
    service: Spread
    effect: Spread
    late: Spread
    held: Spread
    drain: float | None
    kinds: Kinds = field(default_factory=Kinds)
    shares: tuple[Share, ...] = ()
    timeline: tuple[Second, ...] = ()

    @property
    def pace(self) -> str:
        """How much was sent, and for how long, for people."""
        rate = "as answers come" if self.model == "closed" else f"{self.rate:,.6g} a second"
        return f"{rate}, for {spelled(self.seconds)}"

    @property
    def by_kind(self) -> str:
        """How much of each kind came to the receiver, for people."""
        told = ", ".join(f"{number:,} {KINDS[name]}" for name, number in self.kinds._asdict().items())
        away = self.sent - sum(self.kinds)
        return f"{told}; {away:,} not known to have come to the receiver" if away > 0 else told

    @property
    def not_sent(self) -> tuple[str, ...]:
        """What became of deliveries that did not leave, for people."""
        dropped = f"{self.dropped:,} dropped: no connection was free until the end" if self.dropped else ""
        begun = "not known to be sent" if any(one.lost for one in self.shares) else "never begun"
        return tuple(filter(None, [dropped, f"{self.unsent:,} {begun}" if self.unsent else ""]))
