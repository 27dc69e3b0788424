"""Which exports of a load are followed, and how: read from the answer on until they show.

Of an id it is the first notification that is not to be refused: what shows of an export that was not there can come of
nothing else.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, NamedTuple

from simulator import limits
from simulator.check import status_fits
from simulator.clock import RealClock
from simulator.journal import JournalWriter
from simulator.load.demands import Demand, Demands
from simulator.load.planned import PlannedLoad
from simulator.receiver import Probe, Receiver
from simulator.runner.asking import read, subject_of
from simulator.wire import Send

RATE: Final = 20  # ids that are followed, at most, of those answered in any second
PATIENCE: Final = 10.0  # seconds for which one is
_AT_ONCE: Final = 100  # ids: beyond that none is begun
_BEFORE: Final = 20  # deliveries of each scenario whose ids are read before anything is sent
_SHARES: Final = 1 << 20


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


class _Sending(NamedTuple):
    """An intent, as far as it says what its answer is to be."""

    step: str
    export: str
    event: str
    genuine: bool
    credentials: str


def _genuine(intent: Mapping[str, Any]) -> bool:
    """Whether the partner itself would send it."""
    return bool(intent["valid"] and intent["credentials"] == "right" and not intent["fault"])


@dataclass(kw_only=True)
class Follower:
    """Follows the ids that it hears of, where there is room."""

    loads: tuple[PlannedLoad, ...]
    receiver: Receiver
    probe: Probe
    writer: JournalWriter
    seed: int
    clock: RealClock
    _room: AtMost = field(default_factory=lambda: AtMost(RATE))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _met: set[str] = field(default_factory=set)
    _demands: dict[int, Demands] = field(default_factory=dict)  # by the last number of a load
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
                demand = self._demand(told)
                if demand is not Demand.NO:
                    self._met.add(told["id"])
                if demand is Demand.YES and _genuine(told) and told["status"]:
                    open_[line] = told
        elif told["kind"] == "outcome" and (intent := open_.pop(told["of"], None)) is not None:
            provider = self._load(intent["n"]).lives.timeline.provider
            accepted = self.receiver.accepts(provider.acknowledged_by)
            acknowledged = told["outcome"] == "answered" and status_fits(told["status"], accepted)
            if acknowledged and len(self._tasks) < _AT_ONCE and self._room.takes(self.clock.now()):
                task = asyncio.create_task(self._watch(intent, provider.name, send))
                self._tasks.add(task)
                task.add_done_callback(self._ended)

    def _demand(self, intent: Mapping[str, Any]) -> Demand:
        load = self._load(intent["n"])
        if load.last_number not in self._demands:
            self._demands[load.last_number] = load.demands(self.receiver)
        one = _Sending(intent["step"], intent["export"], intent["event"], _genuine(intent), intent["credentials"])
        return self._demands[load.last_number].of(one)

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
