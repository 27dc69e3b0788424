"""What the sample receiver's routes answer, asked without a socket."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient

import simulator.sample
from simulator.errors import StorageError, UsageError
from simulator.sample import AUTHORIZATION_VARIABLE, close, create_app, receiver_file

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ALERT = {
    "Export Request Id": 7,
    "Status": "Completed",
    "Date and Time": "05/01/2026 4:50:52 PM",
    "Partner": "Amazon S3",
}
REPORT = {"id": "A-_b", "status": "SUCCESS", "updated_at": "2026-01-05T11:20:52.630Z", "type": "export"}
SECRET = "Bearer mF_9.B5f-4.1JqM"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    made = create_app(tmp_path / "sample.db", now=lambda: NOW)
    yield made
    close(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[FlaskClient]:
    made = create_app(tmp_path / "guarded.db", authorization=SECRET)
    yield made.test_client()
    close(made)


def post(client: FlaskClient, body: Any, to: str = "clevertap", **extra: Any) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(f"/hooks/{to}", data=data, **extra)
    assert answer.mimetype == "application/json"
    return answer.status_code, answer.json


def test_a_kept_notification_is_shown(client: FlaskClient) -> None:
    assert post(client, ALERT) == (200, {"kept": "new"})
    answer = client.get("/exports/clevertap/7")
    assert answer.status_code == 200
    assert answer.json == {
        "provider": "clevertap",
        "id": "7",
        "kind": "export",
        "status": "Completed",
        "partial": False,
        "at": "2026-01-05T16:50:52+05:30",
        "ended": "2026-01-05T16:50:52+05:30",
        "effects": 1,
        "runs": 1,
        "repeats": 0,
        "received": "2026-01-05T12:00:00+00:00",
        "partner": "Amazon S3",
    }


def test_a_repeat_is_acknowledged_as_one(client: FlaskClient) -> None:
    post(client, ALERT)
    assert post(client, ALERT) == (200, {"kept": "before: this is a repeat"})


def test_an_unknown_export_is_absent(client: FlaskClient) -> None:
    for path in ("/exports/clevertap/7", "/exports/nobody/7", "/exports/clevertap/1e3"):
        answer = client.get(path)
        assert (answer.status_code, list(answer.json or {})) == (404, ["error"])


def test_an_import_is_acknowledged_and_no_export(client: FlaskClient) -> None:
    assert post(client, REPORT | {"type": "import"}, "reachfive") == (200, {"kept": "apart: this is no export"})
    assert client.get("/exports/reachfive/A-_b").status_code == 404


def test_the_consoles_test_body_makes_no_export(client: FlaskClient) -> None:
    body = {"is_test": True, "targetId": 1234, "key_values": {"key": "value"}, "profiles": [{"Identity": "a"}]}
    assert post(client, body)[0] == 200
    assert client.get("/exports/clevertap/1234").status_code == 404
    assert client.get("/exports").json == {"count": 0, "exports": []}


@pytest.mark.parametrize("given_id", ["a/b", "/a", "a//b", "..", "a b", "é", "%41", "a?b#c", "a\nb", "A-_b", "'\"<>"])
def test_an_export_is_found_by_any_id_that_was_kept(client: FlaskClient, given_id: str) -> None:
    assert post(client, REPORT | {"id": given_id}, "reachfive")[0] == 200
    found = client.get("/exports/reachfive/" + "".join(f"%{byte:02X}" for byte in given_id.encode()))
    assert found.json is not None
    assert found.json["id"] == given_id


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{", 400), (b"[]", 400), ({}, 422), ({"a": 1}, 422)])
@pytest.mark.parametrize("hook", ["clevertap", "reachfive"])
def test_a_bad_body_gets_a_small_sentence(client: FlaskClient, hook: str, body: Any, status: int) -> None:
    answered, told = post(client, body, hook)
    assert answered == status
    assert list(told) == ["error"]
    assert 10 < len(told["error"]) < 200


MEDIA = (
    "application/json; charset=utf-8",
    'text/json; charset="UTF-8"',
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
    None,
)


@pytest.mark.parametrize("media", ["application/json", *MEDIA])
def test_the_media_type_is_not_asked_for(client: FlaskClient, media: str | None) -> None:
    assert post(client, ALERT, content_type=media)[0] == 200


def test_only_utf8_without_an_encoding_is_read(client: FlaskClient) -> None:
    assert post(client, ALERT, content_type="application/json; charset=utf-16")[0] == 415
    assert post(client, ALERT, headers={"Content-Encoding": "gzip"})[0] == 415
    assert post(client, ALERT, headers={"Content-Encoding": "identity"})[0] == 200


def test_a_body_above_the_limit_is_refused(client: FlaskClient) -> None:
    room = 1024 * 1024 - len(json.dumps(ALERT | {"x": ""}))
    assert post(client, ALERT | {"x": "y" * room})[0] == 200
    assert post(client, ALERT | {"x": "y" * (room + 1)})[0] == 413


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_post_is_a_notification(client: FlaskClient, method: str) -> None:
    answer = client.open("/hooks/clevertap", method=method, data=json.dumps(ALERT))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert client.get("/exports/clevertap/7").status_code == 404


def credentials(value: str | None) -> dict[str, Any]:
    return {"headers": {} if value is None else {"Authorization": value}}


def test_the_right_credentials_are_let_in(guarded: FlaskClient) -> None:
    assert post(guarded, ALERT, **credentials(SECRET))[0] == 200


@pytest.mark.parametrize(
    "value",
    [None, "", "Bearer", "Bearer ", SECRET[:-1], SECRET + "x", SECRET.swapcase(), SECRET.lower(), SECRET.upper(),
     f"{SECRET}, {SECRET}", f"Bearer wrong, {SECRET}", f"{SECRET},Bearer wrong", SECRET[7:], f"Basic {SECRET[7:]}",
     "Bearer é", "\x00"],
)  # fmt: skip
def test_any_other_credentials_are_kept_out(guarded: FlaskClient, value: str | None) -> None:
    for hook in ("clevertap", "reachfive"):
        answer = guarded.post(f"/hooks/{hook}", data=json.dumps(ALERT | REPORT), **credentials(value))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert guarded.get("/exports").json == {"count": 0, "exports": []}


def test_who_may_not_come_in_is_not_told_what_is_wrong_with_the_body(guarded: FlaskClient) -> None:
    assert post(guarded, b"{")[0] == 401


@pytest.mark.parametrize(
    ("value", "scheme"), [("Basic QWxhZGRpbg==", "Basic"), ("one-word", "Bearer"), ("été ok", "Bearer")]
)
def test_any_pattern_of_credentials_can_be_asked_for(tmp_path: Path, value: str, scheme: str) -> None:
    made = create_app(tmp_path / "x.db", authorization=value)
    as_wsgi_has_it = value.encode().decode("latin-1")
    assert made.test_client().post("/hooks/clevertap").headers["WWW-Authenticate"].startswith(scheme)
    environ = {"HTTP_AUTHORIZATION": as_wsgi_has_it}
    assert post(made.test_client(), ALERT, environ_overrides=environ)[0] == 200
    close(made)


@pytest.mark.parametrize("value", ["", " ", "Bearer x ", "\tBearer x"])
def test_credentials_that_no_request_can_carry_are_refused_at_the_start(tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="authorization"):
        create_app(tmp_path / "x.db", authorization=value)
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../etc/passwd", "India"])
def test_a_zone_that_does_not_exist_is_refused_at_the_start(tmp_path: Path, zone: str) -> None:
    with pytest.raises(UsageError, match="time zone"):
        create_app(tmp_path / "x.db", zone=zone)


def test_the_accounts_zone_can_be_another(tmp_path: Path) -> None:
    made = create_app(tmp_path / "x.db", zone="America/New_York")
    post(made.test_client(), ALERT)
    assert (made.test_client().get("/exports/clevertap/7").json or {})["at"] == "2026-01-05T16:50:52-05:00"
    close(made)


def test_a_disk_that_fails_is_503_and_never_200(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise StorageError("cannot write /secret/path: disk full")

    store = app.extensions["sample"].store
    monkeypatch.setattr(type(store), "keep", full)
    answer = client.post("/hooks/clevertap", data=json.dumps(ALERT))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "/secret" not in answer.text


def test_health_follows_the_database(tmp_path: Path) -> None:
    made = create_app(tmp_path / "x.db")
    assert made.test_client().get("/healthz").status_code == 200
    close(made)
    assert made.test_client().get("/healthz").status_code == 503


def test_the_list_goes_on_where_it_left_off(client: FlaskClient) -> None:
    for number in range(1, 131):
        post(client, ALERT | {"Export Request Id": number})
    first = client.get("/exports").json or {}
    second = client.get(first["next"]).json or {}
    assert (first["count"], len(first["exports"]), len(second["exports"])) == (130, 100, 30)
    assert {one["id"] for one in first["exports"] + second["exports"]} == {str(one) for one in range(1, 131)}
    assert "next" not in second
    for odd in ("9" * 30, "-5", "x", ""):
        assert client.get(f"/exports?before={odd}").status_code == 200


NASTY = "<script>alert(1)</script>\"'&{{7*7}}\u202e"


def test_the_page_shows_what_came_and_runs_nothing(client: FlaskClient) -> None:
    post(client, ALERT)
    post(client, ALERT)
    post(client, b"{")
    counts = {"total_succeeded": 2, "total_failed": 1, "total_operations": 3}
    post(client, REPORT | counts | {"definition_name": NASTY, "id": NASTY}, "reachfive")
    post(client, REPORT | {"id": "f", "status": "FAILED"}, "reachfive")
    post(client, REPORT | {"id": "i", "type": NASTY}, "reachfive")
    page = client.get("/").text
    for shown in ("clevertap", "Amazon S3", "2026-01-05T16:50:52+05:30", "2026-01-05T12:00:00+00:00", "1 repeats",
                  "1 with 400", 'class="partial">SUCCESS, partial: 1 of 3 failed', 'class="ill">FAILED',
                  'class="well">Completed', "no export: ", "&lt;script&gt;", "{{7*7}}"):  # fmt: skip
        assert shown in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"?(https?:)?//", page)
    for link in re.findall(r'href="([^"]+)"', page):
        answer = client.get(html.unescape(link))
        assert answer.status_code == 200
        answer.close()


def test_an_empty_page_says_where_to_send(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "/hooks/clevertap" in page
    assert "Nothing was refused" in page


@pytest.mark.parametrize("path", ["/", "/exports", "/healthz", "/nowhere", "/hooks/clevertap", "/static/style.css"])
def test_every_answer_tells_browsers_to_run_and_keep_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    answer.close()


def test_the_receiver_file_names_hooks_and_probe_but_no_secret() -> None:
    text = receiver_file("http://127.0.0.1:8000/", SECRET)
    assert SECRET[7:] not in text
    told = yaml.safe_load(text)
    assert told["authorization"] == f"${{env:{AUTHORIZATION_VARIABLE}}}"
    assert told["endpoints"]["reachfive"]["url"] == "http://127.0.0.1:8000/hooks/reachfive"
    assert told["probes"]["export"]["get"] == "http://127.0.0.1:8000/exports/{provider}/{id}"
    assert "authorization" not in yaml.safe_load(receiver_file("http://[::1]:80", None))


def test_the_names_a_receiver_file_selects_are_in_the_answer(client: FlaskClient) -> None:
    counts = {"total_succeeded": 2, "total_failed": 1, "total_operations": 3}
    post(client, REPORT | counts | {"definition_name": "n"}, "reachfive")
    shown = client.get("/exports/reachfive/A-_b").json or {}
    select = yaml.safe_load(receiver_file("http://x", None))["probes"]["export"]["select"]
    assert {path.removeprefix("$.") for path in select.values()} <= set(shown)


def test_importing_the_package_imports_no_server() -> None:
    code = "import sys, simulator.sample as s; s.receiver_file('http://x', None); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"flask", "werkzeug", "waitress", "jinja2"} & set(loaded)  # sqlite3 is what coverage itself may bring


def test_a_name_the_package_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = simulator.sample.nothing
