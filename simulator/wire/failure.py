"""How an exchange failed, or was odd: outcomes and words for it. What is raised here stays inside the wire.

A reason never quotes what a receiver sent: bytes cut out of an answer could be part of a secret.
"""

import errno
import ssl
from typing import Final

from simulator.model import HangUp, Outcome

CLOSED_IN_HANDSHAKE: Final = "the receiver closed the connection during the TLS handshake"
RESET_IN_HANDSHAKE: Final = "the connection was reset during the TLS handshake"
STOPPED_UNANSWERED: Final = "the sender stopped before the answer was complete"
STOPPED_UNSENT: Final = "the sender stopped before anything was sent"
HUNG_UP: Final = "the partner hung up on purpose"
AGED: Final = "; it had carried a request before, and the receiver may have been closing it already"
"""What may excuse a receiver: it closed an idle connection just as the request left."""

_WORDS = {
    Outcome.TIMEOUT_CONNECT: "no connection",
    Outcome.TIMEOUT_TLS: "the TLS handshake was not over",
    Outcome.TIMEOUT_WRITE: "the request was not written to its end",
    Outcome.TIMEOUT_HEADERS: "no answer with its whole head",
    Outcome.TIMEOUT_BODY: "the answer's head came, its body did not end",
}


class Failure(Exception):
    """The exchange ends here with `outcome`; `detail` says why in words."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def malformed(detail: str) -> Failure:
    """What came is no HTTP/1.1 answer."""
    return Failure(Outcome.MALFORMED, detail)


def unwrappable(error: ssl.SSLError) -> Failure:
    """TLS did not take the request."""
    return Failure(Outcome.TLS, f"TLS failed while the request was written: {error.reason}")


def hung_up(how: HangUp) -> str:
    """How the partner ended the connection."""
    when = " at its timeout, reading no answer" if how.at_deadline else ""
    return f"{HUNG_UP}{when}{' (reset)' if how.reset else ''}"


def early(asking: float) -> str:
    """When a whole answer came before the request was written; `asking`: seconds given to `100 Continue`, or 0.0."""
    before = "in the place of 100 Continue: the body was not sent" if asking else ""
    return f"answered {before or 'before the whole request was written'}"


def unasked(asking: float) -> str:
    """What was sent without a `100 Continue`, for which so many seconds were given; "" for 0.0."""
    return f"no 100 Continue came within {asking:g} s, and the body was sent" if asking else ""


def capped(size: int) -> str:
    """How much of an answer's body was read, when there is more."""
    return f"the body was read up to {size} bytes and no further"


def overdue(phase: Outcome, timeout: float) -> str:
    """What had not happened when the time was over."""
    return f"{_WORDS[phase]} within {timeout:g} s"


def broken(error: Exception | None, *, begun: bool) -> str:
    """How a connection ended that did not end in order. `begun`: whether a byte of the answer had come."""
    number = getattr(error, "errno", None)
    where = "inside its answer" if begun else "without an answer"
    if number in {errno.ECONNRESET, errno.ECONNABORTED, None}:
        return f"the receiver reset the connection {where}"
    if number in {errno.EPIPE, errno.ESHUTDOWN}:
        return f"the receiver closed the connection while the request was being written, {where}"
    return f"the connection broke {where}: {error}"
