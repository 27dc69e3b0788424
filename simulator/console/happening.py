"""What falls due in a partner's house, and what follows from it. Moments are epoch seconds of story time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from simulator.model import Pairs, Url
from simulator.provider import Run

START = "start"
"""What falls due when a run is to begin; everything else that falls due is one of the provider's events."""


class Happening(NamedTuple):
    """Something that falls due by itself."""

    due: float
    partner: str  # the provider's name
    export: str  # the console's own id of the export or definition
    run: int  # from 1
    what: str  # START, or the name of an event


class OAuth(NamedTuple):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4): where a token is asked for, and as whom."""

    token_url: Url
    client_id: str
    client_secret: str
    scope: str = ""


class Hook(NamedTuple):
    """Where a notification goes, as a console holds it. `timeout` is in real seconds, None for the partner's own."""

    url: Url
    timeout: float | None = None
    headers: Pairs = ()
    authorization: str | None = None
    oauth: OAuth | None = None
    method: str = "POST"


class Notice(NamedTuple):
    """A notification that is to be sent: the event of a run, to where the console says at this moment."""

    run: Run  # all that its payload is made of
    event: str
    at: float  # when the event happens: what the payload says
    hook: Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows when something fell due: what falls due next, and perhaps a notification."""

    next: tuple[Happening, ...] = ()
    notice: Notice | None = None


class Console(Protocol):
    """One partner's console, as the desk sees it."""

    def happens(self, happening: Happening) -> Consequence:
        """Write down what happens, and say what follows from it; called once for each happening, in order of due."""

    def hook(self, export: str) -> Hook:
        """Where a notification of that export would go now.

        Raises:
            Refusal: nowhere (conflict), or there is no such export (not-found).
        """

    def again(self, export: str, run: int, event: str, moment: float) -> Notice:
        """The notification of a run once more, as if it happened at `moment`, with an id nobody has had yet.

        Raises:
            Refusal: nothing says where it would go (conflict), or there is no such export or run (not-found).
        """

    def secrets(self) -> Iterable[str]:
        """Every value it holds that no output may show."""
