"""How fast the journal is written, flushed after every attempt, and how large it grows."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.playing import fleet, planned
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Outcome

_HEAD: Final = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 05 Jan 2026 00:00:00 GMT\r\nContent-Length: 2\r\n\r\n"
_ANSWER: Final = Exchange(Outcome.ANSWERED, 200, _HEAD, b"ok", 2, "0" * 64, sent=1.0, done=1.1, connection=1)


def figures(asked: Asked) -> Iterator[Figure]:
    """Entries a CPU second, and bytes an attempt (intent and outcome)."""
    deliveries = planned(fleet("clevertap", 10_000), "http://127.0.0.1/hook")[1]
    runs = [_once(deliveries) for _ in range(asked.runs)]
    yield Figure(what="entries", runs=tuple(one for one, _ in runs), unit="a CPU second", at_least=50_000.0)
    yield Figure(what="an attempt", runs=tuple(one for _, one in runs), unit="bytes", at_most=1_536.0)


def _once(deliveries: Sequence[Delivery]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        journal = JournalWriter(Path(folder) / "run.ndjson", {}, lambda text: text)
        began = time.process_time()
        for delivery in deliveries:
            line = journal.intent(delivery, 1, 1.0)
            journal.outcome(line, delivery, _ANSWER, late=0.0, final=True)
            journal.flush()
        spent = time.process_time() - began
        return 2 * len(deliveries) / spent, journal.path.stat().st_size / len(deliveries)
