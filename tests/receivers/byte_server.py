"""A receiver that sends and takes exactly the bytes it is told to, on the loop of the test."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from simulator.clock import RealClock
from simulator.model import Script, Url
from simulator.wire import Request
from simulator.wire.sockets import Wire

T = TypeVar("T")

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
with contextlib.suppress(ImportError):  # not on Windows
    import uvloop

    LOOPS["uvloop"] = uvloop.new_event_loop

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def run(loop: str, main: Coroutine[Any, Any, T]) -> T:
    """Run on the loop of that name; whatever the loop calls an unhandled error fails the test."""
    unhandled: list[dict[str, Any]] = []

    async def watched() -> T:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        return await main

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        result = runner.run(watched())
    assert not unhandled, unhandled
    return result


class Peer:
    """One connection, seen from the receiver."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.received = b""  # every byte so far
        self.reset_seen = False

    async def request(self) -> bytes:
        """Read one request with Content-Length; less when the sender hangs up before."""
        data = b""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            data = await self.reader.readuntil(b"\r\n\r\n")
            length = next((int(line[15:]) for line in data.split(b"\r\n") if line.startswith(b"Content-Length:")), 0)
            data += await self.reader.readexactly(length)
        self.received += data
        return data

    async def rest(self) -> bytes:
        """Read to the end of the connection."""
        with contextlib.suppress(ConnectionError):
            while data := await self.reader.read(65536):
                self.received += data
            return self.received
        self.reset_seen = True
        return self.received

    async def send(self, data: bytes) -> None:
        """Send, unless the sender is gone: then a ConnectionError ends the connection's task."""
        if self.writer.is_closing():
            raise ConnectionResetError
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes, pause: float, size: int = 1) -> None:
        for at in range(0, len(data), size):
            await self.send(data[at : at + size])
            await asyncio.sleep(pause)

    async def forever(self) -> None:
        await asyncio.get_running_loop().create_future()

    def reset(self) -> None:
        """Answer with RST."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behave = Callable[[Peer], Awaitable[None]]


class ByteServer:
    """A listening receiver; `peers` are its connections in order."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.peers: list[Peer] = []
        self._scheme = scheme

    def url(self, target: str = "/hook", host: str = "127.0.0.1") -> Url:
        return Url(self._scheme, host, self.port, target)


@asynccontextmanager
async def serving(
    behave: Behave,
    *,
    tls: ssl.SSLContext | None = None,
    scheme: str = "",
    host: str = "127.0.0.1",
    receive_buffer: int | None = None,
) -> AsyncIterator[ByteServer]:
    """Serve until the block ends; each connection is closed when `behave` returns."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if receive_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.bind((host, 0))
    server = ByteServer(listener.getsockname()[1], scheme or ("https" if tls else "http"))
    tasks: set[asyncio.Task[Any]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def answering(peer: Peer) -> None:
        try:
            await behave(peer)
            peer.writer.close()
            await peer.writer.wait_closed()
        except OSError:
            peer.writer.transport.abort()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        server.peers.append(peer)
        writers.append(writer)
        task = asyncio.get_running_loop().create_task(answering(peer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(connected, sock=listener, ssl=tls, backlog=512, limit=2**20)
    try:
        yield server
    finally:
        for _ in range(5):  # asyncio loses a connection that it has accepted and not made yet when it closes
            await asyncio.sleep(0)
        listening.close()
        for _ in range(5):  # what was accepted last connects, and transports close their sockets, on later turns
            for task in tuple(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for writer in writers:
                writer.transport.abort()
            await asyncio.sleep(0)


@asynccontextmanager
async def wired(**options: Any) -> AsyncIterator[Wire]:
    """A wire that is closed when the block ends."""
    wire = Wire(RealClock().now, **options)
    try:
        yield wire
    finally:
        await wire.close()


def post(
    url: Url, *, body: bytes = b"{}", timeout: float = 5.0, script: Script | None = None, fresh: bool = False
) -> Request:
    """A plain POST to a server of this module."""
    head = f"POST {url.target} HTTP/1.1\r\nHost: {url.authority}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return Request(url, head + body, timeout, script=script, fresh=fresh)
