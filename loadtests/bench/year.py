"""A year of an export that runs every four hours, in virtual time, played to a receiver in this process and judged."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from loadtests.bench.figures import Asked, Figure
from simulator import play

_YEAR: Final = "scenario: A year\nprovider: clevertap\nexports:\n  nightly: {frequency: every 4 hours, runs: 2190}\n"


def figures(asked: Asked) -> Iterator[Figure]:
    """Seconds by the clock."""
    runs = tuple(_once() for _ in range(asked.runs))
    yield Figure(what="4,380 notifications, in process, judged", runs=runs, unit="s", at_most=2.0)


def _once() -> float:
    def receiver(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "year.yaml").write_text(_YEAR, encoding="utf-8")
        began = time.perf_counter()
        report = play(str(Path(folder) / "year.yaml"), receiver, journals=folder)
        assert report.exit_code == 0
        return time.perf_counter() - began
