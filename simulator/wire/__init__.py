"""Requests go out here and nowhere else: byte-exact HTTP/1.1 on sockets, or straight into a Python receiver."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from simulator.model import Exchange, Pairs, Script, Url
from simulator.wire.gate import Gate


class Request(NamedTuple):
    """One request as bytes. `script`, where there is one, goes out in the place of `data`.

    `timeout` is in real seconds, for everything from looking up the name to the last byte of the answer.
    """

    url: Url
    data: bytes
    timeout: float
    method: str = "POST"
    script: Script | None = None
    fresh: bool = False  # on a connection of its own, not one that carried a request before
    gate: Gate | None = None  # it leaves together with the others of this gate, once all of them have a connection


def get(url: Url, timeout: float, headers: Pairs = (("Accept", "*/*"),), *, fresh: bool = False) -> Request:
    """A plain question: what a probe, a look at `ready` or the doctor asks."""
    lines = [f"GET {url.target} HTTP/1.1", f"Host: {url.authority}", *(f"{name}: {value}" for name, value in headers)]
    return Request(url, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), timeout, method="GET", fresh=fresh)


class Send(Protocol):
    """Whoever makes exchanges: sockets, or an application in this process."""

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        """Start one exchange; `done` is called once, later or at once, with what it came to.

        Never raises for anything a receiver, a network or a name server does.
        """

    async def close(self) -> None:
        """End what is under way and let go of every connection."""


async def once(send: Send, request: Request) -> Exchange:
    """Make one exchange and wait for what it comes to."""
    ended: asyncio.Future[Exchange] = asyncio.get_running_loop().create_future()

    def done(exchange: Exchange) -> None:
        if not ended.done():  # whoever waited may have been cancelled
            ended.set_result(exchange)

    send(request, done)
    return await ended
