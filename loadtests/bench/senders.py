"""Senders of webhooks side by side against a receiver that does nothing: how many times as much one does as another.

Each sender is a process of its own, held to one core; the receiver (nginx, one worker) has the other. All send the same
POST on 32 kept connections (requests on one). What is compared is requests for a second of the sender's own CPU time:
that is what it costs to send one, whatever else the machine does meanwhile. wrk and hey are Debian packages, autocannon
comes by npm, aiohttp by pip.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from loadtests.bench.cores import cores, held_to
from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import MISSING, Nothing, null_receiver
from loadtests.bench.programs import program
from loadtests.bench.spending import spent_by

CONNECTIONS: Final = 32
BODY: Final = (
    '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed","Frequency":'
    '"Every 4 Hours","Date and Time":"05/01/2026 12:09:20 AM"}'
)
HEADERS: Final = ("Content-Type: application/json", "Authorization: Bearer opensesame-opensesame")


class Sender(NamedTuple):
    """`command` makes the words of a process that sends for so many seconds; `sent` reads how many it sent."""

    command: Callable[[Nothing, float], list[str]]
    sent: Callable[[str], float]
    needs: str = ""  # the program
    start: Sequence[str] = ()  # words after which it ends as soon as it has started: what that costs is not counted


class Against(NamedTuple):
    """A ratio to show: how many times as many requests a CPU second the one sender does, and how many it should."""

    own: str
    other: str
    at_least: float | None = None


def _wrk(to: Nothing, seconds: float) -> list[str]:
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{_whole(seconds)}s", "-s", f"{Path(__file__).parent / 'post.lua'}"]
    return [*words, to.url]


def _hey(to: Nothing, seconds: float) -> list[str]:
    words = ["hey", "-z", f"{_whole(seconds)}s", "-c", str(CONNECTIONS), "-cpus", "1", "-m", "POST", "-d", BODY]
    return [*words, *(word for header in HEADERS for word in ("-H", header)), to.url]


def _autocannon(to: Nothing, seconds: float) -> list[str]:
    words = ["autocannon", "--json", "-m", "POST", "-c", str(CONNECTIONS), "-d", str(_whole(seconds)), "-b", BODY]
    return [*words, *(word for header in HEADERS for word in ("-H", header.replace(": ", "="))), to.url]


def _whole(seconds: float) -> int:
    """These tools take whole seconds, at least one."""
    return max(round(seconds), 1)


def _python(name: str) -> Callable[[Nothing, float], list[str]]:
    return lambda to, seconds: [
        *(sys.executable, "-m", "loadtests.bench.rivals", name, to.url, str(seconds)),
        *([to.ca] if to.ca else []),
    ]


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
    "autocannon": Sender(_autocannon, _found(r'"2xx":(\d+)'), "autocannon", ("--version",)),
    "aiohttp": Sender(_python("aiohttp"), _SENT),
    "Locust FastHttpUser": Sender(_python("fast-http-user"), _SENT),
    "Locust HttpUser": Sender(_python("http-user"), _SENT),
    "requests.Session": Sender(_python("requests"), _SENT),
}
"""By name. `timeline` is the corridor: planned deliveries, each with its deadline, its answer strictly parsed, intent
and outcome in the journal. `load user` is the Locust user of `loadtests`, without and with its journal."""

_RATIOS: Final = (
    Against("timeline", "wrk", 0.25),
    Against("timeline", "hey", 1.3),
    Against("timeline", "autocannon"),
    Against("timeline", "aiohttp"),
    Against("timeline", "Locust FastHttpUser", 8.0),
    Against("timeline", "Locust HttpUser"),
    Against("timeline", "requests.Session", 40.0),
    Against("load user", "Locust FastHttpUser", 4.0),
    Against("load user, journal", "Locust FastHttpUser"),
)


def figures(asked: Asked) -> Iterator[Figure]:
    """Requests a CPU second of each, and the ratios."""
    with null_receiver() as receiver:
        yield from side_by_side(SENDERS, _RATIOS, receiver, asked)


def side_by_side(
    senders: Mapping[str, Sender], ratios: Sequence[Against], receiver: Nothing | None, asked: Asked
) -> Iterator[Figure]:
    """Every sender once, then all of them again: what the machine does besides meets all alike."""
    absent = {name: f"{one.needs} is not installed" for name, one in senders.items() if not _is_there(one)}
    if receiver is None:
        absent = dict.fromkeys(senders, MISSING)
    there = {name: one for name, one in senders.items() if name not in absent}
    rounds: list[dict[str, float]] = []
    for _ in range(asked.runs):
        rounds.append({})
        for name, sender in there.items():
            try:
                rounds[-1][name] = _once(sender, receiver or Nothing(""), asked.lasting(3.0))
            except (subprocess.CalledProcessError, IndexError) as error:
                absent[name] = "it failed"
                print(f"  {name} could not be measured: {_reason(error)}", file=sys.stderr)
    for name in senders:
        runs = tuple(one[name] for one in rounds if name in one)
        yield Figure(what=name, runs=runs, unit="a CPU second", note=absent.get(name, ""))
    for own, other, at_least in ratios:
        runs = tuple(one[own] / one[other] for one in rounds if own in one and other in one)
        note = absent.get(own, "") or absent.get(other, "")
        yield Figure(what=f"{own}, to {other}", runs=runs, unit="×", at_least=at_least, note=note)


def _is_there(sender: Sender) -> bool:
    return not sender.needs or program(sender.needs) is not None


def _once(sender: Sender, receiver: Nothing, seconds: float) -> float:
    """Requests a second of the sender's CPU time."""
    words = sender.command(receiver, seconds)
    first = program(sender.needs) if sender.needs else None
    with held_to(cores()[0]):
        said, cpu = spent_by([first or words[0], *words[1:]])
        cpu -= spent_by([first or words[0], *sender.start])[1] if sender.start else 0.0
    told = re.findall(r"cpu ([0-9.]+)", said)  # what a process says of its sending alone, without its start
    return sender.sent(said) / (float(told[-1]) if told else cpu)


def _reason(error: Exception) -> str:
    """The last line that a failed process said; paths and all, so for a terminal only."""
    said = error.stderr.strip().splitlines() if isinstance(error, subprocess.CalledProcessError) else []
    return said[-1] if said else str(error)
