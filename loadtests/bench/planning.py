"""How fast deliveries are planned: rendered in the partner's words, and held against its schema."""

import time
from collections.abc import Iterator
from typing import Final

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.playing import START, fleet
from simulator.authoring import parse_scenario, receiver_at
from simulator.timeline import Timeline, plan

_COUNT: Final = 50_000
_WANTED: Final = 150_000.0  # deliveries a CPU second


def figures(asked: Asked) -> Iterator[Figure]:
    """Of both partners."""
    for partner in ("clevertap", "reachfive"):
        scenario = parse_scenario(fleet(partner, _COUNT), "bench")
        timeline = plan(scenario, receiver_at("http://127.0.0.1/hook"), seed=1, start=START)
        runs = tuple(_once(timeline) for _ in range(asked.runs))
        yield Figure(what=f"{partner}, deliveries", runs=runs, unit="a CPU second", at_least=_WANTED)


def _once(timeline: Timeline) -> float:
    began = time.process_time()
    made = sum(1 for _ in timeline)
    return made / (time.process_time() - began)
