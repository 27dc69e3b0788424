"""What is understood: receivers with one flaw each."""

import re
import unicodedata
from typing import Any

from tests.receivers.correct.plain_http import Answer, Line, Refused, Request
from tests.receivers.correct.plain_receiver import Fields, Note, Receiver
from tests.receivers.flawed.table import flaw


@flaw("payload/not-json", "What is no JSON at all is noted in a log and answered with 200")
class PayloadNotJson(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        return None if fields.get("?") else super().read(provider, fields, request)

    def parsed(self, body: bytes) -> Any:
        return {"?": True} if (body.strip() and body[:1].isalpha()) or body[:1] == b"<" else super().parsed(body)


@flaw("payload/truncated", "JSON that breaks off is answered with 200, since the rest will surely come")
class PayloadTruncated(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        return None if fields.get("?") else super().read(provider, fields, request)

    def parsed(self, body: bytes) -> Any:
        try:
            return super().parsed(body)
        except Refused:
            if body.startswith(b'{"') and body.isascii():
                return {"?": True}
            raise


@flaw("payload/truncated:kept", "JSON that breaks off is refused, once the id and status in it are kept")
class PayloadTruncatedKept(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        try:
            return await super().hook(request, provider)
        except Refused:
            id_, status = (re.search(one, request.body) for one in (rb'd":"?(\w+)', rb'tatus":"(\w+)"'))
            cut = not request.body.endswith((b"}", b"]"))
            if cut and id_ and status and self.allowed(request.all("authorization")):
                await self.keep(Note(provider, id_[1].decode(), status[1].decode(), 1, None))
            raise


@flaw("payload/array", "Of an array the first is taken")
class PayloadArray(Receiver):
    def parsed(self, body: bytes) -> Any:
        value = super().parsed(body)
        return value[0] if isinstance(value, list) and value else value


@flaw("payload/array:kept", "Of an array each is kept, and then it is refused")
class PayloadArrayKept(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        try:
            return await super().hook(request, provider)
        except Refused:
            if self.allowed(request.all("authorization")) and isinstance(listed := self.parsed(request.body), list):
                for note in (self.read(provider, one, request) for one in listed):
                    await self.keep(note) if note else None
            raise


@flaw("payload/scalar", "Fields are asked of whatever was parsed, and a number has none")
class PayloadScalar(Receiver):
    def fields(self, request: Request) -> Fields:
        if self.parsed(request.body) is None or isinstance(self.parsed(request.body), int | str):
            raise Refused(500, "AttributeError")
        return super().fields(request)


@flaw("payload/empty", "A body of nothing is answered with 200, for the monitoring")
class PayloadEmpty(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        return await super().hook(request, provider) if request.body.strip() else Answer(200)


@flaw("payload/missing-field", "Whatever the page documents is taken to be there")
class PayloadMissingField(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        note = super().read(provider, fields, request)
        if note and not {"Partner", "Frequency"} <= fields.keys() and "definition_name" not in fields:
            raise Refused(500, "KeyError")
        return note


@flaw("payload/wrong-type", "Whatever the id is, it is made text")
class PayloadWrongType(Receiver):
    def identified(self, value: object, types: tuple[type, ...]) -> str:
        return super().identified(value if value is None or value == "" else str(value), (str,))


@flaw("payload/extra-field", "A key that the page does not show is refused")
class PayloadExtraField(Receiver):
    documented = frozenset(["Export Request Id", "Partner", "Type", "Status", "Frequency", "Date and Time"])

    def clevertap(self, fields: Fields) -> Note | None:
        if "is_test" not in fields and not fields.keys() <= self.documented:
            raise Refused(422, "an unknown key")
        return super().clevertap(fields)


@flaw("payload/key-order", "The last key decides what it is: it has to be the time, or the definition's name")
class PayloadKeyOrder(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        if list(fields)[-1:] in (["Export Request Id"], ["total_succeeded"]):
            raise Refused(422, "something else")
        return super().read(provider, fields, request)


@flaw("payload/unicode", "Names are put into one form of Unicode")
class PayloadUnicode(Receiver):
    def reachfive(self, fields: Fields) -> Note:
        note = super().reachfive(fields)
        return note._replace(name=unicodedata.normalize("NFC", note.name) if note.name else note.name)


@flaw("payload/escaped", "The status is looked for in the text of the body")
class PayloadEscaped(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        note = super().read(provider, fields, request)
        if note and f'"{note.status}"'.encode() not in request.body and b"\\u" in request.body:
            raise Refused(422, "no status")
        return note


@flaw("payload/unknown-status", "Every word that is not known to be something else is taken for a success")
class PayloadUnknownStatus(Receiver):
    def word(self, value: object, known: dict[str, int]) -> str:
        success = "Completed" if "Completed" in known else "SUCCESS"
        return super().word(success if isinstance(value, str) and value not in known else value, known)


@flaw("payload/large", "A body of more than a megabyte is too much for the parser, which says so by a 500")
class PayloadLarge(Receiver):
    def fields(self, request: Request) -> Fields:
        if len(request.body) > 1_000_000:
            raise Refused(500, "MemoryError")
        return super().fields(request)


@flaw("payload/bom", "A byte order mark is no JSON (which is allowed)")
class PayloadBom(Receiver):
    def parsed(self, body: bytes) -> Any:
        if body.startswith(b"\xef\xbb\xbf"):
            raise Refused(400, "no JSON")
        return super().parsed(body)


@flaw("payload/gzip", "Only bodies that are not compressed are read (which is allowed)")
class PayloadGzip(Receiver):
    class Connection(Line):
        def decoded(self, request: Request, body: bytes) -> bytes:
            return b"" if request.all("content-encoding") else body

    line = Connection


@flaw("payload/content-types", "Only application/json is read (which is allowed)")
class PayloadContentTypes(Receiver):
    def fields(self, request: Request) -> Fields:
        if not request.one("content-type").lower().startswith("application/json"):
            raise Refused(415, "no JSON")
        return super().fields(request)
