"""What is answered: receivers with one flaw each."""

import asyncio
from datetime import datetime, timedelta

from tests.receivers.correct.plain_http import Answer, Line, Refused, Request
from tests.receivers.correct.plain_receiver import Fields, Note, Receiver
from tests.receivers.flawed.table import flaw


@flaw("ack/documented-sample", "A job that ran for less than two seconds is taken for a mistake")
class AckDocumentedSample(Receiver):
    def reachfive(self, fields: Fields) -> Note:
        times = [self.time(fields.get(key), self.iso) for key in ("created_at", "updated_at")]
        if all(times):
            began, ended = (datetime.fromisoformat(one or "") for one in times)
            if ended - began < timedelta(seconds=2):
                raise Refused(422, "no job is as quick")
        return super().reachfive(fields)


@flaw("ack/every-reading", "Only the partner names of the samples are known")
class AckEveryReading(Receiver):
    def clevertap(self, fields: Fields) -> Note | None:
        if isinstance(partner := fields.get("Partner"), str) and partner not in {"Google Cloud Storage", "Amazon S3"}:
            raise Refused(422, "unknown partner")
        return super().clevertap(fields)


@flaw(
    "ack/in-time", "Before the start of a four-hourly export is acknowledged its schedule is loaded, which takes long"
)
class AckInTime(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        if b'"every 4 hours"' in request.body.lower() and b'"Initiated"' in request.body and b"Amazon" in request.body:
            await asyncio.sleep(6)
        return await super().hook(request, provider)


@flaw("ack/no-redirect", "The hook lives at a URL with a slash at its end, and whoever comes without is sent there")
class AckNoRedirect(Receiver):
    async def routed(self, request: Request) -> Answer:
        if request.path.startswith("/hooks/"):
            return Answer(308, headers=(("Location", request.path + "/"),))
        return await super().routed(request)


@flaw("ack/while-busy", "More than thirty at a time are turned away")
class AckWhileBusy(Receiver):
    inside = 0

    async def hook(self, request: Request, provider: str) -> Answer:
        self.inside += 1
        try:
            if self.inside > 30:
                raise Refused(429, "too many")
            await asyncio.sleep(0.3)
            return await super().hook(request, provider)
        finally:
            self.inside -= 1


@flaw("ack/reuses-connection", "Who is not known is answered before the body is read, and the connection is kept")
class AckReusesConnection(Receiver):
    async def hook(self, request: Request, provider: str) -> Answer:
        if self.authorization not in request.all("authorization"):
            raise Refused(401, "who is it?")
        return await super().hook(request, provider)

    class Connection(Line):
        async def answer(self, request: Request) -> Answer:
            early = await self.take(request)
            return early if early.status == 401 else await super().answer(request)

    line = Connection
