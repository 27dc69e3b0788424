"""A correct receiver on asyncio alone: one file that grows, synced before it answers; the state is read from it.

python -m tests.receivers.correct.plain_receiver --port 8000 --log told.ndjson --authorization 'Bearer secret'
"""

import argparse
import asyncio
import hmac
import json
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, ClassVar, NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from tests.receivers.correct.plain_http import Answer, Line, Refused, Request

Fields = dict[str, Any]
COUNTS = ("total_succeeded", "total_failed", "total_operations")


class Note(NamedTuple):
    """One notification, understood. `weight` is 0 for no end, 1 for a good one, 2 for a bad one."""

    provider: str
    id: str
    status: str
    weight: int
    at: str | None  # ISO 8601 with offset
    kind: str = "export"
    name: str | None = None
    counts: tuple[int | None, ...] = (None, None, None)
    key: str = ""  # what a repeat has in common with the first; "" for status and time

    @property
    def place(self) -> tuple[float, int]:
        """Where it stands in the story: an end of unknown time is the last word, a start the first."""
        if self.at is None:
            return (float("inf") if self.weight else float("-inf"), self.weight)
        return (datetime.fromisoformat(self.at).timestamp(), self.weight)

    @property
    def same(self) -> str:
        return self.key or f"{self.status} {self.place[0]}"


