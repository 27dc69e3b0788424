"""Watches, while a load runs, how soon what was acknowledged shows: a few ids a second, read from their answer on.

Only the first notification of an id is followed: what shows of an export that was not there can come of nothing else.
Those that are followed when the last of a load was sent are to the end, while the load is being judged.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from simulator import limits
from simulator.check import status_fits
from simulator.clock import RealClock
from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter
from simulator.load.growing import Tail
from simulator.load.judging.merging import FOLLOWED
from simulator.load.judging.parts import asked_probe
from simulator.load.orders import Orders, planned_for, shard_of
from simulator.load.planned import PlannedLoad
from simulator.model import Observation
from simulator.receiver import Probe, Receiver
from simulator.redaction import Scrub
from simulator.runner.asking import read, subject_of
from simulator.wire import Send
from simulator.wire.sockets import Wire

RATE: Final = 20  # ids that are followed, at most, of those answered in any second
PATIENCE: Final = 10.0  # seconds for which one is
_AT_ONCE: Final = 100  # ids: beyond that none is begun
_BEFORE: Final = 20  # deliveries of each scenario whose ids are read before anything is sent
_LOOK: Final = 0.02  # seconds between two looks at the shards
_SHARES: Final = 1 << 20
_STOPPED: Final = "followed.stopped"  # a file of the folder: why nothing was followed any more, where that went wrong


@asynccontextmanager
async def following(
    folder: Path,
    orders: Orders,
    receiver: Receiver,
    *,
    environment: Mapping[str, str] | None = None,
    allow: frozenset[str] = frozenset(),
    workers: int | None = None,
) -> AsyncIterator[None]:
    """While inside, a load is followed. Where that goes wrong, `stopped` says why, and nothing else comes of it.

    Only the first `workers` are, where that is given: what those of other machines write comes here too late to tell
    how soon something showed.
    """
    ready = asyncio.Event()

    async def watched() -> None:
        try:
            await follow(
                folder, orders, receiver, environment=environment, allow=allow, workers=workers, ready=ready.set
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the load is sent and judged without it
            with suppress(OSError):
                (folder / _STOPPED).write_text(f"{type(error).__name__}: {' '.join(str(error).split())}", "utf-8")

    task = asyncio.create_task(watched())
    waiting = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        waiting.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def stopped(folder: Path) -> str:
    """Why a load was followed no longer, where that went wrong; else ""."""
    try:
        return (folder / _STOPPED).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def followed(folder: Path) -> Iterable[Observation]:
    """What was seen until now, also while it is still being followed; nothing where it never was."""
    try:
        return list(Journal.open(folder / FOLLOWED).observations())
    except StorageError:
        return ()


async def follow(
    folder: Path,
    orders: Orders,
    receiver: Receiver,
    *,
    environment: Mapping[str, str] | None = None,
    allow: frozenset[str] = frozenset(),
    workers: int | None = None,
    ready: Callable[[], object] = lambda: None,
) -> None:
    """Read along until cancelled; what was seen stands in the folder then, where `judged` finds it.

    A few ids are read before anything is sent; then `ready` is called. Nothing is done where the receiver has no
    probe.

    Raises:
        StorageError: the folder cannot be written.
    """
    probe = asked_probe(receiver)
    if probe is None:
        return
    _, loads, secrets = planned_for(orders, receiver, environment or {})
    writer = JournalWriter(folder / FOLLOWED, {"load_test": True}, Scrub(secrets))
    clock = RealClock()
    follower = _Follower(loads=loads, receiver=receiver, probe=probe, writer=writer, seed=orders.seed, clock=clock)
    send = Wire(follower.now, tls=receiver.tls, allow=allow)
    tails = [Tail(shard_of(folder, number)) for number in range(workers or orders.workers)]
    try:
        await follower.before(send)
        ready()
        while True:
            for tail in tails:
                for entry in tail.entries():
                    follower.heard(entry, tail.open, send)
            writer.flush()
            if follower.failed:
                raise follower.failed
            await clock.until(clock.now() + _LOOK)
    finally:
        await follower.stop()
        await send.close()
        writer.flush()


class AtMost:
    """So many in any second, and no more."""

    def __init__(self, number: int) -> None:
        self._taken: deque[float] = deque(maxlen=number)

    def takes(self, now: float) -> bool:
        """Whether there is room for one now; then it is taken."""
        taken = self._taken
        if len(taken) == taken.maxlen and now - taken[0] < 1.0:
            return False
        taken.append(now)
        return True


@dataclass(kw_only=True)
class _Follower:
    loads: tuple[PlannedLoad, ...]
    receiver: Receiver
    probe: Probe
    writer: JournalWriter
    seed: int
    clock: RealClock
    _room: AtMost = field(default_factory=lambda: AtMost(RATE))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)
    _began: float | None = None  # of the clock: when the load did, as its entries tell
    failed: BaseException | None = None  # what following one of them came to, where that went wrong

    def now(self) -> float:
        """Seconds since the load began."""
        return self.clock.now() - (self._began or 0.0)

    async def before(self, send: Send) -> None:
        """Read the first few ids of each scenario: what is there already proves nothing."""
        for load in self.loads:
            name = load.lives.timeline.provider.name
            first = {one.id: one for one in islice(load.share(0, 1), _BEFORE) if one.id and one.genuine}
            subjects = [
                subject_of(self.probe, name, id_=id_, definition_id=one.definition_id, export=one.export, run=one.run)
                for id_, one in first.items()
            ]
            for seen in await asyncio.gather(*(read(send, self.probe, one, "before", lambda: 0.0) for one in subjects)):
                self.writer.observation(seen)
        self.writer.flush()

    def heard(self, entry: tuple[int, Mapping[str, Any]], open_: dict[int, Mapping[str, Any]], send: Send) -> None:
        """An entry of a shard came."""
        line, told = entry
        if told["kind"] == "intent":
            began = self.clock.now() - told["wall"]
            self._began = began if self._began is None else min(self._began, began)
            if self._chosen(told["id"]) and told["id"] not in self._met:
                self._met.add(told["id"])
                if told["valid"] and told["credentials"] == "right" and not told["fault"] and told["status"]:
                    open_[line] = told
        elif told["kind"] == "outcome" and (intent := open_.pop(told["of"], None)) is not None:
            provider = self._load(intent["n"]).lives.timeline.provider
            accepted = self.receiver.accepts(provider.acknowledged_by)
            acknowledged = told["outcome"] == "answered" and status_fits(told["status"], accepted)
            if acknowledged and len(self._tasks) < _AT_ONCE and self._room.takes(self.clock.now()):
                task = asyncio.create_task(self._watch(intent, provider.name, send))
                self._tasks.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.failed = error

    async def stop(self) -> None:
        """Follow nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, intent: Mapping[str, Any], provider: str, send: Send) -> None:
        subject = subject_of(
            self.probe,
            provider,
            id_=intent["id"],
            definition_id=intent["definition_id"],
            export=intent["export"],
            run=intent["run"],
        )
        began = self.clock.now()
        while True:
            seen = await read(send, self.probe, subject, "after", self.now)
            self.writer.observation(seen)
            passed = self.clock.now() - began
            if seen.present or passed > PATIENCE:
                return
            await self.clock.until(self.clock.now() + max(limits.PROBE_PAUSE, passed / 10))

    def _chosen(self, id_: str) -> bool:
        """Spread over the whole load where it is known beforehand; a closed model is not."""
        a_second = sum(one.count / one.seconds for one in self.loads)
        share = min(RATE / a_second, 1.0)
        return zlib.crc32(f"{self.seed} {id_}".encode(errors="backslashreplace")) % _SHARES < share * _SHARES

    def _load(self, number: int) -> PlannedLoad:
        return next(one for one in self.loads if number <= one.last_number)
