"""The partners' own documents, played from first to last through the HTTP API alone."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.documents import schema
from tests.acceptance.conftest import Answering
from tests.acceptance.served import Served, serving

START = datetime(2026, 1, 5, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")
TAKES = timedelta(minutes=9, seconds=20)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "state", "--hold", "--seed", "42", "--start", START.isoformat()) as service:
        yield service


@pytest.fixture
def second() -> Iterator[Answering]:
    receiver = Answering()
    yield receiver
    receiver.close()


def told(receiver: Answering) -> list[dict[str, Any]]:
    return [json.loads(body) for _, _, body in receiver.requests]


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


def advance(service: Served, to: datetime) -> Any:
    return service.done("POST", "/control/clock/advance", {"to": to.isoformat()})


def alert(status: str, moment: datetime, **more: Any) -> dict[str, Any]:
    """What an alert says, by the document: the id is seen to elsewhere."""
    local = moment.astimezone(KOLKATA)
    spelled = f"{local:%d/%m/%Y} {local.hour % 12 or 12}:{local:%M:%S} {local:%p}"
    return {"Type": "Events", "Status": status, "Date and Time": spelled, **more}


def recurring(status: str, moment: datetime) -> dict[str, Any]:
    return alert(status, moment, Partner="Amazon S3", Frequency="Every 4 Hours")


def one_time(status: str, moment: datetime) -> dict[str, Any]:
    return alert(status, moment, Partner="Google Cloud Storage", Frequency="One Time")


def without_ids(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in one.items() if key != "Export Request Id"} for one in alerts]


def set_up_webhooks(service: Served, first: Answering) -> None:
    """A webhook is tried, and kept only on 200."""
    first.rule = lambda *_: 503
    refused = service.ask("POST", "/clevertap/webhooks", {"name": "exports", "url": f"{first.url}/hook"})
    assert (refused.status, refused.body["answer"]["status"]) == (422, 503)
    assert service.done("GET", "/clevertap/webhooks")["total"] == 0
    first.rule = lambda *_: 200
    service.done("POST", "/clevertap/webhooks", {"name": "exports", "url": f"{first.url}/hook"})
    service.done("POST", "/clevertap/webhooks", {"name": "by get", "url": f"{first.url}/hook", "method": "GET"})
    assert [schema("payloads/clevertap/test").accepts(one) for one in told(first)] == [True] * 2
    first.requests.clear()


def test_status_alerts_for_exports(service: Served, answering: Answering, second: Answering) -> None:
    first = answering
    first.state = lambda _: (200, b"")  # to a webhook that is sent by GET
    set_up_webhooks(service, first)

    # An export runs while alerts are not enabled yet: nobody hears of it.
    four_hourly = {"partner": "Amazon S3", "frequency": "every 4 hours", "takes": "9m20s"}
    existing = service.done("POST", "/clevertap/exports", four_hourly)
    advance(service, hours(1))
    assert first.requests == []

    # Enable export status alerts: only with a POST webhook; for existing and new exports at once.
    refused = service.ask("PUT", "/clevertap/export-status-alerts", {"webhook": "by get"})
    assert (refused.status, refused.body["detail"]) == (422, "We only support a POST Webhook.")
    service.done("PUT", "/clevertap/export-status-alerts", {"webhook": "exports"})
    service.done("POST", "/clevertap/exports", {"frequency": "one time"})
    profiles = service.done("POST", "/clevertap/exports", {"type": "Profiles", "frequency": "one time"})
    assert not profiles["alerts"]
    advance(service, hours(36) + TAKES / 2)

    # Change the webhook half-way through a run: its second half goes to the new URL.
    service.done("POST", "/clevertap/webhooks", {"name": "exports 2", "url": f"{second.url}/other"})
    assert [one["is_test"] for one in told(second)] == [True]
    second.requests.clear()
    service.done("PUT", "/clevertap/export-status-alerts", {"webhook": "exports 2"})
    advance(service, hours(72))

    # Disable: nothing more is sent.
    service.done("DELETE", "/clevertap/export-status-alerts")
    advance(service, hours(96))

    expected_first, expected_second = expected()
    assert without_ids(told(first)) == expected_first
    assert without_ids(told(second)) == expected_second
    assert {path for path, _, _ in second.requests} == {"/other"}
    for one in (*told(first), *told(second)):
        assert schema(f"payloads/clevertap/{one['Status'].lower()}").accepts(one), one
    ids = {(one["Frequency"], one["Export Request Id"]) for one in (*told(first), *told(second))}
    assert len(ids) == 2, "a recurring export keeps its id"
    now = service.done("GET", f"/clevertap/exports/{existing['id']}")
    assert now["export_request_id"] == told(second)[0]["Export Request Id"]
    assert (now["runs_started"], now["next_run"]) == (25, hours(100).isoformat().replace("+00:00", "Z"))
    tests = 4  # one of them refused
    assert service.done("GET", "/control/deliveries?acknowledged=true")["total"] == tests - 1 + 19 + 18


def expected() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the first and the second webhook are told, in order."""
    expected_first = [one_time("Initiated", hours(1)), one_time("Completed", hours(1) + TAKES)]
    for number in range(4, 36, 4):
        expected_first += [recurring("Initiated", hours(number)), recurring("Completed", hours(number) + TAKES)]
    expected_first += [recurring("Initiated", hours(36))]
    expected_second = [recurring("Completed", hours(36) + TAKES)]
    for number in range(40, 72, 4):
        expected_second += [recurring("Initiated", hours(number)), recurring("Completed", hours(number) + TAKES)]
    expected_second += [recurring("Initiated", hours(72))]
    return expected_first, expected_second


