"""Which of an author's expectations speaks of a delivery. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from simulator.scenario import Expectation, Scenario

EACH: Final = "each"


class Named(Protocol):
    """What was sent, or is to be, as far as expectations are about it."""

    @property
    def step(self) -> str:
        """Its step's name; the export's of what goes out by itself."""

    @property
    def export(self) -> str:
        """The export that it tells of; "" for none."""

    @property
    def event(self) -> str:
        """What it tells of that."""

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it."""


def is_of(scenario: Scenario, named: str, export: str) -> bool:
    """Whether a delivery's export is the one an author named: itself, one of the many of that name, or any for ""."""
    return named in ("", export) or named == family(scenario, export)


def family(scenario: Scenario, export: str) -> str:
    """The name an author gave: `fleet` for `fleet-3` of an export with `count`; else the export's own."""
    found = scenario.export_named(export)
    return found[0].name if found else export


def expectations(scenario: Scenario) -> Mapping[str, Expectation]:
    """By name; `each: ack` where the author expected nothing in particular."""
    own = {one.name: one for one in scenario.expectations}
    return own or {EACH: Expectation(name=EACH)}


def entry(scenario: Scenario, expected: Mapping[str, Expectation], one: Named) -> str | None:
    """The name of the expectation that speaks of a delivery; None when none does.

    A step's own entry comes before one for its export's event, that before the export's, that before `each`. Only
    a step's own entry speaks of what the partner itself would not send.
    """
    if len(expected) == 1 and EACH in expected:  # most often, and for every one of a great many
        return EACH if one.genuine or one.step in (one.export, family(scenario, one.export)) else None
    return next((name for name in _names(scenario, one) if name in expected), None)


def _names(scenario: Scenario, one: Named) -> Iterator[str]:
    named = family(scenario, one.export)
    by_itself = one.step in (one.export, named)
    if not by_itself:
        yield one.step
    if one.genuine or by_itself:
        if one.export:
            yield f"{one.export}.{one.event}"
            yield f"{named}.{one.event}"
            yield one.export
            yield named
        yield EACH