class Receiver:
    """What it lets in, how it reads it, what it keeps and what it shows: one method for each."""

    line: type[Line] = Line
    zone: ClassVar[tzinfo] = ZoneInfo("Asia/Kolkata")
    accepted: ClassVar[int] = 200
    clevertap_words: ClassVar = {"Initiated": 0, "Completed": 1}
    reachfive_words: ClassVar = {"RUNNING": 0, "SUCCESS": 1, "FAILED": 2, "FAILURE": 2}

    def __init__(self, authorization: str, log: Path) -> None:
        self.authorization = authorization
        self.told: dict[tuple[str, str], dict[str, Note]] = {}
        self.effects: dict[tuple[str, str], int] = {}
        for text in log.read_text("utf-8").splitlines() if log.exists() else ():
            self.note(Note(**json.loads(text)))
        self.log = log.open("ab", buffering=0)

    def close(self) -> None:
        self.log.close()

    # what is asked

    async def take(self, request: Request) -> Answer:
        try:
            return await self.routed(request)
        except Refused as error:
            return Answer(error.status, json.dumps({"error": str(error)}).encode())

    async def routed(self, request: Request) -> Answer:
        _, first, *rest = request.path.split("/", 3)
        if first == "hooks" and rest and rest[0] in {"clevertap", "reachfive"}:
            return await self.hook(request, rest[0])
        if request.method != "GET":
            raise Refused(405, "only GET")
        if first == "exports" and len(rest) == 2:
            return self.shown(rest[0], unquote(rest[1]))
        return Answer(200 if first == "healthz" else 404)

    async def hook(self, request: Request, provider: str) -> Answer:
        if request.method != "POST":
            raise Refused(405, "only POST")
        if not self.allowed(request.all("authorization")):
            raise Refused(401, "who is it?")
        note = self.read(provider, self.fields(request), request)
        if note:
            await self.keep(note)
        return Answer(self.accepted if note else 200)

    def shown(self, provider: str, id_: str) -> Answer:
        state = self.state(provider, id_)
        return Answer(200, json.dumps(state).encode()) if state else Answer(404)

    # what is let in and understood

    def allowed(self, given: Sequence[str]) -> bool:
        return len(given) == 1 and hmac.compare_digest(given[0].encode(), self.authorization.encode())

    def fields(self, request: Request) -> Fields:
        value = self.parsed(request.body)
        if not isinstance(value, dict):
            raise Refused(400, "no object")
        return value

    def parsed(self, body: bytes) -> Any:
        try:
            return json.loads(body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise Refused(400, "no JSON") from None

    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        """None for a body that is to be answered and forgotten: the console's test."""
        del request
        return self.clevertap(fields) if provider == "clevertap" else self.reachfive(fields)

    def clevertap(self, fields: Fields) -> Note | None:
        if fields.get("is_test") is True and "Export Request Id" not in fields:
            return None
        status = self.word(fields.get("Status"), self.clevertap_words)
        return Note(
            "clevertap",
            self.identified(fields.get("Export Request Id"), (int, str)),
            status,
            self.clevertap_words[status],
            self.time(fields.get("Date and Time"), self.day_first),
        )

    def reachfive(self, fields: Fields) -> Note:
        status = self.word(fields.get("status"), self.reachfive_words)
        kind, name = fields.get("type", "export"), fields.get("definition_name")
        counts = [fields.get(count) for count in COUNTS]
        if not isinstance(kind, str) or not isinstance(name, str | None):
            raise Refused(422, "no text")
        if any(type(count) not in {int, type(None)} for count in counts):
            raise Refused(422, "no count")
        id_ = self.identified(fields.get("id"), (str,))
        at = self.time(fields.get("updated_at"), self.iso)
        return Note("reachfive", id_, status, self.reachfive_words[status], at, kind, name, tuple(counts))

    def word(self, value: object, known: dict[str, int]) -> str:
        if not isinstance(value, str) or value not in known:
            raise Refused(422, "no such status")
        return value

    def identified(self, value: object, types: tuple[type, ...]) -> str:
        if type(value) not in types or not str(value).strip():
            raise Refused(422, "no id")
        return str(value)

    def time(self, value: object, read: Callable[[str], datetime]) -> str | None:
        if value is None:
            return None
        try:
            return read(value if isinstance(value, str) else "").isoformat()
        except ValueError:
            raise Refused(422, "no such time") from None

    def day_first(self, text: str) -> datetime:
        plain = re.sub(r"[ \u00a0\u202f]+", " ", text).upper()
        return datetime.strptime(plain, "%d/%m/%Y %I:%M:%S %p").replace(tzinfo=self.zone)

    def iso(self, text: str) -> datetime:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    # what is kept

    async def keep(self, note: Note) -> None:
        """Once it returns, the note is on the disk."""
        if self.note(note):
            self.write(note)

    def write(self, note: Note) -> None:
        self.log.write(json.dumps(note._asdict()).encode() + b"\n")
        os.fdatasync(self.log.fileno())

    def note(self, note: Note) -> bool:
        """Whether it is new; what is done about an end is done here, once."""
        if note.kind != "export":
            return False
        whose = (note.provider, note.id)
        told = self.told.setdefault(whose, {})
        if note.same in told:
            return False
        told[note.same] = note
        self.effects[whose] = self.effects.get(whose, 0) + self.acts(note)
        return True

    def acts(self, note: Note) -> int:
        return int(note.weight > 0)

    # what is shown

    def state(self, provider: str, id_: str) -> dict[str, Any] | None:
        told = list(self.told.get((provider, id_), {}).values())
        if not told:
            return None
        latest = self.latest(told)
        starts = sum(not note.weight for note in told)
        facts: dict[str, Any] = {"id": id_, "status": latest.status, "at": latest.at, "name": latest.name}
        facts |= {"effects": self.effects.get((provider, id_), 0), "runs": max(starts, len(told) - starts)}
        return facts | dict(zip(COUNTS, latest.counts, strict=True))

    def latest(self, told: Sequence[Note]) -> Note:
        return max(told, key=lambda note: note.place)


async def serve(receiver: Receiver, port: int, ready: Callable[[int], object], stop: asyncio.Event) -> None:
    """Take connections on this machine until `stop`; `ready` is called with the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        with suppress(asyncio.CancelledError):  # we are at our end
            await receiver.line(reader, writer, receiver.take).serve()

    server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=256)
    ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # what was closed is gone after this


@contextmanager
def listening(receiver: Receiver) -> Iterator[int]:
    """While inside, a thread of this process serves it on a free port, which it gives; then it is closed."""
    ready: Queue[tuple[int, Callable[[], object]]] = Queue()

    async def work() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        await serve(receiver, 0, lambda port: ready.put((port, lambda: loop.call_soon_threadsafe(stop.set))), stop)

    thread = Thread(target=asyncio.run, args=(work(),), daemon=True)
    with closing(receiver):
        thread.start()
        port, end = ready.get(timeout=10)
        try:
            yield port
        finally:
            end()
            thread.join()


def run(made: Callable[[str, Path], Receiver], arguments: Sequence[str] | None = None) -> None:
    """Serve what `made` gives as a process of its own, until SIGTERM."""
    words = argparse.ArgumentParser()
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--log", type=Path, required=True)
    words.add_argument("--authorization", required=True)
    chosen = words.parse_args(arguments)

    async def work() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        with closing(made(chosen.authorization, chosen.log)) as receiver:
            await serve(receiver, chosen.port, lambda port: print(f"listening on {port}", flush=True), stop)  # noqa: T201 - it is read

    asyncio.run(work())


if __name__ == "__main__":
    run(Receiver)
