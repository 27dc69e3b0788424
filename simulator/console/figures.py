"""Figures for whoever watches a service: what was sent, what waits, and where the story is."""

from collections.abc import Iterable
from typing import NamedTuple

from simulator.console.lane import Lanes
from simulator.console.ledger import Ledger


class Figure(NamedTuple):
    """Values by label."""

    name: str
    help: str
    type: str
    values: list[tuple[dict[str, str], float]]


def figures(ledger: Ledger, lanes: Lanes, partners: Iterable[str], now: float) -> list[Figure]:
    """What there is to watch; `now` is the story's moment, in epoch seconds."""
    totals = ledger.totals()
    named = [({"partner": one[0], "event": one[1], "outcome": one[2] or "under-way"}, one) for one in totals]
    return [
        Figure(
            "partnersim_deliveries",
            "Deliveries since the last reset, by how they ended.",
            "gauge",
            [(labels, float(one[3])) for labels, one in named],
        ),
        Figure(
            "partnersim_attempts",
            "Attempts at them.",
            "gauge",
            [(labels, float(one[4])) for labels, one in named],
        ),
        Figure("partnersim_story_seconds", "The story's clock, in epoch seconds.", "gauge", [({}, now)]),
        Figure(
            "partnersim_waiting",
            "Deliveries that wait for their turn.",
            "gauge",
            [({"partner": name}, float(lanes.waiting_of(name))) for name in partners],
        ),
    ]
