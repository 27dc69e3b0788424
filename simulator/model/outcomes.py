"""What one request on the wire comes to."""

from enum import StrEnum
from typing import NamedTuple


class Outcome(StrEnum):
    """How one attempt ended: a closed list."""

    ANSWERED = "answered"
    REDIRECTED = "redirected"
    TIMEOUT_CONNECT = "timeout.connect"
    TIMEOUT_TLS = "timeout.tls"
    TIMEOUT_WRITE = "timeout.write"
    TIMEOUT_HEADERS = "timeout.headers"
    TIMEOUT_BODY = "timeout.body"
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"
    DNS = "dns"
    TLS = "tls"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    IN_DOUBT = "in-doubt"

    @property
    def reached(self) -> bool:
        """Whether a receiver was there at all: a connection stood, and bytes could be sent."""
        return self not in _NOT_REACHED

    @property
    def timed_out(self) -> bool:
        """Whether the partner's time was over."""
        return self in _TIMED_OUT


_TIMED_OUT = frozenset(
    {
        Outcome.TIMEOUT_CONNECT,
        Outcome.TIMEOUT_TLS,
        Outcome.TIMEOUT_WRITE,
        Outcome.TIMEOUT_HEADERS,
        Outcome.TIMEOUT_BODY,
    }
)
_NOT_REACHED = frozenset(
    {
        Outcome.TIMEOUT_CONNECT,
        Outcome.TIMEOUT_TLS,
        Outcome.REFUSED,
        Outcome.DNS,
        Outcome.TLS,
        Outcome.BLOCKED,
        Outcome.SKIPPED,
        Outcome.IN_DOUBT,
    }
)


class Exchange(NamedTuple):
    """What one request on the wire came to. Moments are seconds of the wire's clock."""

    outcome: Outcome
    status: int = 0  # 0 when there was no answer
    head: bytes = b""  # the answer's status line and headers, as received
    body: bytes = b""  # at most limits.ANSWER_KEPT of what was read
    size: int = 0  # bytes of body read
    sha256: str = ""  # of all that was read; "" when nothing was
    capped: bool = False  # whether reading stopped at limits.ANSWER_READ
    sent: float = 0.0  # when the first byte was handed to the connection; 0.0 when none was
    done: float = 0.0  # when the outcome was known
    connection: int = 0  # which connection of this run, from 1; 0 when none stood
    reused: bool = False  # whether it had carried a request before
    detail: str = ""  # the reason in words: "certificate has expired"
    hung_up: bool = False  # whether it was the partner that ended the connection, as a fault on the wire wants it

    @property
    def took(self) -> float:
        """Seconds from the first byte sent to the end of the answer, or to what went wrong."""
        return max(self.done - self.sent, 0.0) if self.sent else 0.0
