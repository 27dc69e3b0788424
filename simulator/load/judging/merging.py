"""Puts the journals of a load's workers together into one, a line at a time: entries in order of their moments."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from simulator.clock import utc_now
from simulator.errors import StorageError
from simulator.journal import FORMAT, JournalWriter
from simulator.load.orders import Planned, shard_of
from simulator.model import Lateness, Outcome, Share
from simulator.redaction import Scrub

MERGED: Final = "load.ndjson"
FOLLOWED: Final = "followed.readings"
"""What was seen of the receiver's state while the load ran: observations alone, in a journal of their own."""

BEGAN: Final = "began"
"""The note in each worker's journal whose detail says when the load did, in epoch seconds: the same in all of them."""


class Entry(NamedTuple):
    """A line of a shard. `moment` never goes back in one shard."""

    moment: float
    worker: int
    line: int
    data: bytes
    told: Mapping[str, Any]


@dataclass(kw_only=True)
class Merged:
    """The journal that a load's shards became; the writer is open still, for what is read of the receiver's state.

    `due` has for each second of the load how many deliveries were planned for it; of one that ended early, only up to
    its end. `answered` is the moment of the last answer and `ended` that of the last entry, in seconds since the load
    began; `began` is that in epoch seconds, None where no journal tells.
    """

    writer: JournalWriter
    shares: tuple[Share, ...]
    due: Mapping[int, int]
    answered: float
    ended: float
    began: float | None
    reached: bool

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.writer.path

    def now_is(self) -> float:
        """How many seconds ago the load began."""
        now = self.ended if self.began is None else utc_now().timestamp() - self.began
        return max(now, self.ended)

    def close(self, now: float, lateness: Lateness) -> None:
        """Write the end of the journal."""
        self.writer.close(
            now,
            deliveries=self.sent,
            attempts=sum(one.sent for one in self.shares),
            complete=self.planned == self.sent,
            reached=self.reached,
            lateness=lateness,
        )

    @property
    def planned(self) -> int:
        """How many deliveries there were to be."""
        return sum(one.planned for one in self.shares)

    @property
    def sent(self) -> int:
        """How many of them left."""
        return sum(one.sent for one in self.shares)


@dataclass
class _Worker:
    """What one shard told until now."""

    begun: int = 0  # deliveries
    skipped: int = 0
    footer: bool = False
    headed: bool = False
    noted: float | None = None  # when the load began, in epoch seconds
    age: float | None = None  # the same, as the file's own time tells; only of one that began to send
    lines: dict[int, int] = field(default_factory=dict)  # of intents without an outcome yet: theirs → the new one


def merged(folder: Path, planned: Planned, workers: int, header: Mapping[str, Any], *, closed: bool = False) -> Merged:
    """The shards of a folder as one journal, `load.ndjson`, and each worker's share of what was planned.

    A shard may be missing or end early: then its worker is one that was lost. Of each only what waits for its outcome
    is held in memory. In a closed model nobody planned how many there would be: as many as were begun.

    Raises:
        StorageError: a shard has something else than entries, or the new journal cannot be written.
    """
    begun = _begun(folder, workers)
    writer = JournalWriter(folder / MERGED, {**header, **begun}, Scrub(planned.secrets))
    told = [_Worker() for _ in range(workers + 1)]  # and whoever read along
    shards = [_entries(shard_of(folder, number), number, told[number]) for number in range(workers)]
    shards.append(_entries(folder / FOLLOWED, workers, told[workers]))
    answered, ended, reached = 0.0, 0.0, False
    due: dict[int, int] = {}
    for count, one in enumerate(merge(*shards, key=lambda one: (one.moment, one.worker, one.line))):
        try:
            _write(writer, one, told[one.worker])
            if closed and one.told["kind"] == "intent":
                due[int(one.told["due"])] = due.get(int(one.told["due"]), 0) + 1
            if one.told["kind"] == "outcome" and (outcome := Outcome(one.told["outcome"])) is not Outcome.SKIPPED:
                answered = one.moment
                reached = reached or outcome.reached
        except (KeyError, TypeError, ValueError) as error:
            path = shard_of(folder, one.worker) if one.worker < workers else folder / FOLLOWED
            raise _no_entry(path, one.line, error) from error
        ended = max(ended, one.moment)
        if count % 1000 == 0:
            writer.flush()
    writer.flush()
    until = math.floor(ended) + 1.0  # nothing that was due after this was sent
    shares = tuple(
        _share(None if closed else planned, number, workers, told[number], due, until) for number in range(workers)
    )
    began = _first(one.noted for one in told)
    if began is None:
        began = _first(one.age for one in told[:workers])
    return Merged(writer=writer, shares=shares, due=due, answered=answered, ended=ended, began=began, reached=reached)


