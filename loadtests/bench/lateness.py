"""Measures how late a schedule's requests leave: `python -m loadtests.bench.lateness [--rate 5000] [--seconds 10]`.

One core sends, the other receives (nginx). The largest figure is the machine's own: it may take the core away for a
while, so it is shown and says little.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from loadtests.bench.cores import cores, held_to
from loadtests.bench.null_receiver import null_receiver
from loadtests.bench.playing import planned, played


def main() -> None:
    """Print a line."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--rate", type=int, default=5000, help="requests a second")
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--runs", type=int, default=3, help="the median of each figure counts")
    options = asked.parse_args()
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        sys.exit("lateness: not measured, nginx is not installed")
    count = options.rate * options.seconds
    text = (
        f"scenario: A schedule\nprovider: reachfive\nclock: {{scale: real}}\nexports:\n"
        f"  fleet: {{definition: Nightly, takes: 0s, count: {count}, apart: {1000 / options.rate:.6f}ms}}\n"
    )
    with tempfile.TemporaryDirectory() as folder, null_receiver(nginx, Path(folder), core=cores()[-1]) as url:
        scenario, deliveries = planned(text, url)
        with held_to(cores()[0]):
            runs = [played(scenario, deliveries, url, scale="real") for _ in range(options.runs)]
    late = [run.lateness for run in runs]
    told = {name: statistics.median(getattr(one, name) for one in late) * 1000 for name in ("p50", "p99", "max")}
    busy = statistics.median(run.cpu for run in runs) / options.seconds
    print(f"{options.rate:,} a second for {options.seconds} s, median of {options.runs} runs of {count:,} requests")
    print(f"  left late by {told['p50']:.3f} ms (p50), {told['p99']:.3f} ms (p99), {told['max']:.1f} ms at most")
    print(f"  with {busy:.0%} of one core; sent {min(run.attempts for run in runs):,} of {count:,}")


if __name__ == "__main__":
    main()
