"""Takes a request's bytes apart, for receivers that live in this process and see no socket."""

from typing import Any, NamedTuple

import httptools

from simulator.model import HangUp, Outcome
from simulator.wire import Request
from simulator.wire.failure import Failure


class Parts(NamedTuple):
    """What an application server hands on. Names and values as sent, in order, without transfer coding."""

    method: str
    path: bytes  # as written on the request line, percent-encoded
    query: bytes
    version: str  # 1.1
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def parts(request: Request) -> Parts:
    """The parts of a request. Rests of a script pass at once, also one for `100 Continue`: a server would have said it.

    Raises:
        Failure: `skipped`, for what only a socket can carry: a hang-up, a request without its end, bytes that are none.
    """
    pieces = (request.data,) if request.script is None else request.script
    if any(isinstance(piece, HangUp) for piece in pieces):
        raise _skipped("it hangs up")
    reading = _Reading()
    parser: Any = httptools.HttpRequestParser(reading)
    try:
        parser.feed_data(b"".join(piece for piece in pieces if isinstance(piece, bytes)))
    except httptools.HttpParserError:
        raise _skipped("its bytes are no HTTP request") from None
    if not reading.complete:
        raise _skipped("it has no end")
    if not reading.target.startswith(b"/"):
        raise _skipped("its target is no path")
    path, _, query = reading.target.partition(b"?")
    method = parser.get_method().decode("latin-1")
    return Parts(method, path, query, parser.get_http_version(), tuple(reading.headers), bytes(reading.body))


def _skipped(why: str) -> Failure:
    return Failure(Outcome.SKIPPED, f"this request cannot be given to a receiver in this process: {why}")


class _Reading:
    """What the parser calls."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.complete = False

    def on_url(self, data: bytes) -> None:
        self.target += data

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() != b"transfer-encoding":  # the parser has taken it off
            self.headers.append((name, value))

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        self.complete = True
