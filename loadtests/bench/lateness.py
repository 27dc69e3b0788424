"""How late a schedule's requests leave: 5,000 a second to nginx, one core sends, the other receives.

The largest figure is the machine's own: it may take the core away for a while, so it is shown and says little.
"""

from collections.abc import Iterator
from typing import Final

from loadtests.bench.cores import cores, held_to
from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import MISSING, null_receiver
from loadtests.bench.playing import planned, played

_RATE: Final = 5000  # requests a second
_WANTED: Final = {"p50": 0.15, "p99": 2.0, "max": None}  # milliseconds


def figures(asked: Asked) -> Iterator[Figure]:
    """Percentiles of the lateness, what was sent of all that was due, and how busy the core was."""
    seconds = asked.lasting(10.0)
    count = round(_RATE * seconds)
    text = (
        "scenario: A schedule\nprovider: reachfive\nclock: {scale: real}\nexports:\n"
        f"  fleet: {{definition: Nightly, takes: 0s, count: {count}, apart: {1000 / _RATE:.6f}ms}}\n"
    )
    with null_receiver() as receiver:
        if receiver is None:
            yield Figure(what="lateness", runs=(), unit="ms", note=MISSING)
            return
        scenario, deliveries = planned(text, receiver.url)
        with held_to(cores()[0]):
            runs = [played(scenario, deliveries, scale="real") for _ in range(asked.runs)]
    for name, wanted in _WANTED.items():
        late = tuple(getattr(one.lateness, name) * 1000 for one in runs)
        yield Figure(
            what=f"{_RATE:,} a second for {seconds:g} s, left late: {name}", runs=late, unit="ms", at_most=wanted
        )
    sent = tuple(one.attempts / count for one in runs)
    yield Figure(what="of what was due, sent", runs=sent, unit="%", at_least=1.0)
    yield Figure(what="of one core, busy", runs=tuple(one.cpu / seconds for one in runs), unit="%")
