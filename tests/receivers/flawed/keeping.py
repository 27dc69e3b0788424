"""What an answer is worth: receivers with one flaw each."""

import asyncio
from contextlib import suppress

from tests.receivers.correct.plain_http import Line
from tests.receivers.correct.plain_receiver import Note, Receiver
from tests.receivers.flawed.planting import flaw


@flaw("cut/after-body", "The transaction ends when the answer was read: who hangs up instead takes it back")
class CutAfterBody(Receiver):
    async def keep(self, note: Note) -> None:
        await super().keep(note)
        vars(self)["last"] = note

    class Connection(Line):
        async def serve(self) -> None:
            receiver: Receiver = self.take.__self__  # type: ignore[attr-defined]
            mine: list[Note] = []
            with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                try:
                    while True:
                        vars(receiver).pop("last", None)
                        going_on = await self.exchange()
                        mine = [vars(receiver)["last"]] if "last" in vars(receiver) else []
                        if not going_on:
                            break
                except ConnectionError:
                    for note in mine:
                        receiver.told[note.provider, note.id].pop(note.same, None)
            self.writer.close()

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


@flaw("load/acknowledged-is-kept", "Where more than sixty are waiting to be written, one is given up")
class LoadAcknowledgedIsKept(Receiver):
    waiting = 0

    async def keep(self, note: Note) -> None:
        self.waiting += 1
        try:
            crowded = self.waiting > 60
            await asyncio.sleep(0.05)
            if not crowded:
                await super().keep(note)
        finally:
            self.waiting -= 1
