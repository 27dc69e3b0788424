"""Every record of the client has exactly the members of the answer it is made of, as the API's document tells them."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest

from simulator.client import records
from simulator.client.connection import Page
from simulator.client.records import clevertap, deliveries, reachfive, scenario_runs, service
from simulator.web.document import document, resolved

ANSWERS: Mapping[type[Any], str] = {
    clevertap.Webhook: "Webhook",
    clevertap.Alerts: "ExportStatusAlerts",
    clevertap.Export: "Export",
    clevertap.ExportRun: "ExportRun",
    clevertap.Readings: "ClevertapAccount",
    reachfive.Account: "ReachfiveAccount",
    reachfive.Definition: "ReachfiveDefinition",
    reachfive.Job: "ReachfiveJob",
    deliveries.Delivery: "Delivery",
    deliveries.WholeDelivery: "WholeDelivery",
    scenario_runs.Scenario: "Scenario",
    scenario_runs.ScenarioRun: "Run",
    service.Health: "Health",
    service.State: "State",
    service.ClockReading: "Clock",
    service.Advanced: "Advanced",
    Page: "RunPage",
}
"""Record → the schema of the answer; the records inside them are found by their fields."""
SAID: Mapping[type[Any], str] = {
    reachfive.Notification: "ReachfiveNotificationChange",
    reachfive.Schedule: "ReachfiveSchedule",
    reachfive.Ending: "ReachfiveOutcome",
}
"""Record → the schema of what is asked for with it."""
CREDENTIALS = {"basic": clevertap.Basic, "oauth2": clevertap.OAuth2}
OF_THE_STREAM = {service.Happened}  # made of the lines of an event: tests/unit/client/test_client_events.py


class Made(NamedTuple):
    """A record and the schema of what it is made of."""

    record: type[Any]
    properties: Mapping[str, Any]
    required: frozenset[str]


def made(record: type[Any], content: Mapping[str, Any]) -> Iterator[Made]:
    """That record, and those inside it."""
    properties: dict[str, Any] = {}
    required: set[str] = set()
    for one in _parts(content):
        properties |= one.get("properties", {})
        required |= set(one.get("required", ()))
    yield Made(record, properties, frozenset(required))
    for name, hint in get_type_hints(record).items():
        for inner in _records(hint):
            told = resolved(document(), properties.get(name, {}))
            yield from made(inner, resolved(document(), told.get("items", told)))


def _parts(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects that a schema is put together of; of alternatives, the one that is not null."""
    content = resolved(document(), content)
    yield content
    for one in (one for keyword in ("allOf", "anyOf", "oneOf") for one in content.get(keyword, ())):
        yield from _parts(one)


def _records(hint: Any) -> Iterator[type[Any]]:
    if is_dataclass(hint):
        yield hint  # type: ignore[misc]  # a class, not an instance
    for one in get_args(hint):
        yield from _records(one)


def schema(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def members(record: type[Any]) -> frozenset[str]:
    """What it reads: a field of bytes has two spellings."""
    hints = get_type_hints(record)
    spelled = {one.name for one in fields(record)}
    return frozenset(spelled | {f"{name}_base64" for name in spelled if hints[name] is bytes})


def may_be_null(content: Mapping[str, Any]) -> bool:
    return any(
        "null" in ([one["type"]] if isinstance(one.get("type"), str) else one.get("type", ()))
        or None in one.get("enum", ())
        for one in _parts(content)
    )


FOUND = {one.record: one for record, name in ANSWERS.items() for one in made(record, schema(name))}


@pytest.mark.parametrize("record", FOUND, ids=lambda one: one.__name__)
def test_the_fields_of_a_record_are_the_members_of_the_answer(record: type[Any]) -> None:
    assert members(record) == set(FOUND[record].properties)


@pytest.mark.parametrize("record", [one for one in FOUND if one not in SAID], ids=lambda one: one.__name__)
def test_what_may_be_missing_or_null_in_an_answer_may_be_so_in_its_record(record: type[Any]) -> None:
    hints, told = get_type_hints(record), FOUND[record]
    for one in fields(record):
        if hints[one.name] is bytes or hints[one.name] is Any:
            continue
        assert (one.default is MISSING) == (one.name in told.required), one.name
        null = may_be_null(told.properties[one.name]) or one.name not in told.required
        assert (NoneType in get_args(hints[one.name])) == null, one.name


@pytest.mark.parametrize("record", SAID, ids=lambda one: one.__name__)
def test_the_fields_of_what_is_said_are_the_members_that_can_be_asked_for(record: type[Any]) -> None:
    assert members(record) == set(schema(SAID[record])["properties"])


def test_credentials_have_the_members_of_their_kind() -> None:
    kinds = {one["properties"]["type"]["const"]: one for one in schema("NewWebhook")["properties"]["auth"]["oneOf"]}
    assert {name: set(one["properties"]) - {"type"} for name, one in kinds.items()} == {
        "none": set(),
        **{name: set(members(record)) for name, record in CREDENTIALS.items()},
    }


def test_no_record_is_left_out() -> None:
    modules = [
        importlib.import_module(one.name) for one in pkgutil.iter_modules(records.__path__, f"{records.__name__}.")
    ]
    all_there_are = {
        one for module in modules for one in vars(module).values() if is_dataclass(one) and isinstance(one, type)
    }
    assert len(all_there_are) > 20
    assert all_there_are == (FOUND.keys() | SAID.keys() | set(CREDENTIALS.values()) | OF_THE_STREAM) - {Page}
