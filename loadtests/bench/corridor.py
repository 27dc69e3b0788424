"""Measures the corridor from plan to verdict on this machine and prints one table: medians of several runs.

Run it with `make bench` on a quiet machine. Sending needs nginx, as a receiver that does nothing; with wrk the
table shows how near the sender comes to it. Figures are ratios wherever there is something to compare with: this
machine's own Python start, or wrk in the same run.
"""

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from loadtests.bench.null_receiver import null_receiver
from simulator import play
from simulator.authoring import parse_scenario, receiver_at
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Outcome
from simulator.timeline import plan

RUNS = 5
START = datetime(2026, 1, 5, tzinfo=UTC)
FLEET = (
    "scenario: A fleet\nprovider: {partner}\nclock: {{scale: instant}}\nexports:\n  fleet: {{count: {count}{more}}}\n"
)
YEAR = "scenario: A year\nprovider: clevertap\nexports:\n  nightly: {frequency: every 4 hours, runs: 2190}\n"


def main() -> None:
    """Print the table."""
    print(f"Python {sys.version.split()[0]}, median of {RUNS} runs")
    for name, figure in (*_start_up(), *_planning(), _journal(), _year(), *_sending()):
        print(f"  {name:58}{figure}", flush=True)


def _median(work: Callable[[], float]) -> float:
    return statistics.median(work() for _ in range(RUNS))


def _cpu_of(command: list[str]) -> float:
    """CPU seconds of one process: steadier than its wall time on a machine that others use too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _start_up() -> Iterator[tuple[str, str]]:
    python = sys.executable
    bare = _median(lambda: _cpu_of([python, "-c", "pass"]))
    for name, command in {
        "partnersim --version": [python, "-m", "simulator", "--version"],
        "import simulator": [python, "-c", "import simulator"],
        "plan of a small scenario": [python, "-m", "simulator", "plan", "clevertap/one-time-export"],
    }.items():
        _cpu_of(command)  # once before, so that what is compiled is compiled

        def once(command: list[str] = command) -> float:
            return _cpu_of(command)

        yield f"{name}, CPU", f"{_median(once) / bare:.1f} × python -c pass"


def _planning() -> Iterator[tuple[str, str]]:
    count = 50_000
    for partner, more in (("clevertap", ""), ("reachfive", ", definition: Nightly")):
        text = FLEET.format(partner=partner, count=count, more=more)
        timeline = plan(parse_scenario(text, "bench"), receiver_at("http://127.0.0.1/hook"), seed=1, start=START)
        made = count * (2 if partner == "clevertap" else 1)

        def once(timeline: Iterable[Delivery] = timeline, made: int = made) -> float:
            began = time.process_time()
            assert sum(1 for _ in timeline) == made
            return made / (time.process_time() - began)

        yield f"planning {partner}, rendered and validated", f"{_median(once):,.0f} deliveries a CPU second"


def _journal() -> tuple[str, str]:
    text = FLEET.format(partner="clevertap", count=10_000, more="")
    deliveries = [*plan(parse_scenario(text, "bench"), receiver_at("http://127.0.0.1/hook"), seed=1, start=START)]
    head = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 05 Jan 2026 00:00:00 GMT\r\nContent-Length: 2\r\n\r\n"
    answer = Exchange(Outcome.ANSWERED, 200, head, b"ok", 2, "0" * 64, sent=1.0, done=1.1, connection=1)
    sizes = []

    def once() -> float:
        with tempfile.TemporaryDirectory() as folder:
            journal = JournalWriter(Path(folder) / "run.ndjson", {}, lambda text: text)
            began = time.process_time()
            for delivery in deliveries:
                line = journal.intent(delivery, 1, 1.0)
                journal.outcome(line, delivery, answer, late=0.0, final=True)
                journal.flush()
            spent = time.process_time() - began
            sizes.append(journal.path.stat().st_size / len(deliveries))
            return 2 * len(deliveries) / spent

    rate = _median(once)
    return "journal, flushed after every attempt", f"{rate:,.0f} entries a CPU second, {sizes[0]:,.0f} bytes an attempt"


def _year() -> tuple[str, str]:
    def receiver(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    def once() -> float:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "year.yaml").write_text(YEAR, encoding="utf-8")
            began = time.perf_counter()
            report = play(str(Path(folder) / "year.yaml"), receiver, journals=folder)
            assert report.exit_code == 0
            return time.perf_counter() - began

    return "a year of four-hourly exports, in process, judged", f"{_median(once):.2f} s"


def _sending() -> Iterator[tuple[str, str]]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        yield "sending", "not measured: nginx is not installed"
        return
    with tempfile.TemporaryDirectory() as folder, null_receiver(nginx, Path(folder)) as url:
        wrk = shutil.which("wrk")
        fleet = Path(folder) / "fleet.yaml"
        fleet.write_text(FLEET.format(partner="clevertap", count=30_000, more=""), encoding="utf-8")
        rates, ratios = [], []
        for number in range(RUNS):
            command = [sys.executable, "-m", "simulator", "run", str(fleet), "--to", url, "-q"]
            spent = _cpu_of([*command, "--journal", f"{folder}/j{number}"])
            rates.append(60_000 / spent)
            if wrk:
                words = [wrk, "-t1", "-c32", "-d2s", url]
                told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
                ratios.append(60_000 / spent / float(told.partition("Requests/sec:")[2].split()[0]))
        yield (
            "a whole run: planned, sent, journalled, judged",
            f"{statistics.median(rates):,.0f} deliveries a CPU second",
        )
        yield (
            "the same, to wrk's requests a second",
            f"{statistics.median(ratios):.2f}" if wrk else "wrk is not installed",
        )


if __name__ == "__main__":
    main()
