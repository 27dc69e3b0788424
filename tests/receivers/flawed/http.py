"""How it comes: receivers with one flaw each."""

import asyncio
import re
from pathlib import Path
from typing import Any

from tests.receivers.correct.plain_http import Answer, Line, Refused, Request
from tests.receivers.correct.plain_receiver import Fields, Receiver
from tests.receivers.flawed.table import flaw


@flaw("http/chunked", "A body without Content-Length is taken for none")
class HttpChunked(Receiver):
    class Connection(Line):
        async def chunks(self) -> bytes:
            await super().chunks()
            return b""

    line = Connection


@flaw("http/expect-continue", "Expect: 100-continue is not known, and answered with 417")
class HttpExpectContinue(Receiver):
    class Connection(Line):
        def expected(self) -> None:
            raise Refused(417, "not known")

    line = Connection


@flaw("http/split-body", "Each piece is decoded as it comes, and a letter that is torn is lost")
class HttpSplitBody(Receiver):
    class Connection(Line):
        async def exactly(self, length: int) -> bytes:
            text, left = "", length
            while left:
                piece = await self.reader.read(left)
                if not piece:
                    raise asyncio.IncompleteReadError(piece, left)
                text, left = text + piece.decode(errors="replace"), left - len(piece)
            return text.encode()

    line = Connection


@flaw("http/header-case", "Headers are looked up in one spelling")
class HttpHeaderCase(Receiver):
    class Connection(Line):
        def name(self, text: str) -> str:
            return text.lower() if text in {text.title(), text.capitalize()} else f"?{text}"

    line = Connection


@flaw("http/charset", "The Content-Type has to be application/json to the letter")
class HttpCharset(Receiver):
    def fields(self, request: Request) -> Fields:
        type_ = request.one("content-type")
        if type_.lower().startswith("application/json") and type_ != "application/json":
            raise Refused(415, "no JSON")
        return super().fields(request)


@flaw("http/truncated-body", "Where the body breaks off, id and status are picked out of what came")
class HttpTruncatedBody(Receiver):
    def parsed(self, body: bytes) -> Any:
        if not body.endswith(b" ... cut"):
            return super().parsed(body)
        id_, status = re.search(rb'equest Id": ?"?(\d+)', body), re.search(rb'tatus": ?"(\w+)"', body)
        if not id_ or not status:
            raise Refused(400, "no JSON")
        return {"Export Request Id": int(id_[1]), "Status": status[1].decode()}

    class Connection(Line):
        async def exactly(self, length: int) -> bytes:
            try:
                return await super().exactly(length)
            except asyncio.IncompleteReadError as error:
                return error.partial + b" ... cut"

    line = Connection


@flaw("http/slow-body", "One body is read at a time")
class HttpSlowBody(Receiver):
    def __init__(self, authorization: str, log: Path) -> None:
        super().__init__(authorization, log)
        turn = asyncio.Lock()

        class OneAtATime(Line):
            async def body(self, request: Request) -> bytes:
                async with turn:
                    return await super().body(request)

        self.line = OneAtATime


@flaw("http/get", "Whatever the method, what comes to the hook is a notification")
class HttpGet(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        return await super().hook(request._replace(method="POST"), provider)
