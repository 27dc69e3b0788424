"""Every method asks for what the API documents, and reads what the API documents as its answer."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import responses
import yaml

from simulator.client import Basic, Client, Ending, Notification, OAuth2, Schedule
from tests.unit.client.examples import (
    ACCOUNT,
    ALERTS,
    CLOCK,
    DEFINITION,
    DELIVERY,
    EXPORT,
    EXPORT_RUN,
    JOB,
    MOMENT,
    RUN,
    STATE,
    TOKEN,
    URL,
    WEBHOOK,
    WHOLE,
    page,
)

API = Path(__file__).resolve().parents[3] / "schemas" / "api"

NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Row(NamedTuple):
    """A call, the request it is to make, and what is answered to it."""

    call: Callable[[Client], Any]
    method: str
    path: str  # as the API's document has it
    answer: Any
    names: Mapping[str, str] = NONE
    query: Mapping[str, str] = NONE
    body: Any = None
    headers: Mapping[str, str] = NONE
    status: int = 200


PAGE = {"offset": "0", "limit": "500"}
EXPORT_1 = {"id": "export-1"}
DEFINED = {"id": str(DEFINITION["id"])}
PARIS = {"readings": {"zone": "Europe/Paris"}}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

ROWS = {
    "readings": Row(lambda one: one.clevertap.readings(), "GET", "/clevertap/account", PARIS),
    "set_readings": Row(
        lambda one: one.clevertap.set_readings(zone="Europe/Paris"), "PATCH", "/clevertap/account", PARIS, body=PARIS
    ),
    "create_webhook": Row(
        lambda one: one.clevertap.create_webhook(
            "exports", "http://127.0.0.1:8000/hooks?key=1", headers={"X-Env": "ci"}
        ),
        "POST",
        "/clevertap/webhooks",
        WEBHOOK,
        body={
            "name": "exports",
            "url": "http://127.0.0.1:8000/hooks?key=1",
            "method": "POST",
            "headers": {"X-Env": "ci"},
        },
        status=201,
    ),
    "create_webhook with Basic": Row(
        lambda one: one.clevertap.create_webhook("exports", "http://a.test/", auth=Basic("me", "secret")),
        "POST",
        "/clevertap/webhooks",
        WEBHOOK,
        body={
            "name": "exports",
            "url": "http://a.test/",
            "method": "POST",
            "auth": {"type": "basic", "username": "me", "password": "secret"},
        },
        status=201,
    ),
    "create_webhook with OAuth 2.0": Row(
        lambda one: one.clevertap.create_webhook(
            "x", "http://a.test/", method="PUT", auth=OAuth2("http://a.test/token", "me", "secret")
        ),
        "POST",
        "/clevertap/webhooks",
        WEBHOOK,
        body={
            "name": "x",
            "url": "http://a.test/",
            "method": "PUT",
            "auth": {
                "type": "oauth2",
                "token_url": "http://a.test/token",
                "client_id": "me",
                "client_secret": "secret",
                "scope": "",
            },
        },
        status=201,
    ),
    "webhooks": Row(
        lambda one: list(one.clevertap.webhooks()), "GET", "/clevertap/webhooks", page(WEBHOOK), query=PAGE
    ),
    "webhook": Row(
        lambda one: one.clevertap.webhook("my exports?/x"),
        "GET",
        "/clevertap/webhooks/{name}",
        WEBHOOK,
        names={"name": "my%20exports%3F%2Fx"},
    ),
    "delete_webhook": Row(
        lambda one: one.clevertap.delete_webhook("exports"),
        "DELETE",
        "/clevertap/webhooks/{name}",
        None,
        names={"name": "exports"},
        status=204,
    ),
    "alerts": Row(lambda one: one.clevertap.alerts(), "GET", "/clevertap/export-status-alerts", ALERTS),
    "enable_alerts": Row(
        lambda one: one.clevertap.enable_alerts("exports"),
        "PUT",
        "/clevertap/export-status-alerts",
        ALERTS,
        body={"webhook": "exports"},
    ),
    "disable_alerts": Row(
        lambda one: one.clevertap.disable_alerts(),
        "DELETE",
        "/clevertap/export-status-alerts",
        {"enabled": False, "webhook": None},
    ),
    "create_export": Row(
        lambda one: one.clevertap.create_export(), "POST", "/clevertap/exports", EXPORT, body={}, status=201
    ),
    "create_export with everything": Row(
        lambda one: one.clevertap.create_export(
            partner="Amazon S3",
            type="Events",
            frequency="every 4 hours",
            starts_at=NOON,
            takes=timedelta(minutes=5),
            runs=3,
            fails={2},
            export_request_id=17,
        ),
        "POST",
        "/clevertap/exports",
        EXPORT,
        body={
            "partner": "Amazon S3",
            "type": "Events",
            "frequency": "every 4 hours",
            "starts_at": "2026-01-05T12:00:00+00:00",
            "takes": 300.0,
            "runs": 3,
            "fails": [2],
            "export_request_id": 17,
        },
        status=201,
    ),
    "exports": Row(lambda one: list(one.clevertap.exports()), "GET", "/clevertap/exports", page(EXPORT), query=PAGE),
    "export": Row(
        lambda one: one.clevertap.export("export-1"), "GET", "/clevertap/exports/{id}", EXPORT, names=EXPORT_1
    ),
    "let_fail": Row(
        lambda one: one.clevertap.let_fail("export-1", [2, 3]),
        "PATCH",
        "/clevertap/exports/{id}",
        EXPORT,
        names=EXPORT_1,
        body={"fails": [2, 3]},
    ),
    "stop_export": Row(
        lambda one: one.clevertap.stop_export("export-1"),
        "POST",
        "/clevertap/exports/{id}/stop",
        EXPORT,
        names=EXPORT_1,
    ),
    "export_runs": Row(
        lambda one: list(one.clevertap.export_runs("export-1")),
        "GET",
        "/clevertap/exports/{id}/runs",
        page(EXPORT_RUN),
        names=EXPORT_1,
        query=PAGE,
    ),
    "account": Row(lambda one: one.reachfive.account(), "GET", "/reachfive/account", ACCOUNT),
    "change_account": Row(
        lambda one: one.reachfive.change_account(export_jobs=False),
        "PATCH",
        "/reachfive/account",
        ACCOUNT,
        body={"export_jobs": False},
    ),
    "create_definition": Row(
        lambda one: one.reachfive.acting_as("Developer").create_definition("users", type="User Profiles"),
        "POST",
        "/reachfive/definitions",
        DEFINITION,
        body={"name": "users", "type": "User Profiles"},
        headers={"X-Role": "Developer"},
        status=201,
    ),
    "create_definition with everything": Row(
        lambda one: one.reachfive.create_definition(
            "users",
            type="User Profiles",
            notify=Notification(url="http://a.test/", timeout=2.5, authorization="Bearer secret"),
            schedule=Schedule("0 */4 * * *", "Europe/Paris"),
            takes="5s",
            outcomes=[Ending(), Ending(result="partial failure", total=10, failed=2)],
        ),
        "POST",
        "/reachfive/definitions",
        DEFINITION,
        body={
            "name": "users",
            "type": "User Profiles",
            "end_job_notification": {
                "url": "http://a.test/",
                "timeout": 2.5,
                "authorization": "Bearer secret",
                "enabled": True,
            },
            "schedule": {"cron": "0 */4 * * *", "zone": "Europe/Paris"},
            "takes": "5s",
            "outcomes": [{"result": "success"}, {"result": "partial failure", "total": 10, "failed": 2}],
        },
        status=201,
    ),
    "definitions": Row(
        lambda one: list(one.reachfive.definitions()),
        "GET",
        "/reachfive/definitions",
        page(DEFINITION),
        query=PAGE,
    ),
    "definition": Row(
        lambda one: one.reachfive.definition(DEFINED["id"]),
        "GET",
        "/reachfive/definitions/{id}",
        DEFINITION,
        names=DEFINED,
    ),
    "change_definition": Row(
        lambda one: one.reachfive.change_definition(
            DEFINED["id"], name="people", schedule=None, notify={"authorization": None}
        ),
        "PATCH",
        "/reachfive/definitions/{id}",
        DEFINITION,
        names=DEFINED,
        body={"name": "people", "schedule": None, "end_job_notification": {"authorization": None}},
    ),
    "delete_definition": Row(
        lambda one: one.reachfive.delete_definition(DEFINED["id"]),
        "DELETE",
        "/reachfive/definitions/{id}",
        None,
        names=DEFINED,
        status=204,
    ),
    "run definition": Row(
        lambda one: one.reachfive.run(DEFINED["id"], result="partial failure", total=10, failed=2),
        "POST",
        "/reachfive/definitions/{id}/run",
        JOB,
        names=DEFINED,
        body={"result": "partial failure", "total": 10, "failed": 2},
        status=202,
    ),
    "run definition as it is": Row(
        lambda one: one.reachfive.run(DEFINED["id"]),
        "POST",
        "/reachfive/definitions/{id}/run",
        JOB,
        names=DEFINED,
        status=202,
    ),
    "jobs": Row(
        lambda one: list(one.reachfive.jobs(status="SUCCESS")),
        "GET",
        "/reachfive/jobs",
        page(JOB),
        query={"status": "SUCCESS", **PAGE},
    ),
    "job": Row(
        lambda one: one.reachfive.job(str(JOB["id"])),
        "GET",
        "/reachfive/jobs/{id}",
        JOB,
        names={"id": str(JOB["id"])},
    ),
    "state": Row(lambda one: one.state(), "GET", "/control/state", STATE),
    "reset": Row(
        lambda one: one.reset(seed=42, held=True, start=NOON),
        "POST",
        "/control/reset",
        STATE,
        body={"seed": 42, "held": True, "start": "2026-01-05T12:00:00+00:00"},
    ),
    "clock.read": Row(lambda one: one.clock.read(), "GET", "/control/clock", CLOCK),
    "clock.hold": Row(lambda one: one.clock.hold(), "PATCH", "/control/clock", CLOCK, body={"held": True}),
    "clock.release": Row(lambda one: one.clock.release(), "PATCH", "/control/clock", CLOCK, body={"held": False}),
    "clock.set_scale": Row(
        lambda one: one.clock.set_scale("1h=1s"), "PATCH", "/control/clock", CLOCK, body={"scale": "1h=1s"}
    ),
    "advance by": Row(
        lambda one: one.advance("3d"),
        "POST",
        "/control/clock/advance",
        {"now": MOMENT, "deliveries": 36, "outcomes": {"answered": 36}},
        body={"by": "3d"},
    ),
    "advance to": Row(
        lambda one: one.advance(to=NOON),
        "POST",
        "/control/clock/advance",
        {"now": MOMENT, "deliveries": 0, "outcomes": {}},
        body={"to": "2026-01-05T12:00:00+00:00"},
    ),
    "deliveries": Row(
        lambda one: list(one.deliveries(export="export-1", acknowledged=True)),
        "GET",
        "/control/deliveries",
        page(DELIVERY),
        query={"export": "export-1", "acknowledged": "true", **PAGE},
    ),
    "the newest deliveries": Row(
        lambda one: list(one.deliveries(newest=True)),
        "GET",
        "/control/deliveries",
        page(DELIVERY),
        query={"order": "newest", **PAGE},
    ),
    "delivery": Row(lambda one: one.delivery(7), "GET", "/control/deliveries/{number}", WHOLE, names={"number": "7"}),
    "resend": Row(
        lambda one: one.resend(7, fresh=True),
        "POST",
        "/control/deliveries/{number}/resend",
        DELIVERY,
        names={"number": "7"},
        body={"fresh": True},
    ),
    "scenarios": Row(
        lambda one: list(one.scenarios()),
        "GET",
        "/control/scenarios",
        page({"name": "clevertap/one-time-export", "title": "A one-time export", "provider": "clevertap"}),
        query=PAGE,
    ),
    "run_scenario": Row(
        lambda one: one.run_scenario("clevertap/one-time-export", to="http://127.0.0.1:8000/hooks", seed=42),
        "POST",
        "/control/runs",
        RUN,
        body={"scenario": "clevertap/one-time-export", "to": "http://127.0.0.1:8000/hooks", "seed": 42},
        status=202,
    ),
    "run_scenario of a text": Row(
        lambda one: one.run_scenario(
            text="scenario: x\n", receiver={"receiver": "mine"}, time_scale="60x", patience="2s", confirm=False
        ),
        "POST",
        "/control/runs",
        RUN,
        body={
            "text": "scenario: x\n",
            "receiver": {"receiver": "mine"},
            "time_scale": "60x",
            "patience": "2s",
            "confirm": False,
        },
        status=202,
    ),
    "runs": Row(lambda one: list(one.runs()), "GET", "/control/runs", page(RUN), query=PAGE),
    "run": Row(lambda one: one.run("run-1"), "GET", "/control/runs/{id}", RUN, names={"id": "run-1"}),
    "cancel_run": Row(
        lambda one: one.cancel_run("run-1"), "POST", "/control/runs/{id}/cancel", RUN, names={"id": "run-1"}
    ),
    "health": Row(lambda one: one.health(), "GET", "/healthz", {"status": "ok", "version": "0.1.0"}),
    "document": Row(lambda one: one.document(), "GET", "/openapi.json", {"openapi": "3.1.1", "info": {}, "paths": {}}),
}
NOT_JSON = {
    ("get", "/"): "a page for people",
    ("get", "/metrics"): "text: see test_client_answers.py",
    ("get", "/control/events"): "a stream: see test_client_events.py",
    ("get", "/control/runs/{id}/report"): "text: see test_client_answers.py",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_method_sends_what_the_api_documents(row: Row, service: responses.RequestsMock, client: Client) -> None:
    path = row.path.format(**row.names)
    body = b"" if row.answer is None else json.dumps({**row.answer, "added later": 1}).encode()
    service.add(row.method, URL + path, body=body, status=row.status, content_type="application/json")
    row.call(client)
    sent = service.calls[0].request
    parts = urlsplit(sent.url or "")
    assert (sent.method, parts.path, dict(parse_qsl(parts.query))) == (row.method, path, row.query)
    assert (None if sent.body is None else json.loads(sent.body)) == row.body
    assert sent.headers.get("Content-Type") == (None if row.body is None else "application/json")
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert {name: sent.headers.get(name) for name in ("X-Role",)} == {"X-Role": None, **row.headers}


@cache
def document() -> dict[str, Any]:
    """The parts of the API's document put together."""
    whole: dict[str, Any] = {"paths": {}, "components": {}}
    for file in sorted(API.glob("*.yaml")):
        part = yaml.safe_load(file.read_text("utf-8"))
        whole["paths"] |= part["paths"]
        for kind, named in part.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(named)
    return whole


def check(whole: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    jsonschema.Draft202012Validator({"components": whole["components"], "allOf": [schema]}).validate(value)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_sent_and_answered_here_fits_the_document(row: Row) -> None:
    whole = document()
    operation = whole["paths"][row.path][row.method.lower()]
    declared = operation["responses"][str(row.status)]
    if row.answer is None:
        assert "content" not in declared
    else:
        check(whole, declared["content"]["application/json"]["schema"], row.answer)
    if row.body is not None:
        check(whole, operation["requestBody"]["content"]["application/json"]["schema"], row.body)
    named = [*operation.get("parameters", []), *whole["paths"][row.path].get("parameters", [])]
    named = [
        whole["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in named
    ]
    assert set(row.query) <= {one["name"] for one in named if one["in"] == "query"}
    assert set(row.headers) <= {one["name"] for one in named if one["in"] == "header"}


def test_every_operation_has_a_method() -> None:
    methods = {"get", "put", "post", "patch", "delete"}
    asked = {(row.method.lower(), row.path) for row in ROWS.values()} | set(NOT_JSON)
    assert {(method, path) for path, item in document()["paths"].items() for method in methods & set(item)} == asked
