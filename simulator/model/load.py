"""What a load came to: how much was sent, what the receiver kept of it, how long that took. Figures in seconds."""

from dataclasses import dataclass
from typing import NamedTuple


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

    `rate` is notifications a second, `seconds` how long they were due to be sent, in real time. Of `planned`
    deliveries `sent` left, `dropped` were given up by a sender whose connections were all busy when time was over,
    and the rest, `unsent`, belongs to workers that were lost. `acknowledged` counts deliveries. `ack` runs from the
    moment a delivery was due to its whole answer; `service` from its first byte; `effect` from when it was due to
    the first reading that showed it. `late` is the sender's own fault alone: a connection was free and the delivery
    left later. `held` is how long deliveries waited for a free connection: the receiver's doing. `drain` is from
    the last answer to the moment at which all that was acknowledged showed; None where that was not seen.
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
    shares: tuple[Share, ...] = ()
    timeline: tuple[Second, ...] = ()