def notifying(url: str, **more: Any) -> dict[str, Any]:
    return {"enabled": True, "url": f"{url}/jobs", "timeout": 1, "authorization": "Bearer mF_9.B5f-4.1JqM", **more}


def define(service: Served, answering: Answering) -> Any:
    """A definition needs a role, and an Authorization that can be sent."""
    wanted = {"name": "User export", "type": "User Profiles", "end_job_notification": notifying(answering.url)}
    refused = service.ask("POST", "/reachfive/definitions", wanted, X_Role="Support")
    assert refused.status == 403
    injected = {**wanted, "end_job_notification": notifying(answering.url, authorization="Bearer x\r\nX-Admin: yes")}
    assert service.ask("POST", "/reachfive/definitions", injected).status == 422
    definition = service.done("POST", "/reachfive/definitions", wanted, X_Role="Developer")
    assert definition["end_job_notification"]["authorization"] == "(redacted)"
    return definition


def test_end_job_notification(service: Served, answering: Answering) -> None:
    definition = define(service, answering)
    run = f"/reachfive/definitions/{definition['id']}/run"

    # Jobs that succeed, partially fail, and fail: each is told once, at its end.
    jobs = [
        service.done("POST", run, {"result": "success", "total": 5}),
        service.done("POST", run, {"result": "partial failure", "total": 3, "failed": 1}),
        service.done("POST", run, {"result": "failed", "total": 4}),
    ]
    assert {job["status"] for job in jobs} == {"RUNNING"}
    assert answering.requests == []
    advance(service, hours(1))
    reports = {one["id"]: one for one in told(answering)}
    assert len(answering.requests) == len(reports) == 3
    counts = ("status", "total_operations", "total_succeeded", "total_failed")
    assert [tuple(reports[job["id"]][name] for name in counts) for job in jobs] == [
        ("SUCCESS", 5, 5, 0),
        ("SUCCESS", 3, 2, 1),
        ("FAILED", 4, 0, 4),
    ]
    for path, headers, body in answering.requests:
        report = json.loads(body)
        assert schema("payloads/reachfive/finished").accepts(report)
        assert "definition" not in report
        assert (path, headers["Authorization"]) == ("/jobs", "Bearer mF_9.B5f-4.1JqM")
        assert (report["definition_id"], report["definition_name"]) == (definition["id"], "User export")

    # A receiver that answers too late: the attempt is cut at the timeout, and nothing is sent again.
    def late(*_: object) -> int:
        time.sleep(1.3)
        return 200

    answering.requests.clear()
    answering.rule = late
    job = service.done("POST", run, {"result": "success"})
    assert advance(service, hours(2))["outcomes"] == {"timeout.headers": 1}
    answering.rule = lambda *_: 200
    advance(service, hours(30))
    assert [one["id"] for one in told(answering)] == [job["id"]]
    (cut,) = service.done("GET", "/control/deliveries?outcome=timeout.headers")["items"]
    assert (cut["attempts"], cut["acknowledged"], round(cut["took"], 1)) == (1, False, 1.0)

    # The list of jobs has what the notification leaves out: the definition.
    listed = service.done("GET", "/reachfive/jobs")
    assert (listed["total"], [one["id"] for one in listed["items"]]) == (4, [*(one["id"] for one in jobs), job["id"]])
    assert {one["definition"]["name"] for one in listed["items"]} == {"User export"}
    assert {name: listed["items"][1][name] for name in reports[jobs[1]["id"]]} == reports[jobs[1]["id"]]

    # Not enabled any more: the job runs, and nobody is told.
    answering.requests.clear()
    changed = {"end_job_notification": {"enabled": False}}
    service.done("PATCH", f"/reachfive/definitions/{definition['id']}", changed)
    service.done("POST", run)
    advance(service, hours(31))
    assert answering.requests == []
    assert service.done("GET", "/reachfive/jobs?status=SUCCESS")["total"] == 4
