"""What a load came to: how much was sent, what the receiver kept of it, how long that took. Figures in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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

TIMES_CLOSED: Final[Mapping[str, str]] = {
    **TIMES,
    "ack": "from when its user began it to its whole answer",
    "effect": "from when its user began it until it showed",
    "late": "the sender's own: its user was free",
}
"""The same in the closed model, where nothing is due before its user is free."""

KEPT: Final[Mapping[str, str]] = {
    "known": "exports of which a genuine notification was acknowledged",
    "checked": "of these, read through the probe",
    "unread": "could not be read",
    "lost": "acknowledged, and not there or not acted on",
    "twice": "acted on more often than they ended",
    "stale": "in another state than the latest that was acknowledged says",
    "refused": "to be acknowledged, and was not",
    "accepted_wrong": "to be refused, and taken all the same",
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


class GivenUp(StrEnum):
    """Why a load's sender gave a delivery up by itself: what the detail of a skipped attempt says then.

    Any other detail is the wire's: this machine could not send it, or the sender was stopped.
    """

    NO_CONNECTION = "no connection was free before the time was over"
    NOT_PLAYED = "only --client partnersim plays faults on the wire"


_SHOWN: Final = 3  # reasons why deliveries were not sent

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


class Unshown(NamedTuple):
    """Effects that had not shown while they were followed.

    The slowest of them took `least` seconds or more, and `most` or less, as readings at the end tell; None where one
    did not show there either. Where there are none, both are 0.0.
    """

    number: int = 0
    least: float = 0.0
    most: float | None = 0.0


class Drain(NamedTuple):
    """Between which seconds after the last answer the last came to show of what was acknowledged.

    `not_before` is 0.0 where no reading missed any.
    """

    not_before: float
    not_after: float

    @property
    def words(self) -> str:
        """That, for people.

        >>> Drain(0.0, 3.7).words, Drain(19.8, 20.1).words
        ('at the first look, at most 3.7s after the last answer', 'between 19.8s and 20.1s after the last answer')
        """
        until = _rounded(self.not_after)
        if not self.not_before:
            return f"at the first look, at most {until} after the last answer"
        return f"between {_rounded(self.not_before)} and {until} after the last answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was acknowledged against what the receiver's state shows, counted in exports (ids), except where said.

    `known` ids had a genuine delivery acknowledged; of these `checked` were read through the probe. `lost`: not there,
    or not acted on. `twice`: acted on more often than it ended. `stale`: in another state than its latest notification
    says. `refused` counts deliveries that were to be acknowledged, came to an end and were not: answered otherwise, or
    not in time; `accepted_wrong` those that were to be refused (broken, wrongly authorized, or by their author's word)
    and acknowledged, and ids that are there though nothing else was sent of them. `unread` ids could not be read.
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
    failed: int  # to be acknowledged, and was not
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

    `rate` is notifications a second, `seconds` how long they were due to be sent, in real time. Of `planned`
    deliveries `sent` left, and `dropped` were given up (`given_up`: reason → how many). Of the rest, `unsent`, no
    journal tells: their worker was lost, or the load was interrupted. What one of another machine sent last before
    it was lost is not known, and counts as unsent. `acknowledged` counts
    deliveries. `ack` runs from the moment a delivery was due to its whole answer; `service` from its first byte;
    `effect` from when it was due to the first reading that showed it, of those that did while they were followed;
    `unshown` are the others. `late` is the sender's own fault alone: a connection was free and the delivery left
    later. `held` is how long deliveries waited for a free connection: the receiver's doing. `drain` is from the
    last answer to the moment at which all that was acknowledged showed; None where it never did, or nobody looked.
    `kinds` are of those that came as far as the receiver: they may be fewer than `sent`.
    """

    model: str  # "open" or "closed"
    shape: str
    rate: float
    seconds: float
    workers: int
    planned: int
    sent: int
    acknowledged: int
    unsent: int
    ledger: Ledger
    ack: Spread
    service: Spread
    effect: Spread
    late: Spread
    held: Spread
    drain: Drain | None
    given_up: Mapping[str, int] = field(default_factory=dict)
    unshown: Unshown = field(default_factory=Unshown)
    kinds: Kinds = field(default_factory=Kinds)
    shares: tuple[Share, ...] = ()
    timeline: tuple[Second, ...] = ()

    @property
    def dropped(self) -> int:
        """How many were given up."""
        return sum(self.given_up.values())

    @property
    def reasons(self) -> str:
        """Why they were, for people; "" where none was."""
        ordered = sorted(self.given_up.items(), key=lambda one: (-one[1], one[0]))
        others = sum(number for _, number in ordered[_SHOWN:])
        told = [f"{number:,} dropped: {why}" for why, number in ordered[:_SHOWN]]
        return "; ".join([*told, f"{others:,} dropped for other reasons"] if others else told)

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
    def drained(self) -> str:
        """When all that was acknowledged had come to show, for people; "" where nobody could look."""
        if self.drain is not None:
            return f"all of it showed {self.drain.words}"
        return "some of it did not show as it is to, or could not be read, in the end" if self.ledger.checked else ""

    @property
    def not_shown(self) -> str:
        """What had not shown while it was followed, for people; "" for nothing."""
        number, least, most = self.unshown
        if not number:
            return ""
        took = f"at least {_rounded(least)}" if most is None else f"between {_rounded(least)} and {_rounded(most)}"
        never = ", and no reading at the end shows it" if most is None else ""
        of = f"{number:,} of the {self.effect.number + number:,} exports that were followed"
        return f"{of} had not shown while they were: the slowest took {took}{never}"

    @property
    def times(self) -> Mapping[str, str]:
        """What each of its spreads measures, for people."""
        return TIMES_CLOSED if self.model == "closed" else TIMES

    @property
    def not_sent(self) -> tuple[str, ...]:
        """What became of deliveries that did not leave, for people."""
        begun = "not known to be sent" if any(one.lost for one in self.shares) else "never begun"
        return tuple(filter(None, [self.reasons, f"{self.unsent:,} {begun}" if self.unsent else ""]))


def _rounded(seconds: float) -> str:
    """Three figures."""
    return spelled(round(float(f"{seconds:.3g}"), 4) if seconds < 100 else round(seconds))
