"""HTTP/1.1 on asyncio streams, for a receiver without a framework: reads requests to their end, writes answers."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ClassVar, NamedTuple

Take = Callable[["Request"], Awaitable["Answer"]]


class Refused(Exception):
    """What is not taken: the HTTP status to answer, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Request(NamedTuple):
    """One request, read whole. Header names are in small letters; equal ones stay apart."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        return ", ".join(self.all(name))


class Answer(NamedTuple):
    """Status, JSON body, and more headers."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


class Line:
    """One connection: its requests, one after another."""

    most: ClassVar = 4 * 1024 * 1024  # bytes of a body

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take) -> None:
        self.reader = reader
        self.writer = writer
        self.take = take

    async def serve(self) -> None:
        """Until either side ends it; a request that is not whole is nobody's."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while await self.exchange():
                    pass
        finally:
            self.writer.close()

    async def exchange(self) -> bool:
        """One request and its answer: whether there may be another."""
        try:
            request = self.head(await self.reader.readuntil(b"\r\n\r\n"))
            answer = await self.answer(request)
        except Refused as error:  # what follows cannot be told from a body
            await self.write(Answer(error.status), last=True)
            return False
        last = "close" in request.one("connection").lower()
        await self.write(answer, last=last)
        return not last

    async def answer(self, request: Request) -> Answer:
        """Read what is left of the request, and hand it over."""
        if "100-continue" in request.one("expect").lower():
            self.expected()
        return await self.take(request._replace(body=self.decoded(request, await self.body(request))))

    def head(self, data: bytes) -> Request:
        first, *lines = data.decode("latin-1").rstrip("\r\n").split("\r\n")
        try:
            method, path, _ = first.split(" ")
        except ValueError:
            raise Refused(400, "no request line") from None
        pairs = (line.partition(":") for line in lines)
        return Request(method, path, tuple((self.name(name), value.strip()) for name, _, value in pairs))

    def name(self, text: str) -> str:
        return text.lower()

    def expected(self) -> None:
        self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def body(self, request: Request) -> bytes:
        if "chunked" in request.one("transfer-encoding").lower():
            return await self.chunks()
        length = request.one("content-length")
        if not length:
            return b""
        if not length.isdecimal() or int(length) > self.most:
            raise Refused(413 if length.isdecimal() else 400, "not such a length")
        return await self.exactly(int(length))

    async def exactly(self, length: int) -> bytes:
        return await self.reader.readexactly(length)

    async def chunks(self) -> bytes:
        """All chunks as one body; extensions and trailers are read past."""
        whole = b""
        while True:
            size = (await self.reader.readuntil(b"\r\n")).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError:
                raise Refused(400, "no chunk size") from None
            if length + len(whole) > self.most:
                raise Refused(413, "too large")
            if not length:
                while await self.reader.readuntil(b"\r\n") != b"\r\n":
                    pass
                return whole
            whole += await self.reader.readexactly(length)
            await self.reader.readexactly(2)

    def decoded(self, request: Request, body: bytes) -> bytes:
        if request.one("content-encoding").lower() != "gzip":
            return body
        try:
            return zlib.decompressobj(wbits=31).decompress(body, self.most)
        except zlib.error:
            raise Refused(400, "no gzip") from None

    async def write(self, answer: Answer, *, last: bool) -> None:
        head = [f"HTTP/1.1 {answer.status} -", "Content-Type: application/json", f"Content-Length: {len(answer.body)}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        head += ["Connection: close"] if last else []
        self.writer.write("\r\n".join([*head, "", ""]).encode() + answer.body)
        await self.writer.drain()
