"""The operations of CleverTap's console take and give what the document says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson
import pytest

from simulator.console.refusal import Refusal
from simulator.documents import Schema
from simulator.documents.headers import check_value
from simulator.providers.clevertap import CLEVERTAP
from simulator.web.clevertap import OPERATIONS
from simulator.web.document import Place, document, places, resolved
from simulator.web.operations import Call, Reply
from tests.unit.console.clevertap_made import HOUR, WEBHOOK, Made
from tests.unit.web.still_desk import StillDesk

T = TypeVar("T")
OAUTH = {"type": "oauth2", "token_url": "http://id/", "client_id": "ci", "client_secret": "s3cr3t"}


def operations() -> dict[str, Place]:
    """operationId → place."""
    return {one.operation["operationId"]: one for one in places(document()) if one.part == "clevertap"}


def accepts(content: Any, value: Any) -> bool:
    """Whether a value fits a schema of the document, both as we hold it and as it is sent."""
    schema = Schema({**content, "components": document()["components"]})
    return schema.accepts(orjson.loads(orjson.dumps(value)))


class Site:
    """Calls operations by their ids; every request and every reply must fit the document."""

    def __init__(self, made: Made) -> None:
        self.made = made
        self._desk: Any = StillDesk()
        self._desk.clevertap = made.console

    def __call__(self, operation: str, body: Any = None, **path: str) -> Reply:
        place = operations()[operation].operation
        if body is not None:
            assert self.takes(operation, body), body
        listed = {"offset": 0, "limit": 100} if operation.startswith("list") else {}
        reply = OPERATIONS[operation](self._desk, Call(path, listed, {}, body))
        answer = resolved(document(), place["responses"][str(reply.status)])
        if reply.body is None:
            assert "content" not in answer
        else:
            assert accepts(answer["content"]["application/json"]["schema"], reply.body), reply.body
        for name, value in reply.headers.items():
            assert name in answer["headers"]
            check_value(value)
        return reply

    def takes(self, operation: str, body: Any) -> bool:
        place = operations()[operation].operation
        return accepts(place["requestBody"]["content"]["application/json"]["schema"], body)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Made(tmp_path)
    yield Site(made)
    made.store.close()


def test_alerts_tell_the_webhooks_name_as_it_was_given(site: Site) -> None:
    site("createWebhook", {**WEBHOOK, "name": "Cafe\u0301"})
    enabled = site("enableExportStatusAlerts", {"webhook": "Caf\u00e9"})
    assert enabled.body == {"enabled": True, "webhook": "Cafe\u0301"} == site("showExportStatusAlerts").body


def test_every_operation_of_the_document_has_a_function_and_no_other_has() -> None:
    assert set(operations()) == set(OPERATIONS)


def test_a_webhook_is_created_shown_used_and_forgotten(site: Site) -> None:
    name = "Größe ☃"
    reply = site("createWebhook", {**WEBHOOK, "name": name, "headers": {"X-Env": "ci"}, "auth": OAUTH})
    assert (reply.status, reply.headers["Location"]) == (201, "/clevertap/webhooks/Gr%C3%B6%C3%9Fe%20%E2%98%83")
    assert reply.body == {
        "name": name,
        "url": WEBHOOK["url"],
        "method": "POST",
        "headers": {"X-Env": "(redacted)"},
        "auth": {"type": "oauth2", "token_url": "http://id/", "client_id": "ci"},
        "in_use": False,
        "created_at": "2026-01-05T00:00:00Z",
    }
    assert site("showExportStatusAlerts").body == {"enabled": False, "webhook": None}
    assert site("enableExportStatusAlerts", {"webhook": name}).body == {"enabled": True, "webhook": name}
    assert site("showExportStatusAlerts").body == {"enabled": True, "webhook": name}
    assert site("showWebhook", name=name).body == reply.body | {"in_use": True}
    assert site("listWebhooks").body == {"total": 1, "items": [reply.body | {"in_use": True}]}
    assert site("disableExportStatusAlerts").body == {"enabled": False, "webhook": None}
    assert site("deleteWebhook", name=name) == Reply(204)
    with pytest.raises(Refusal):
        site("showWebhook", name=name)


def test_an_export_is_created_changed_stopped_and_listed(site: Site) -> None:
    body = {"partner": "amazon s3", "frequency": "Every 4 Hours", "starts_at": "2026-01-05T06:30:00+05:30"}
    created = site("createExport", {**body, "takes": "1h30m", "runs": 3.0, "fails": [2.0]})
    assert (created.status, created.headers) == (201, {"Location": "/clevertap/exports/export-1"})
    assert created.body == {
        "id": "export-1",
        "partner": "Amazon S3",
        "type": "Events",
        "frequency": "every 4 hours",
        "takes": 5400.0,
        "runs": 3,
        "fails": [2],
        "export_request_id": None,
        "state": "scheduled",
        "alerts": False,
        "created_at": "2026-01-05T00:00:00Z",
        "runs_started": 0,
        "next_run": "2026-01-05T01:00:00Z",
    }
    assert site("changeExport", {"fails": [1.0, 3]}, id="export-1").body["fails"] == [1, 3]
    site.made.until(5.5 * HOUR)
    assert site("stopExport", id="export-1").body["state"] == "stopped"
    runs = site("listExportRuns", id="export-1").body
    ident = runs["items"][0]["export_request_id"]
    assert runs == {
        "total": 2,
        "items": [
            {
                "number": 1,
                "export_request_id": ident,
                "state": "failed",
                "started_at": "2026-01-05T01:00:00Z",
                "ended_at": "2026-01-05T02:30:00Z",
            },
            {
                "number": 2,
                "export_request_id": ident,
                "state": "running",
                "started_at": "2026-01-05T05:00:00Z",
                "ended_at": None,
            },
        ],
    }
    assert isinstance(ident, int)
    assert site("showExport", id="export-1").body["export_request_id"] == ident
    assert site("listExports").body == {"total": 1, "items": [site("showExport", id="export-1").body]}


def test_an_empty_body_makes_the_documented_export_and_so_do_the_documented_defaults(site: Site) -> None:
    first = site("createExport", {}).body
    assert (first["partner"], first["type"], first["frequency"]) == ("Google Cloud Storage", "Events", "one time")
    assert (first["takes"], first["runs"], first["next_run"]) == (560.0, 1, "2026-01-05T00:00:00Z")
    told = document()["components"]["schemas"]["NewExport"]["properties"]
    second = site("createExport", {name: one["default"] for name, one in told.items()}).body
    assert second == first | {"id": "export-2"}


def test_ids_that_are_given_come_back_as_they_were_given(site: Site) -> None:
    for given, told in ((1690283492, 1690283492), (5.0, 5), ("0042", "0042")):
        made = site("createExport", {"export_request_id": given}).body
        site.made.until(HOUR)
        assert site("showExport", id=made["id"]).body["export_request_id"] == told


def test_readings_are_chosen_by_name(site: Site) -> None:
    before = site("showClevertapAccount").body["readings"]
    after = site("changeClevertapAccount", {"readings": {"retry": "campaign-3s-1", "zone": "Europe/Paris"}}).body
    assert after["readings"] == before | {"retry": "campaign-3s-1", "zone": "Europe/Paris"}


def test_the_document_knows_the_partners_readings_as_they_are() -> None:
    told = document()["components"]["schemas"]["ClevertapReadings"]["properties"]
    assert list(told) == list(CLEVERTAP.readings)
    for name, reading in CLEVERTAP.readings.items():
        names = [option.name for option in reading.options]
        assert told[name].get("enum", told[name].get("examples")) == names
        assert ("enum" in told[name]) == (reading.other is None)
        assert told[name]["description"] == reading.question


def test_the_document_takes_the_traits_that_the_partner_takes_and_no_others(site: Site) -> None:
    for name in ("partner", "type", "frequency"):
        for value in document()["components"]["schemas"]["Export"]["properties"][name]["enum"]:
            for spelled in (value, value.upper(), value.title()):
                assert site("createExport", {name: spelled}).status == 201
                assert not site.takes("createExport", {name: f"{spelled} "})
                assert not site.takes("createExport", {name: f"{spelled}\n"})


@pytest.mark.parametrize(
    "body",
    [
        {"runs": 0},
        {"runs": 1.5},
        {"runs": True},
        {"takes": -1},
        {"takes": "soon"},
        {"starts_at": "2026-01-05T00:00:00"},
        {"fails": [0]},
        {"fails": 1},
        {"export_request_id": -1},
        {"export_request_id": "12a"},
        {"export_request_id": 2**53},
        {"serial": 1},
    ],
)
def test_exports_that_the_document_refuses(site: Site, body: dict[str, Any]) -> None:
    assert not site.takes("createExport", body)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "a" * 101},
        {"method": "TRACE"},
        {"headers": {"X-A": 1}},
        {"headers": {f"X-{number}": "1" for number in range(51)}},
        {"auth": {"type": "basic", "username": "u"}},
        {"auth": {"type": "none", "username": "u"}},
        {"auth": {**OAUTH, "type": "oauth"}},
        {"auth": None},
        {"secret": "x"},
    ],
)
def test_webhooks_that_the_document_refuses(site: Site, changes: dict[str, Any]) -> None:
    assert not site.takes("createWebhook", {**WEBHOOK, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"auth": {"type": "basic", "username": "u", "password": ["opensesame"]}},
        {"auth": {"type": "basic", "password": "opensesame"}},
        {"auth": {**OAUTH, "client_secret": "opensesame" * 101}},
        {"auth": "opensesame"},
        {"headers": {"X-Api-Key": ["opensesame"]}},
        {"headers": {"X-Api-Key": "opensesame" * 801}},
        {"headers": "opensesame"},
        {"url": "http://h/?opensesame" + "x" * 4000},
    ],
)
def test_what_is_wrong_is_said_without_what_may_be_secret(changes: dict[str, Any]) -> None:
    content = {"$ref": "#/components/schemas/NewWebhook", "components": document()["components"]}
    (said,) = Schema(content).explain({**WEBHOOK, **changes})
    assert "sesame" not in said
    assert next(iter(changes)) in said
