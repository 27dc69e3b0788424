"""Measures a service that has a thousand exports: one week of the story moved, and one at a pace, on this machine.

Run it with `make bench`; it needs nginx, as a receiver that does nothing. A notification is late when its first
byte left more than a second after it could have; what waits for an answer of the receiver is not late.
"""

import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from loadtests.bench.null_receiver import null_receiver
from simulator.console.clevertap.exports import NewExport
from simulator.console.desk import running
from simulator.console.ledger import Wanted
from simulator.console.settings import DeskSettings

EXPORTS = 1_000
START = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = timedelta(days=7)
SCALE = 7200.0  # story seconds in a second: a week takes 84 s
LATE = 1.0  # seconds


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
        desk.await_(lambda: desk.clevertap.create_webhook({"name": "ours", "url": url}))
        desk.do(lambda: desk.clevertap.account.enable_alerts("ours"))
        for number in range(EXPORTS):
            starts = START.timestamp() + 1.0 + number * 14.0  # spread over four hours
            new = NewExport(frequency="every 4 hours", starts_at=starts)
            desk.do(partial(desk.clevertap.create_export, new))
        before, began = _memory(), time.perf_counter()
        if scale is None:
            desk.await_(lambda: desk.advance(by=WEEK.total_seconds()))
        else:
            desk.do(lambda: desk.set_clock(held=False, scale=scale))
            while desk.do(desk.clock).now < (START + WEEK).timestamp():
                time.sleep(0.2)
            desk.do(lambda: desk.set_clock(held=True))
            time.sleep(1.0)
        took = time.perf_counter() - began
        after = _memory()
        total, sent = desk.do(lambda: desk.ledger.page(Wanted(), 0, 1_000_000))
        late = sorted(one.late for one in sent)
        ends = {outcome: sum(one.outcome == outcome for one in sent) for outcome in {one.outcome for one in sent}}
        print(f"  {name}: {total:,} notifications in {took:.1f} s, ended {ends}", flush=True)
        print(
            f"    late by more than {LATE:g} s: {sum(one > LATE for one in late)}; "
            f"p50 {late[len(late) // 2] * 1000:.1f} ms, p99 {late[int(len(late) * 0.99)] * 1000:.1f} ms, "
            f"max {late[-1] * 1000:.0f} ms"
        )
        print(f"    memory {before:.0f} MB before, {after:.0f} MB after")


def _memory() -> float:
    """Megabytes this process has now."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
