"""How an exchange failed: an outcome and its reason. Raised inside the wire, never out of it.

A reason never quotes what a receiver sent: bytes cut out of an answer could be part of a secret.
"""

import errno

from simulator.model import Outcome

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
