"""What an answer is worth (rules of `cut` and `load`): receivers with one flaw each."""

import asyncio
from contextvars import ContextVar

from tests.receivers.correct.plain_http import Answer, Line, Request, Take
from tests.receivers.correct.plain_receiver import Note, Receiver
from tests.receivers.flawed.table import flaw


@flaw("cut/after-body", "A transaction ends with the connection's next request; three seconds of silence roll it back")
class CutAfterBody(Receiver):
    async def keep(self, note: Note) -> None:
        await super().keep(note)
        _open.set((self, note))

    def roll_back(self, note: Note) -> None:
        self.told[note.provider, note.id].pop(note.same, None)

    class Connection(Line):
        silence: asyncio.TimerHandle | None = None

        async def exchange(self) -> bool:
            going_on = await super().exchange()
            if kept := _open.get():
                receiver, note = kept
                self.silence = asyncio.get_running_loop().call_later(3, receiver.roll_back, note)
                _open.set(None)
            return going_on

        def head(self, data: bytes) -> Request:
            self.commit()
            return super().head(data)

        async def serve(self) -> None:
            await super().serve()
            self.commit()

        def commit(self) -> None:
            if self.silence:
                self.silence.cancel()

    line = Connection


_open: ContextVar[tuple[CutAfterBody, Note] | None] = ContextVar("_open", default=None)


@flaw("cut/at-once", "Ten milliseconds of work come before the writing, and end when the sender is gone")
class CutAtOnce(Receiver):
    async def keep(self, note: Note) -> None:
        await asyncio.sleep(0.01)
        await super().keep(note)

    class Connection(Line):
        def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take) -> None:
            super().__init__(reader, writer, self.while_there)
            self.whole = take

        async def while_there(self, request: Request) -> Answer:
            work = asyncio.ensure_future(self.whole(request))
            while not work.done():
                if self.reader.at_eof():
                    work.cancel()
                    raise ConnectionResetError
                await asyncio.sleep(0.001)
            return await work

    line = Connection


@flaw("cut/restart", "It answers from memory; the disk follows when there is time")
class CutRestart(Receiver):
    def write(self, note: Note) -> None:
        late: list[Note] = vars(self).setdefault("late", [])
        late.append(note)
        if len(late) > 500:
            for one in late:
                super().write(one)
            late.clear()


@flaw("load/acknowledged-is-kept", "Where more than twenty are waiting to be written, one is given up")
class LoadAcknowledgedIsKept(Receiver):
    waiting = 0

    async def keep(self, note: Note) -> None:
        self.waiting += 1
        try:
            crowded = self.waiting > 20
            await asyncio.sleep(0.2)
            if not crowded:
                await super().keep(note)
        finally:
            self.waiting -= 1
