"""How an exchange failed: an outcome and its reason. Raised inside the wire, never out of it.

A reason never quotes what a receiver sent: bytes cut out of an answer could be part of a secret.
"""

from simulator.model import Outcome


class Failure(Exception):
    """The exchange ends here with `outcome`; `detail` says why in words."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def malformed(detail: str) -> Failure:
    """What came is no HTTP/1.1 answer."""
    return Failure(Outcome.MALFORMED, detail)
