"""Measures a service that has a thousand exports: one week of the story moved, and one at a pace, on this machine.

Run it with `make bench`; it needs nginx, as a receiver that does nothing. A notification is late when its first
byte left more than a second after it could have; what waits for an answer of the receiver is not late. How far the
sending was behind the story's clock, whosever fault it was, is told beside it, and what the service did when it stood
still: an answer that it did not read meanwhile looks like one that has not come.
"""

import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from loadtests.bench.null_receiver import null_receiver
from loadtests.bench.stalls import STALL, Watch, watched
from simulator.console.clevertap.exports import NewExport
from simulator.console.desk import Desk, running
from simulator.console.ledger import Wanted
from simulator.console.settings import DeskSettings
from simulator.journal import Journal
from simulator.model import Attempt

EXPORTS = 1_000
START = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = timedelta(days=7)
SCALE = 7200.0  # story seconds in a second: a week takes 84 s
LATE = 1.0  # seconds
PATIENCE = 60.0  # seconds
TOLD = 5  # of the latest, and of the longest stalls


def main() -> None:
    """Print the table."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        sys.exit("not measured: nginx is not installed")
    print(f"Python {sys.version.split()[0]}, {EXPORTS:,} four-hourly exports, one week of the story")
    with tempfile.TemporaryDirectory() as folder, null_receiver(nginx, Path(folder)) as url:
        for name, scale in (("moved", None), (f"at {SCALE:,.0f} times its pace", SCALE)):
            _week(Path(folder) / name.partition(" ")[0], url, name, scale)


def _week(folder: Path, url: str, name: str, scale: float | None) -> None:
    settings = DeskSettings(folder=folder, seed=1, start=START.timestamp(), held=True)
    with running(settings) as desk:
        _set_up(desk, url)
        before = _memory()
        with watched(desk.do) as watch:
            began = time.perf_counter()
            if scale is None:
                desk.await_(lambda: desk.advance(by=WEEK.total_seconds()))
            else:
                desk.do(lambda: desk.set_clock(held=False, scale=scale))
                while desk.do(desk.clock).now < (START + WEEK).timestamp():
                    time.sleep(0.2)
                desk.do(lambda: desk.set_clock(held=True))
                until = time.perf_counter() + PATIENCE  # what waits for its turn is sent even so
                while time.perf_counter() < until and desk.do(partial(_is_open, desk)):
                    time.sleep(0.2)
            took = time.perf_counter() - began
        after = _memory()
        total, sent = desk.do(lambda: desk.ledger.page(Wanted(), 0, 1_000_000))
    late = sorted(one.late for one in sent)
    ends = {outcome: sum(one.outcome == outcome for one in sent) for outcome in {one.outcome for one in sent}}
    print(f"  {name}: {total:,} notifications in {took:.1f} s, ended {ends}", flush=True)
    print(f"    late by more than {LATE:g} s: {sum(one > LATE for one in late)}; {_figures(late)}")
    print(f"    memory {before:.0f} MB before, {after:.0f} MB after")
    _tell_stalls(watch, began)
    if scale is not None:
        attempts = [one for path in (folder / "journals").iterdir() for one in Journal.open(path).attempts()]
        _tell_late([one for one in attempts if one.event != "test"], scale, watch, began)


def _is_open(desk: Desk) -> bool:
    return bool(desk.ledger.open())


def _set_up(desk: Desk, url: str) -> None:
    desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": url}))
    desk.do(lambda: desk.clevertap.account.enable_alerts("ours"))
    for number in range(EXPORTS):
        starts = START.timestamp() + 1.0 + number * 14.0  # spread over four hours
        new = NewExport(frequency="every 4 hours", starts_at=starts)
        desk.do(partial(desk.clevertap.create_export, new))


def _tell_late(attempts: list[Attempt], scale: float, watch: Watch, began: float) -> None:
    """What fell due when, how far the sending was behind the story, and whether the loop stood still then."""
    falls_due = {one.number: one.due / scale for one in attempts}  # seconds since the first moment of the story
    zero = min(one.sent - falls_due[one.number] for one in attempts)  # of the journal's clock
    behind = sorted(one.sent - zero - falls_due[one.number] for one in attempts)
    print(f"    behind the story's clock, whosever fault it is: {_figures(behind)}")
    for one in sorted((one for one in attempts if one.late > LATE), key=lambda one: -one.late)[:TOLD]:
        due, left = falls_due[one.number], one.sent - zero
        stalls = [stall for stall in watch.stalls if stall.began - began < left and stall.ended - began > due]
        what = "; ".join(map(str, stalls)) or "the loop did not stand still: it waited in its lane"
        print(f"    late: due at {due:.2f} s, left at {left:.2f} s, late by {one.late:.2f} s: {what}")


def _tell_stalls(watch: Watch, began: float) -> None:
    longest = sorted(watch.stalls, key=lambda one: one.began - one.ended)[:TOLD]
    print(f"    the loop stood still {len(watch.stalls)} times, for more than {STALL:g} s; the longest:")
    for stall in longest:
        print(f"      at {stall.began - began:.2f} s for {stall}", flush=True)


def _figures(ordered: list[float]) -> str:
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {ordered[-1] * 1000:.0f} ms"


def _memory() -> float:
    """Megabytes this process has now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
