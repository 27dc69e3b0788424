"""What the service tells, one example of each; they fit the API's document."""

from typing import Any

URL = "http://127.0.0.1:8790"
TOKEN = "opensesame-opensesame"
MOMENT = "2026-01-05T00:00:00Z"

WEBHOOK = {
    "name": "exports",
    "url": "http://127.0.0.1:8000/hooks?key=(redacted)",
    "method": "POST",
    "headers": {"X-Env": "(redacted)"},
    "auth": {"type": "basic", "username": "me"},
    "in_use": True,
    "created_at": MOMENT,
}
ALERTS = {"enabled": True, "webhook": "exports"}
EXPORT = {
    "id": "export-1",
    "partner": "Amazon S3",
    "type": "Events",
    "frequency": "every 4 hours",
    "takes": 560,
    "runs": None,
    "fails": [2],
    "export_request_id": None,
    "state": "scheduled",
    "alerts": True,
    "created_at": MOMENT,
    "runs_started": 0,
    "next_run": MOMENT,
}
EXPORT_RUN = {
    "number": 1,
    "export_request_id": 1767571201,
    "state": "running",
    "started_at": MOMENT,
    "ended_at": None,
}
DEFINITION = {
    "id": "AZuLjk0mPq3Zdy8Qkpxt",
    "export": "definition-1",
    "name": "users",
    "type": "User Profiles",
    "end_job_notification": {
        "enabled": True,
        "url": "http://127.0.0.1:8000/hooks/reachfive",
        "timeout": 10,
        "authorization": "(redacted)",
    },
    "schedule": {"cron": "0 */4 * * *", "zone": "Europe/Paris"},
    "takes": 5,
    "outcomes": [{"result": "partial failure", "total": 10, "failed": 2}],
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "next_run": None,
}
JOB = {
    "id": "AZvLjk0mPq3Zdy8Qkpxt",
    "type": "export",
    "status": "SUCCESS",
    "created_at": MOMENT,
    "updated_at": "2026-01-05T00:00:05.250Z",
    "total_operations": 10,
    "total_succeeded": 8,
    "total_failed": 2,
    "definition_id": DEFINITION["id"],
    "definition_name": "users",
    "definition": DEFINITION,
}
ACCOUNT = {"export_jobs": True, "readings": {"failed_word": "FAILED"}}
STATE = {
    "version": "0.1.0",
    "seed": 42,
    "start": MOMENT,
    "misfire": "send",
    "folder": "/var/lib/partnersim",
    "journals": ["/var/lib/partnersim/1.ndjson"],
}
CLOCK = {"now": MOMENT, "scale": 60, "held": True, "next_due": None}
DELIVERY = {
    "number": 7,
    "partner": "clevertap",
    "export": "export-1",
    "run": 1,
    "event": "completed",
    "id": "1767571201",
    "status": "Completed",
    "at": MOMENT,
    "due": MOMENT,
    "url": "http://127.0.0.1:8000/hooks",
    "origin": "schedule",
    "again": None,
    "journal": "1.ndjson",
    "outcome": "answered",
    "answer": 200,
    "acknowledged": True,
    "attempts": 1,
    "late": 0.0004,
    "took": 0.002,
    "detail": "",
}
WHOLE = {
    **DELIVERY,
    "requests": [
        {
            "attempt": 1,
            "method": "POST",
            "head": "POST /hooks HTTP/1.1\r\n\r\n",
            "late": 0.0004,
            "took": 0.002,
            "body": '{"Café": 1}',
            "outcome": "answered",
            "detail": "",
            "answer": {"status": 200, "head": "HTTP/1.1 200 OK\r\n\r\n", "body_base64": "/wA="},
        }
    ],
}
RUN = {
    "id": "run-1",
    "scenario": "clevertap/one-time-export",
    "title": "A one-time export begins and completes",
    "provider": "clevertap",
    "receiver": "http://127.0.0.1:8000",
    "seed": 42,
    "start": "2026-01-05T05:30:00+05:30",
    "time_scale": None,
    "patience": 0,
    "confirm": True,
    "created_at": MOMENT,
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "progress": {"deliveries": 2, "story": 560.5},
    "state": "done",
    "outcome": "failed",
    "exit_code": 1,
    "failed": [{"rule": "expect/each", "level": "must", "sentence": "each is acknowledged", "because": "204"}],
    "journals": ["/var/lib/partnersim/run-1/01-one.ndjson"],
    "error": None,
}


def page(*items: Any) -> dict[str, Any]:
    return {"total": len(items), "items": list(items)}
