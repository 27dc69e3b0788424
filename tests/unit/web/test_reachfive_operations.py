"""ReachFive's console over HTTP: what goes in, what comes out, and that every answer is one the document tells of."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from simulator.console.reachfive.account import ROLES
from simulator.providers.reachfive import KINDS, REACHFIVE
from simulator.web.document import document, places
from simulator.web.reachfive import OPERATIONS
from tests.unit.console.reachfive_made import ENABLED, PLAIN, Scene
from tests.unit.web.held_to_document import HEADERS, Asking, client_of
from tests.unit.web.still_desk import StillDesk


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.store.close()


@pytest.fixture(scope="module")
def desk() -> StillDesk:
    return StillDesk()


@pytest.fixture(scope="module")
def client(desk: StillDesk) -> FlaskClient:
    return client_of(desk)


@pytest.fixture
def ask(client: FlaskClient, desk: StillDesk, scene: Scene) -> Asking:
    desk.reachfive = scene.console
    return Asking(client, "/reachfive")


def created(ask: Asking, **wanted: Any) -> dict[str, Any]:
    made: dict[str, Any] = ask("POST", "/definitions", {**PLAIN, **wanted}, expect=201)
    return made


def test_every_operation_of_the_document_is_done() -> None:
    assert set(OPERATIONS) == {
        place.operation["operationId"] for place in places(document()) if place.path.startswith("/reachfive/")
    }


def test_the_document_names_what_the_partner_has() -> None:
    schemas = document()["components"]["schemas"]
    readings = schemas["ReachfiveReadings"]["properties"]
    assert {name: one["enum"] for name, one in readings.items()} == {
        name: [option.name for option in reading.options] for name, reading in REACHFIVE.readings.items()
    }
    assert schemas["ReachfiveType"]["enum"] == list(KINDS)
    roles = document()["components"]["parameters"]["ReachfiveRole"]["schema"]
    assert roles["anyOf"][0]["enum"] == list(ROLES)
    assert roles["default"] == ROLES[0]


def test_the_account_tells_its_feature_and_readings_and_takes_others(ask: Asking) -> None:
    plain = {"failed_word": "FAILED", "time_digits": "milliseconds", "job_type": "export"}
    assert ask("GET", "/account") == {"export_jobs": True, "readings": plain}
    changed = ask("PATCH", "/account", {"readings": {"failed_word": "FAILURE"}, "export_jobs": False})
    assert changed == {"export_jobs": False, "readings": {**plain, "failed_word": "FAILURE"}}
    assert ask("GET", "/account") == changed
    ask("PATCH", "/account", {"readings": {"failed_word": "KO"}}, expect=422)
    ask("PATCH", "/account", {"colour": "red"}, expect=422)


def test_a_definition_comes_back_as_it_was_made_without_its_secrets(ask: Asking) -> None:
    notification = {**ENABLED, "url": f"{ENABLED['url']}?token=abc123xyz", "timeout": "2.5s"}
    made = created(
        ask,
        end_job_notification=notification,
        schedule={"cron": "0 */4 * * *", "zone": "Europe/Paris"},
        takes="9m20s",
        outcomes=[{"result": "partial failure", "total": 10}],
    )
    assert made == {
        "id": made["id"],
        "export": "definition-1",
        "name": "User export",
        "type": "User Profiles",
        "end_job_notification": {
            "enabled": True,
            "url": "http://127.0.0.1:8000/hooks/reachfive?token=(redacted)",
            "timeout": 2.5,
            "authorization": "(redacted)",
        },
        "schedule": {"cron": "0 */4 * * *", "zone": "Europe/Paris"},
        "takes": 560.0,
        "outcomes": [{"result": "partial failure", "total": 10, "failed": 1}],
        "created_at": "2026-01-05T00:00:00Z",
        "updated_at": "2026-01-05T00:00:00Z",
        "next_run": "2026-01-05T03:00:00Z",
    }
    assert ask("GET", f"/definitions/{made['id']}") == made
    assert ask("GET", "/definitions") == {"total": 1, "items": [made]}
    assert ask("GET", "/definitions?offset=1&limit=5") == {"total": 1, "items": []}


def test_what_is_shown_can_be_sent_back_and_changes_nothing(ask: Asking, scene: Scene) -> None:
    made = created(ask, end_job_notification={**ENABLED, "url": f"{ENABLED['url']}?token=abc123xyz"})
    before = scene.console.definition(made["id"]).settings
    shown = {name: made[name] for name in ("name", "type", "end_job_notification", "schedule", "takes", "outcomes")}
    assert ask("PATCH", f"/definitions/{made['id']}", shown) == made
    assert scene.console.definition(made["id"]).settings == before


def test_a_definition_is_changed_and_taken_away(ask: Asking) -> None:
    made = created(ask)
    path = f"/definitions/{made['id']}"
    changed = ask("PATCH", path, {"name": "Été", "end_job_notification": {"authorization": None}})
    assert (changed["name"], changed["end_job_notification"]["authorization"]) == ("Été", None)
    assert changed["end_job_notification"]["url"] == ENABLED["url"]
    assert ask("DELETE", path, expect=204) is None
    ask("DELETE", path, expect=404)
    ask("GET", path, expect=404)
    ask("PATCH", path, {}, expect=404)
    ask("POST", f"{path}/run", expect=404)


def test_a_job_is_begun_with_or_without_a_body_and_listed(ask: Asking, scene: Scene) -> None:
    made = created(ask)
    first = ask("POST", f"/definitions/{made['id']}/run", expect=202)
    second = ask("POST", f"/definitions/{made['id']}/run", {"result": "failed", "takes": "1h"}, expect=202)
    assert first["definition"] == made
    scene.advance(5)
    ended = ask("GET", f"/jobs/{first['id']}")
    assert (ended["status"], ended["updated_at"]) == ("SUCCESS", "2026-01-05T00:00:05.000Z")
    assert ask("GET", "/jobs") == {"total": 2, "items": [ended, second]}
    assert ask("GET", "/jobs?status=RUNNING") == {"total": 1, "items": [second]}
    assert ask("GET", f"/jobs?definition_id={made['id']}&offset=1&limit=1") == {"total": 2, "items": [second]}
    assert ask("GET", "/jobs?definition_id=other") == {"total": 0, "items": []}
    ask("GET", "/jobs?status=DONE", expect=422)
    ask("GET", "/jobs?colour=red", expect=422)
    ask("GET", f"/jobs/{'A' * 20}", expect=404)
    ask("GET", "/jobs/x", expect=404)


def test_where_a_new_thing_stands_is_told(ask: Asking) -> None:
    made = ask.client.post("/reachfive/definitions", json=PLAIN, headers=HEADERS)
    at = made.headers["Location"]
    assert ask.client.get(at, headers=HEADERS).json == made.json
    job = ask.client.post(f"{at}/run", headers=HEADERS)
    assert ask.client.get(job.headers["Location"], headers=HEADERS).json == job.json


@pytest.mark.parametrize("role", ["Developer", "Manager", "Administrator"])
def test_three_roles_may_change_things(ask: Asking, role: str) -> None:
    ask("POST", "/definitions", PLAIN, expect=201, role=role)


def test_another_role_may_look_but_not_touch(ask: Asking) -> None:
    made = created(ask)
    path = f"/definitions/{made['id']}"
    changes: list[tuple[str, str, Any]] = [
        ("PATCH", "/account", {"export_jobs": False}),
        ("POST", "/definitions", PLAIN),
        ("PATCH", path, {"name": "x"}),
        ("DELETE", path, None),
        ("POST", f"{path}/run", None),
    ]
    for method, place, body in changes:
        assert "Analyst" in ask(method, place, body, expect=403, role="Analyst")["detail"]
    assert ask("GET", "/account", role="Analyst")["export_jobs"]
    assert ask("GET", "/definitions", role="Analyst") == {"total": 1, "items": [made]}
    assert ask("GET", "/jobs", role="Analyst")["total"] == 0


def test_without_the_feature_nothing_is_made_or_run(ask: Asking) -> None:
    made = created(ask)
    ask("PATCH", "/account", {"export_jobs": False})
    ask("POST", "/definitions", PLAIN, expect=403)
    ask("POST", f"/definitions/{made['id']}/run", expect=403)
    ask("GET", f"/definitions/{made['id']}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\nb"},
        {"name": "half \ud83d"},
        {"type": "Users"},
        {"colour": "red"},
        {"takes": "soon"},
        {"takes": -1},
        {"takes": "40000d"},
        {"schedule": {"cron": "0 0 30 2 *"}},
        {"schedule": {"cron": "0 0 * * * *"}},
        {"schedule": {"cron": "0 0 * * *", "zone": "localtime"}},
        {"schedule": {"zone": "UTC"}},
        {"outcomes": []},
        {"outcomes": [{"result": "partial failure", "total": 1}]},
        {"outcomes": [{"total": 3}]},
        {"outcomes": [{"result": "success", "total": 2**31}]},
        {"outcomes": [{"result": "success", "total": 2.5}]},
        {"end_job_notification": {"enabled": True}},
        {"end_job_notification": {"url": "ftp://h/"}},
        {"end_job_notification": {"timeout": 0}},
        {"end_job_notification": {"timeout": "301s"}},
        {"end_job_notification": {"authorization": "Bearer x\r\nX-Evil: 1"}},
    ],
)
def test_what_makes_no_sense_is_refused_whole(ask: Asking, wrong: dict[str, Any]) -> None:
    if "half \ud83d" in wrong.values():  # no UTF-8 can say it, JSON's escapes can
        answer = ask.client.post(
            "/reachfive/definitions",
            data=b'{"name": "half \\ud83d", "type": "User Events"}',
            headers={**HEADERS, "Content-Type": "application/json"},
        )
        assert answer.status_code in {400, 422}
    else:
        problem = ask("POST", "/definitions", {**PLAIN, **wrong}, expect=422)
        assert problem["detail"]
    assert ask("GET", "/definitions")["total"] == 0
