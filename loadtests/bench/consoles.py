"""A service that has a thousand exports: one week of the story moved, and one at a pace, against a receiver of nothing.

A notification is late when its first byte left more than a second after it could have; what waits for an answer of the
receiver is not late. How far the sending was behind the story's clock, whosever fault it was, is told beside it, and
on stderr what the service did when it stood still: an answer that it did not read meanwhile looks like one that has
not come.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import MISSING, null_receiver
from loadtests.bench.stalls import STALL, Watch, watched
from simulator.console.clevertap.exports import NewExport
from simulator.console.desk import Desk, running
from simulator.console.ledger import Wanted
from simulator.console.settings import DeskSettings
from simulator.journal import Journal
from simulator.model import Attempt

EXPORTS: Final = 1_000
START: Final = datetime(2026, 1, 5, tzinfo=UTC)
SCALE: Final = 7200.0  # story seconds in a second: a week takes 84 s
WEEK: Final = 84.0  # seconds at that pace
LATE: Final = 1.0  # seconds
PATIENCE: Final = 60.0  # seconds
TOLD: Final = 5  # of the latest, and of the longest stalls


class Lived(NamedTuple):
    """What one service did: how much was sent in how many seconds, how late, and what it needed of the memory."""

    total: int
    took: float
    late: list[float]  # seconds, in order
    behind: list[float]  # seconds behind the story's clock, in order; empty where that was moved
    grown: float  # megabytes


def figures(asked: Asked) -> Iterator[Figure]:
    """What became of all, how late it was, and by how much the service grew."""
    seconds = asked.lasting(WEEK)
    for pace, scale in (("moved", None), (f"at {SCALE:,.0f} times its pace", SCALE)):
        with null_receiver() as receiver:
            if receiver is None:
                yield Figure(what=pace, runs=(), unit="", note=MISSING)
                continue
            lives = [_life(receiver.url, seconds * SCALE, scale) for _ in range(asked.runs)]
        yield from _told(f"{seconds * SCALE / 86400:.3g} days {pace}", lives)


def _told(pace: str, lives: list[Lived]) -> Iterator[Figure]:
    rate = tuple(one.total / one.took for one in lives)
    yield Figure(what=f"{pace}: {lives[0].total:,} notifications", runs=rate, unit="a second")
    overdue = tuple(float(sum(late > LATE for late in one.late)) for one in lives)
    yield Figure(what=f"{pace}: late by more than {LATE:g} s", runs=overdue, unit="", at_most=0.0)
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        late = tuple(_at(share, one.late) * 1000 for one in lives)
        yield Figure(what=f"{pace}: late, {name}", runs=late, unit="ms")
    if all(one.behind for one in lives):
        behind = tuple(_at(0.99, one.behind) * 1000 for one in lives)
        yield Figure(what=f"{pace}: behind the story, p99", runs=behind, unit="ms")
    yield Figure(what=f"{pace}: memory grew by", runs=tuple(one.grown for one in lives), unit="MB")


def _at(share: float, ordered: list[float]) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _life(url: str, story: float, scale: float | None) -> Lived:
    """One service, from its first moment to `story` seconds after it; moved there where there is no scale."""
    end = START.timestamp() + story
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(DeskSettings(folder=folder, seed=1, start=START.timestamp(), held=True)) as desk:
            _set_up(desk, url)
            before = _memory()
            with watched(desk.do) as watch:
                began = time.perf_counter()
                if scale is None:
                    desk.await_(lambda: desk.advance(by=story))
                else:
                    _let_pass(desk, end, scale)
                took = time.perf_counter() - began
            grown = _memory() - before
            total, sent = desk.do(lambda: desk.ledger.page(Wanted(), 0, 1_000_000))
        _tell_stalls(watch, began)
        behind = [] if scale is None else _behind(folder, scale, watch, began)
    return Lived(total, took, sorted(one.late for one in sent), behind, grown)


def _let_pass(desk: Desk, end: float, scale: float) -> None:
    desk.do(lambda: desk.set_clock(held=False, scale=scale))
    while desk.do(desk.clock).now < end:
        time.sleep(0.2)
    desk.do(lambda: desk.set_clock(held=True))
    until = time.perf_counter() + PATIENCE  # what waits for its turn is sent even so
    while time.perf_counter() < until and desk.do(partial(_is_open, desk)):
        time.sleep(0.2)


def _is_open(desk: Desk) -> bool:
    return bool(desk.ledger.open())


def _set_up(desk: Desk, url: str) -> None:
    desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": url}))
    desk.do(lambda: desk.clevertap.account.enable_alerts("ours"))
    for number in range(EXPORTS):
        starts = START.timestamp() + 1.0 + number * 14.0  # spread over four hours
        new = NewExport(frequency="every 4 hours", starts_at=starts)
        desk.do(partial(desk.clevertap.create_export, new))


def _behind(folder: Path, scale: float, watch: Watch, began: float) -> list[float]:
    """How far the sending was behind the story; of the latest it is told what the loop did meanwhile."""
    attempts = [one for path in (folder / "journals").iterdir() for one in Journal.open(path).attempts()]
    attempts = [one for one in attempts if one.event != "test"]
    falls_due = {one.number: one.due / scale for one in attempts}  # seconds since the first moment of the story
    zero = min((one.sent - falls_due[one.number] for one in attempts), default=0.0)  # of the journal's clock
    for one in sorted((one for one in attempts if one.late > LATE), key=lambda one: -one.late)[:TOLD]:
        _tell_late(one, falls_due[one.number], one.sent - zero, watch, began)
    return sorted(one.sent - zero - falls_due[one.number] for one in attempts)


def _tell_late(one: Attempt, due: float, left: float, watch: Watch, began: float) -> None:
    stalls = [stall for stall in watch.stalls if stall.began - began < left and stall.ended - began > due]
    what = "; ".join(map(str, stalls)) or "the loop did not stand still: it waited in its lane"
    print(f"    late: due at {due:.2f} s, left at {left:.2f} s, late by {one.late:.2f} s: {what}", file=sys.stderr)


def _tell_stalls(watch: Watch, began: float) -> None:
    longest = sorted(watch.stalls, key=lambda one: one.began - one.ended)[:TOLD]
    if not longest:
        return
    print(f"    stood still {len(watch.stalls)} times, for more than {STALL:g} s; the longest:", file=sys.stderr)
    for stall in longest:
        print(f"      at {stall.began - began:.2f} s for {stall}", file=sys.stderr, flush=True)


def _memory() -> float:
    """Megabytes this process has now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
