"""A whole run as the command line has it: planned, sent to nginx, journalled, judged."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import MISSING, null_receiver
from loadtests.bench.playing import fleet
from loadtests.bench.spending import spent_by


def figures(asked: Asked) -> Iterator[Figure]:
    """Deliveries a CPU second of the whole process, its start counted in."""
    exports = round(10_000 * asked.lasting(3.0))
    name = f"{2 * exports:,} deliveries"
    with tempfile.TemporaryDirectory() as folder, null_receiver() as receiver:
        if receiver is None:
            yield Figure(what=name, runs=(), unit="a CPU second", note=MISSING)
            return
        scenario = Path(folder) / "fleet.yaml"
        scenario.write_text(fleet("clevertap", exports), encoding="utf-8")
        command = [sys.executable, "-m", "simulator", "run", str(scenario), "--to", receiver.url, "-q", "--journal"]
        runs = tuple(2 * exports / spent_by([*command, f"{folder}/{number}"])[1] for number in range(asked.runs))
    yield Figure(what=name, runs=runs, unit="a CPU second")
