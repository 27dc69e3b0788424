"""The channels between this process and an ASGI application: one HTTP call, and the application's lifespan."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from simulator import limits
from simulator.wire.parsing import Parts

Message = MutableMapping[str, Any]
AsgiApp = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def head_bytes(status: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """An answer's head as a plain server writes it.

    Raises:
        ValueError: a line end in the status or a header.
    """
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line end in the status or a header")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Call:
    """The two channels of one ASGI call."""

    def __init__(self, asked: Parts) -> None:
        self.asked = asked
        self.head = b""
        self.over = asyncio.Event()  # whether the sender has its answer, or has given up
        self._given = False
        self._pieces: list[bytes] = []
        self._size = 0

    async def receive(self) -> Message:
        if self._given:
            await self.over.wait()
            return {"type": "http.disconnect"}
        self._given = True
        return {"type": "http.request", "body": self.asked.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            names = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", ()))
            self.head = head_bytes(f"{message['status']} ", names)
        elif message["type"] == "http.response.body" and self._size <= limits.ANSWER_READ:
            piece = message.get("body", b"")
            self._pieces.append(piece)
            self._size += len(piece)

    @property
    def data(self) -> bytes:
        """The answer's bytes so far."""
        return self.head + b"".join(self._pieces)


class Lifespan:
    """An application's start and end; applications that know nothing of it are taken as started."""

    def __init__(self, app: AsgiApp) -> None:
        self.state: dict[str, Any] = {}
        loop = asyncio.get_running_loop()
        self.started: asyncio.Future[str] = loop.create_future()
        self._ending = asyncio.Event()
        self._asked = 0
        self._task = loop.create_task(self._run(app))

    async def end(self) -> None:
        """Let the application end, for as long as a probe may take."""
        self._ending.set()
        await asyncio.wait({self._task}, timeout=limits.PROBE_TIMEOUT)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, app: AsgiApp) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
        try:
            await app(scope, self._receive, self._send)
        except Exception:  # noqa: BLE001  the specification: an exception means that it does not support lifespan
            self.state.clear()
        finally:
            self._settle("")

    async def _receive(self) -> Message:
        self._asked += 1
        if self._asked == 1:
            return {"type": "lifespan.startup"}
        await self._ending.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._settle("")
        elif message["type"] == "lifespan.startup.failed":
            self._settle(f"the application did not start: {message.get('message', '')}")

    def _settle(self, trouble: str) -> None:
        if not self.started.done():
            self.started.set_result(trouble)
