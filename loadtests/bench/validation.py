"""What it costs to hold every payload against the partner's schema, as a share of what it costs to send one."""

import time
from collections.abc import Iterator
from typing import Final

import orjson

from loadtests.bench.cores import cores, held_to
from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import MISSING, Nothing, null_receiver
from loadtests.bench.playing import fleet, planned, played
from simulator.providers import provider

_COUNT: Final = 20_000
_WANTED: Final = 0.1


def figures(asked: Asked) -> Iterator[Figure]:
    """Of both partners. What sending costs is without planning: the share of all that is done for one is smaller."""
    with null_receiver() as receiver:
        for partner in ("clevertap", "reachfive"):
            name = f"{partner}, of the cost of sending one"
            if receiver is None:
                yield Figure(what=name, runs=(), unit="%", at_most=_WANTED, note=MISSING)
                continue
            runs = _runs(partner, receiver, asked)
            validating = tuple(one * 1e6 for one, _ in runs)
            yield Figure(what=f"{partner}, validating one", runs=validating, unit="µs of CPU time")
            yield Figure(
                what=f"{partner}, sending one", runs=tuple(one * 1e6 for _, one in runs), unit="µs of CPU time"
            )
            yield Figure(what=name, runs=tuple(one / other for one, other in runs), unit="%", at_most=_WANTED)


def _runs(partner: str, receiver: Nothing, asked: Asked) -> list[tuple[float, float]]:
    """CPU seconds to validate one, and to send one."""
    scenario, deliveries = planned(fleet(partner, _COUNT), receiver.url)
    events = provider(partner).events
    payloads = [orjson.loads(one.body) for one in deliveries]
    accepts = [events[one.event].payload.accepts for one in deliveries]
    measured = []
    with held_to(cores()[0]):
        for _ in range(asked.runs):
            began = time.process_time()
            good = sum(accept(payload) for accept, payload in zip(accepts, payloads, strict=True))
            spent = time.process_time() - began
            assert good == len(deliveries)
            run = played(scenario, deliveries, scale="instant", jobs=32, seconds=asked.lasting(3.0))
            measured.append((spent / len(deliveries), run.cpu / run.attempts))
    return measured
