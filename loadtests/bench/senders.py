"""Measures senders of webhooks side by side against a receiver that does nothing, and prints one table of ratios.

    python -m loadtests.bench.senders [--runs 3] [--seconds 3]

Each sender is a process of its own, held to one core; the receiver (nginx, one worker) has the other. All send the same
POST on 32 kept connections (requests on one). What is compared is requests for a second of the sender's own CPU time:
that is what it costs to send one, whatever else the machine does meanwhile. Tools that are not installed are left out,
and named. wrk and hey are Debian packages, autocannon comes by npm, aiohttp by pip.
"""

import argparse
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.cores import cores, held_to
from loadtests.bench.null_receiver import null_receiver

CONNECTIONS: Final = 32
BODY: Final = (
    '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed","Frequency":'
    '"Every 4 Hours","Date and Time":"05/01/2026 12:09:20 AM"}'
)
HEADERS: Final = ("Content-Type: application/json", "Authorization: Bearer opensesame-opensesame")
_OURS: Final = ("timeline", "load user")


class Sender(NamedTuple):
    """`command` makes the words of a process that sends to a URL for so many seconds; `sent` reads how many it sent."""

    command: Callable[[str, float], list[str]]
    sent: Callable[[str], float]
    needs: str = ""  # the tool, looked for on the path


class Measured(NamedTuple):
    """One run: requests in a second of the sender's CPU time, and in a second of the clock."""

    by_cpu: float
    by_clock: float


def _wrk(url: str, seconds: float) -> list[str]:
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", f"{Path(__file__).parent / 'post.lua'}"]
    return [*words, url]


def _hey(url: str, seconds: float) -> list[str]:
    words = ["hey", "-z", f"{seconds:.0f}s", "-c", str(CONNECTIONS), "-cpus", "1", "-m", "POST", "-d", BODY]
    return [*words, *(word for header in HEADERS for word in ("-H", header)), url]


def _autocannon(url: str, seconds: float) -> list[str]:
    words = ["autocannon", "--json", "-m", "POST", "-c", str(CONNECTIONS), "-d", f"{seconds:.0f}", "-b", BODY]
    return [*words, *(word for header in HEADERS for word in ("-H", header.replace(": ", "="))), url]


def _python(name: str) -> Callable[[str, float], list[str]]:
    return lambda url, seconds: [sys.executable, "-m", "loadtests.bench.rivals", name, url, str(seconds)]


def _found(pattern: str) -> Callable[[str], float]:
    """Reads the one number that the pattern finds."""
    return lambda told: float(re.findall(pattern, told)[-1])


_SENT: Final = _found(r"sent (\d+)")

SENDERS: Final[Mapping[str, Sender]] = {
    "timeline": Sender(_python("timeline"), _SENT),
    "load user": Sender(_python("load-user"), _SENT),
    "load user, journal": Sender(_python("load-user-journal"), _SENT),
    "wrk": Sender(_wrk, _found(r"(\d+) requests in"), "wrk"),
    "hey": Sender(_hey, _found(r"\[200\]\s+(\d+) responses"), "hey"),
    "autocannon": Sender(_autocannon, _found(r'"2xx":(\d+)'), "autocannon"),
    "aiohttp": Sender(_python("aiohttp"), _SENT),
    "Locust FastHttpUser": Sender(_python("fast-http-user"), _SENT),
    "Locust HttpUser": Sender(_python("http-user"), _SENT),
    "requests.Session": Sender(_python("requests"), _SENT),
}
"""By name. `timeline` is the corridor: planned deliveries, each with its deadline, its answer strictly parsed, intent
and outcome in the journal. `load user` is the Locust user of `loadtests`, without and with its journal."""


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--runs", type=int, default=3, help="of each sender; the median counts")
    asked.add_argument("--seconds", type=float, default=3.0, help="for which each run sends")
    options = asked.parse_args()
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not nginx:
        sys.exit("senders: not measured, nginx is not installed")
    with tempfile.TemporaryDirectory() as folder, null_receiver(nginx, Path(folder), core=cores()[-1]) as url:
        measured = _all(url, options.runs, options.seconds)
    _print_table(measured, options.runs)


def _all(url: str, runs: int, seconds: float) -> dict[str, list[Measured]]:
    """Every sender once, then all of them again: what the machine does besides meets all alike."""
    there = {name: one for name, one in SENDERS.items() if not one.needs or shutil.which(one.needs)}
    for name in SENDERS.keys() - there.keys():
        print(f"  {name} is not installed, and left out")
    measured: dict[str, list[Measured]] = {name: [] for name in there}
    for _ in range(runs):
        for name, sender in there.items():
            try:
                measured[name].append(_once(sender, url, seconds))
            except (subprocess.CalledProcessError, IndexError) as error:
                print(f"  {name} could not be measured: {error}", file=sys.stderr)
    return {name: them for name, them in measured.items() if them}


def _once(sender: Sender, url: str, seconds: float) -> Measured:
    with held_to(cores()[0]):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(sender.command(url, seconds), check=True, capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    sent = sender.sent(done.stdout)
    told = re.findall(r"cpu ([0-9.]+)", done.stdout)  # what a process says of its sending alone, without its start
    cpu = float(told[-1]) if told else after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(sent / cpu, sent / seconds)


def _print_table(measured: Mapping[str, list[Measured]], runs: int) -> None:
    by_cpu = {name: statistics.median(one.by_cpu for one in them) for name, them in measured.items()}
    by_clock = {name: statistics.median(one.by_clock for one in them) for name, them in measured.items()}
    print(f"Python {sys.version.split()[0]}, {CONNECTIONS} connections, median of {runs} runs")
    print(f"  {'':22}{'a CPU second':>14}{'a second':>12}" + "".join(f"{f'{own} is':>16}" for own in _OURS))
    for name, rate in by_cpu.items():
        ratios = "".join(f"{by_cpu[own] / rate:>14.2f} ×" if own in by_cpu else f"{'':>16}" for own in _OURS)
        print(f"  {name:22}{rate:>14,.0f}{by_clock[name]:>12,.0f}{ratios}")


if __name__ == "__main__":
    main()
