"""One notification, read and found right; and the refusal of one that is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

EXPORT = "export"


class Refused(Exception):
    """A request that is not taken: the HTTP status to answer with, and a sentence that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a partner says of one of its exports.

    `id` and `status` are the partner's own words, to the letter. `weight` is 0 for a word that is not an end, 1 for
    an end that went well, 2 for one that did not: of two words about the same instant the heavier one stands.
    """

    provider: str
    id: str
    status: str
    weight: int
    kind: str = EXPORT  # or what else the partner speaks of: a ReachFive "import"
    at: datetime | None = None  # when it happened, with zone; None when the body does not say
    started: datetime | None = None  # when the run began, where the body says that too
    details: Mapping[str, str | int] = field(default_factory=dict)  # name, counts …: only what the body says
    body: bytes = b""  # as received: the partner will not send it again

    @property
    def ends(self) -> bool:
        """Whether a run is over with this."""
        return self.weight > 0
