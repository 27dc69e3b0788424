"""What a connection asks of those who keep it: the wire, and the pool of its endpoint."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

from simulator.model import Exchange
from simulator.wire.connecting import Names

Done = Callable[[Exchange], None]
Kept_contra = TypeVar("Kept_contra", contravariant=True)


class Home(Protocol):
    """What a connection asks of the wire, and tells it."""

    loop: asyncio.AbstractEventLoop
    names: Names
    allow: frozenset[str]
    never: frozenset[int]
    now: Callable[[], float]  # for moments
    real: Callable[[], float]  # for deadlines

    def number(self) -> int:
        """The next connection's number."""

    def tls(self) -> ssl.SSLContext:
        """What is trusted and shown."""

    def watch(self, deadline: float) -> None:
        """See to it that what is due at `deadline` is seen then."""


class Shelf(Protocol[Kept_contra]):
    """Where connections to one endpoint are kept."""

    def free(self, connection: Kept_contra) -> None:
        """The connection can carry another request."""

    def gone(self, connection: Kept_contra) -> None:
        """The connection is no more."""
