"""The history: deliveries, and every attempt at one with what was answered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notification that was sent, and what came of it."""

    number: int  # never given twice
    partner: str  # clevertap, reachfive
    export: str  # an export's id, a definition's `export`
    run: int
    event: str
    id: str  # as its payload spells it
    status: str  # as its payload spells it
    at: datetime  # when the event happened: what the payload says
    due: datetime  # when it was to be sent
    url: str  # query values are redacted
    origin: str  # schedule, test, resend
    again: int | None  # the number of the delivery that it repeats
    journal: str  # the file's name
    outcome: str | None  # of the last attempt: answered, refused, timeout.headers …; None while under way
    answer: int | None  # the HTTP status
    acknowledged: bool
    attempts: int
    late: float  # real seconds by which the sender was late
    took: float  # real seconds of the last attempt
    detail: str

    @property
    def ended(self) -> bool:
        """Whether it is known what came of it."""
        return self.outcome is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiver answered: status, redacted status line and headers, and body."""

    status: int
    head: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One attempt at a delivery: what left, redacted, and what came of it."""

    attempt: int
    method: str
    head: str
    outcome: str
    detail: str
    late: float  # real seconds
    took: float  # real seconds
    answer: Answer | None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDelivery(Delivery):
    """A delivery with every attempt at it."""

    requests: tuple[Request, ...]
