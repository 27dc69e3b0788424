"""What a request is made of: where it goes, its constant part, and how its bytes may misbehave on purpose."""

from dataclasses import dataclass
from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]
"""Headers as a list of pairs: order, case and repetition survive."""


class Url(NamedTuple):
    """Where requests go, taken apart once: `target` is path and query as written on the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the Host header says: brackets round IPv6, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The constant part of every request to one endpoint.

    `head` is the request line and all headers up to, without, Content-Length; `shown` is the same text with every
    value removed that is not known to be harmless. `timeout` is in real seconds.
    """

    endpoint: str
    url: Url
    method: str
    head: bytes
    shown: str
    timeout: float


class Pause(NamedTuple):
    """A rest between two pieces of a request, in real seconds."""

    seconds: float


class AwaitContinue(NamedTuple):
    """A rest until the receiver says `100 Continue`, or for so many real seconds; a final answer ends the request."""

    seconds: float


class EndWriting(NamedTuple):
    """The partner ends its own side of the connection here (FIN), and still reads the answer."""


class HangUp(NamedTuple):
    """The partner ends the connection here, in order (FIN) or by reset (RST), and awaits no answer.

    `at_deadline`: not at once but when the delivery's timeout is over, and whatever comes until then is not read.
    """

    reset: bool = False
    at_deadline: bool = False


Script = tuple["bytes | Pause | AwaitContinue | EndWriting | HangUp", ...]
"""A request that misbehaves on purpose: bytes and rests, perhaps an end of the connection at its end."""