def untold(folder: Path, workers: Iterable[int]) -> frozenset[str]:
    """All ids that those of these workers told of whose journals have no end: what they sent last may not be in it.

    That is so of workers of other machines alone: one of this machine writes an intent down before it sends anything.

    Raises:
        StorageError: a shard has something else than entries.
    """
    found: set[str] = set()
    for number in workers:
        ids: set[str] = set()
        for _, _, one in _lines(shard_of(folder, number)):
            if one["kind"] == "intent":
                ids.add(str(one.get("id", "")))
            elif one["kind"] == "footer":
                ids.clear()
        found |= ids
    return frozenset(found - {""})


def _begun(folder: Path, workers: int) -> dict[str, Any]:
    """When the first of the workers began, as a header says it; nothing where no shard says so."""
    firsts = (next(_lines(shard_of(folder, number)), None) for number in range(workers))
    told = [first[2]["started"] for first in firsts if first is not None and "started" in first[2]]
    return {"started": min(told)} if told else {}


def _first(moments: Iterable[float | None]) -> float | None:
    return min((one for one in moments if one is not None), default=None)


def _write(writer: JournalWriter, one: Entry, worker: _Worker) -> None:
    told = one.told
    match told["kind"]:
        case "intent":
            worker.begun += told["attempt"] == 1
            worker.lines[one.line] = writer.copied(one.data)
        case "outcome":
            worker.skipped += told["outcome"] == "skipped"
            of = worker.lines.pop(told["of"], None)
            if of is not None:
                writer.copied(orjson.dumps({**told, "of": of}, option=orjson.OPT_APPEND_NEWLINE))
        case "footer":
            worker.footer = True
        case other:
            if other == "note" and told["what"] == BEGAN:
                worker.noted = float(told["detail"])
            writer.copied(one.data)


def _share(
    planned: Planned | None, number: int, workers: int, worker: _Worker, due: dict[int, int], until: float
) -> Share:
    tallies = [one.tally(number, workers, until) for one in planned.loads] if planned else []
    for second, more in (each for one in tallies for each in one.due.items()):
        due[second] = due.get(second, 0) + more
    count = sum(one.planned for one in tallies) if planned else worker.begun
    lost = (
        ""
        if worker.footer or (planned and not count)
        else "its journal has no end"
        if worker.headed
        else "it wrote no journal"
    )
    return Share(worker=number, planned=count, sent=worker.begun - worker.skipped, lost=lost)


def _entries(path: Path, number: int, worker: _Worker) -> Iterator[Entry]:
    """The entries of a shard behind its header; none where there is no shard. A line cut short is not one."""
    latest = 0.0
    for line, data, told in _lines(path):
        if line == 1:
            if told["kind"] != "header" or told.get("format") != FORMAT:
                raise StorageError(f"{path} is no journal of this version", "send and judge with one partnersim")
            worker.headed = True
            continue
        latest = max(latest, _moment(path, line, told))
        yield Entry(latest, number, line, data, told)
    if worker.begun:
        worker.age = path.stat().st_mtime - latest  # nobody touches it but who writes its entries


def _lines(path: Path) -> Iterator[tuple[int, bytes, Mapping[str, Any]]]:
    line = 0
    try:
        with path.open("rb") as file:
            for line, data in enumerate(file, start=1):
                if not data.endswith(b"\n"):
                    return
                told = orjson.loads(data)
                if not isinstance(told, dict) or "kind" not in told:
                    raise ValueError("not an entry")
                yield line, data, told
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"cannot read the journal {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise _no_entry(path, line, error) from error


def _moment(path: Path, line: int, told: Mapping[str, Any]) -> float:
    try:
        return float(told["done"] if told["kind"] in {"outcome", "observation"} else told["wall"])
    except (KeyError, TypeError, ValueError) as error:
        raise _no_entry(path, line, error) from error


def _no_entry(path: Path, line: int, error: Exception) -> StorageError:
    return StorageError(f"{path}: line {line} is no journal entry: {error!r}", "something else wrote there: load again")
