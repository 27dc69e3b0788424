"""The table of consoles is whole: what a row stands for is there in the document, on the desk and among the filters."""

import pytest

from simulator.console.happening import Console
from simulator.console.refusal import Refusal
from simulator.providers import PROVIDERS
from simulator.web.consoles import CONSOLES
from simulator.web.document import document, places
from tests.unit.web.still_desk import StillDesk

FILTERS = {
    one["name"]: one["schema"].get("enum")
    for one in document()["paths"]["/control/deliveries"]["get"]["parameters"]
    if "name" in one
}


def test_the_service_offers_a_console_of_every_partner() -> None:
    assert list(CONSOLES) == list(PROVIDERS)


@pytest.mark.parametrize("name", CONSOLES)
def test_the_paths_of_a_console_are_its_operations(name: str) -> None:
    under = {one.operation["operationId"] for one in places(document()) if one.path.startswith(f"/{name}/")}
    assert under == set(CONSOLES[name].operations)
    assert under == {one.operation["operationId"] for one in places(document()) if one.part == name}


def test_every_part_of_the_document_says_what_it_is() -> None:
    assert [one["name"] for one in document()["tags"]] == [*CONSOLES, "control", "service"]


def test_deliveries_can_be_asked_for_by_every_partner_and_event() -> None:
    assert FILTERS["partner"] == list(CONSOLES)
    assert sorted(FILTERS["event"]) == sorted({event for one in CONSOLES.values() for event in one.sends})


@pytest.mark.parametrize("name", CONSOLES)
def test_what_a_console_sends_are_events_of_its_partner(name: str) -> None:
    assert set(CONSOLES[name].sends) <= set(PROVIDERS[name].events)


@pytest.mark.parametrize("name", CONSOLES)
def test_a_console_knows_every_name_that_it_gives_its_exports(name: str) -> None:
    desk = StillDesk()
    console = CONSOLES[name]
    given = set(console.export_names(desk).values())  # type: ignore[arg-type]  # a stand-in
    assert given
    own = console.of(desk)  # type: ignore[arg-type]  # a stand-in
    assert {_reason(own, export) for export in given} <= {"", "conflict"}


def _reason(console: Console, export: str) -> str:
    """Why deliveries of that export would go nowhere."""
    try:
        console.hook(export)
    except Refusal as refusal:
        return refusal.reason
    return ""
