"""What a console says no to: a value for whoever asked, with the reason, what stands against it, and a way out."""

from collections.abc import Mapping
from typing import Any, Literal

from simulator.errors import UsageError

Reason = Literal["unfit", "not-kept", "not-found", "conflict", "forbidden", "unavailable"]
"""unfit: what was asked for makes no sense; not-kept: the receiver did not take the test body; conflict: it makes
sense, but not as things stand now.
"""


class Refusal(UsageError):
    """A console says no; `details` stand beside message and remedy as members: `{"answer": {"status": 404}}`."""

    def __init__(
        self, reason: Reason, message: str, remedy: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.reason = reason
        self.details = dict(details or {})


def not_found(what: str, name: str) -> Refusal:
    """There is none of that name."""
    return Refusal("not-found", f"there is no {what} {name!r}")
