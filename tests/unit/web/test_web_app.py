"""Every answer of the service, whatever is asked: problems, headers, methods."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from simulator.console.refusal import Refusal
from simulator.errors import DocumentError, Mistake, NeverReached, PartnersimError, StorageError, UsageError
from simulator.web import app as module
from simulator.web.app import _where_there_is_room, create_app
from simulator.web.document import document, places
from simulator.web.operations import Call, Operation, Reply
from simulator.web.problems import Problem
from tests.unit.web.still_desk import BEARER, TOKEN, StillDesk

JSON = BEARER | {"Content-Type": "application/json"}


@pytest.fixture
def desk() -> StillDesk:
    return StillDesk()


def made(desk: StillDesk) -> Flask:
    return create_app(desk, token=TOKEN, port=80)  # type: ignore[arg-type]  # a stand-in


@pytest.fixture
def client(desk: StillDesk) -> Iterator[FlaskClient]:
    with made(desk).test_client() as client:
        yield client


def answering(monkeypatch: pytest.MonkeyPatch, desk: StillDesk, operation: Operation) -> FlaskClient:
    """A service whose `GET /control/state` does that."""
    monkeypatch.setattr(module, "OPERATIONS", {**module.OPERATIONS, "showState": operation})
    return made(desk).test_client()


def raising(error: Exception) -> Operation:
    def operation(_desk: object, _call: Call) -> Reply:
        raise error

    return operation


def is_problem(answer: Any, status: int, slug: str) -> bool:
    told = answer.get_json()
    return (
        answer.status_code == told["status"] == status
        and answer.content_type == "application/problem+json"
        and told["type"] == f"urn:partnersim:{slug}"
        and bool(told["title"])
        and bool(told["detail"])
    )


def test_an_unknown_path_is_not_found_and_needs_the_token_as_well(client: FlaskClient) -> None:
    for path in (
        "/nothing",
        "/control",
        "/control/state/",
        "/static/page.css",
        "/templates/page.html",
        "/control//state",
    ):
        assert is_problem(client.get(path, headers=BEARER), 404, "not-found"), path
        assert is_problem(client.get(path), 401, "unauthorized"), path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_not_allowed_and_learns_which_are(client: FlaskClient, method: str) -> None:
    answer = client.open("/control/state", method=method, headers=BEARER)
    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.get_json()["detail"] == f"this path takes GET, HEAD, and not {method}"


def test_allow_lists_all_methods_of_a_path(client: FlaskClient) -> None:
    assert client.open("/control/clock", method="OPTIONS", headers=BEARER).headers["Allow"] == "GET, HEAD, PATCH"


@pytest.mark.parametrize("path", ["/", "/healthz", "/openapi.json", "/metrics", "/nothing", "/control/events"])
def test_head_is_get_without_the_body(client: FlaskClient, path: str) -> None:
    get, head = (client.open(path, method=method, headers=BEARER) for method in ("GET", "HEAD"))
    assert head.status_code == get.status_code
    assert head.content_type == get.content_type
    assert head.data == b""
    get.close()


@pytest.mark.parametrize("path", ["/", "/healthz", "/nothing", "/control/state", "/openapi.json"])
@pytest.mark.parametrize("headers", [BEARER, {}, BEARER | {"Host": "evil.example"}, BEARER | {"Origin": "null"}])
def test_no_browser_may_keep_run_frame_or_guess_an_answer(
    client: FlaskClient, path: str, headers: Mapping[str, str]
) -> None:
    answer = client.get(path, headers=headers)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert not [name for name in answer.headers.keys() if name.lower().startswith("access-control")]  # noqa: SIM118 - else pairs
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "a b", "[", "\x00", "x" * 5000, "localhost:99999999", "@"])
def test_an_odd_host_is_a_problem_and_not_a_fault(client: FlaskClient, host: str) -> None:
    answer = client.get("/control/state", headers=BEARER, environ_overrides={"HTTP_HOST": host})
    assert is_problem(answer, 403, "wrong-host")


@pytest.mark.parametrize("host", ["10.42.0.17:8080", "pod-7", "evil.example", "a b", "[", "localhost:99999999", "@"])
def test_health_is_told_to_any_host(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", environ_overrides={"HTTP_HOST": host}).status_code == 200


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/", "/?token=wrong"])
def test_a_browser_without_the_token_is_told_how_to_open_the_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.content_type) == (401, "text/html; charset=utf-8")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "?token=…" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert client.head(path, headers={"Accept": BROWSER}).data == b""


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json, text/html;q=0.5", ""])
def test_a_program_without_the_token_gets_a_problem(client: FlaskClient, accept: str) -> None:
    assert is_problem(client.get("/", headers={"Accept": accept}), 401, "unauthorized")
    assert is_problem(client.get("/control/state", headers={"Accept": BROWSER}), 401, "unauthorized")
    assert is_problem(client.post("/", headers={"Accept": BROWSER}), 401, "unauthorized")


def test_a_request_without_a_host_is_refused(client: FlaskClient) -> None:
    environ = EnvironBuilder(path="/control/state", headers=Headers(BEARER)).get_environ()
    del environ["HTTP_HOST"]
    body, status, _ = run_wsgi_app(client.application, environ, buffered=True)
    assert status.startswith("403 ")
    assert b"urn:partnersim:wrong-host" in b"".join(body)


def test_an_empty_path_is_the_page(client: FlaskClient) -> None:
    environ = EnvironBuilder(path="/", query_string=f"token={TOKEN}").get_environ() | {"PATH_INFO": ""}
    assert client.open(environ).content_type == "text/html; charset=utf-8"


def test_a_page_of_another_site_changes_nothing(client: FlaskClient) -> None:
    answer = client.post("/control/reset", headers=JSON | {"Sec-Fetch-Site": "cross-site"}, data="{}")
    assert is_problem(answer, 403, "cross-site")


def test_a_body_above_a_mebibyte_is_too_large(client: FlaskClient) -> None:
    assert is_problem(client.post("/control/runs", headers=JSON, data=b" " * (1024 * 1024 + 1)), 413, "too-large")
    assert is_problem(client.post("/control/runs", headers=JSON, data=b" " * (1024 * 1024)), 400, "bad-request")


def test_mistakes_are_listed_with_their_places(client: FlaskClient) -> None:
    answer = client.get("/control/deliveries?limit=0&offset=x&limt=1", headers=BEARER)
    assert is_problem(answer, 422, "unfit")
    assert {(one["in"], one["path"]) for one in answer.get_json()["errors"]} == {
        ("query", "/limit"),
        ("query", "/offset"),
        ("query", "/limt"),
    }


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Refusal("unfit", "no", "so"), 422, "unfit"),
        (Refusal("not-found", "no", "so"), 404, "not-found"),
        (Refusal("conflict", "no", "so"), 409, "conflict"),
        (Refusal("forbidden", "no", "so"), 403, "forbidden"),
        (Refusal("unavailable", "no", "so"), 503, "unavailable"),
        (UsageError("no", "so"), 422, "unfit"),
        (StorageError("no", "so"), 500, "storage"),
        (NeverReached("no", "so"), 500, "fault"),
        (PartnersimError("no", "so"), 500, "fault"),
    ],
)
def test_every_error_is_a_problem_with_its_words(
    desk: StillDesk, monkeypatch: pytest.MonkeyPatch, error: PartnersimError, status: int, slug: str
) -> None:
    answer = answering(monkeypatch, desk, raising(error)).get("/control/state", headers=BEARER)
    assert is_problem(answer, status, slug)
    assert (answer.get_json()["detail"], answer.get_json()["remedy"]) == ("no", "so")


def test_details_are_members_and_stand_for_none_of_the_problems_own(
    desk: StillDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refusal("unfit", "no", details={"answer": {"status": 404}, "status": 7, "type": "x"})
    answer = answering(monkeypatch, desk, raising(refusal)).get("/control/state", headers=BEARER)
    assert is_problem(answer, 422, "unfit")
    assert answer.get_json()["answer"] == {"status": 404}


def test_the_mistakes_in_a_file_keep_their_lines(desk: StillDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = DocumentError("text", [Mistake(message="no", remedy="so", line=3, column=5, path="x.y")])
    answer = answering(monkeypatch, desk, raising(error)).get("/control/state", headers=BEARER)
    assert is_problem(answer, 422, "unfit")
    assert answer.get_json()["mistakes"] == [{"line": 3, "column": 5, "path": "x.y", "message": "no", "remedy": "so"}]


def test_a_fault_of_ours_shows_nothing_of_its_inside(
    desk: StillDesk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = answering(monkeypatch, desk, raising(KeyError("s3cret-value"))).get("/control/state", headers=BEARER)
    assert is_problem(answer, 500, "fault")
    assert b"KeyError" not in answer.data
    assert b".py" not in answer.data
    said = capsys.readouterr()
    assert "KeyError at " in said.err
    assert "s3cret-value" not in said.err + said.out + answer.text


def test_a_reply_goes_out_as_it_is(desk: StillDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = Reply(202, "<x/>", {"Location": "/y"}, "application/xml")
    answer = answering(monkeypatch, desk, lambda _desk, _call: reply).get("/control/state", headers=BEARER)
    assert (answer.status_code, answer.text, answer.content_type) == (202, "<x/>", "application/xml")
    assert answer.headers["Location"] == "/y"


def test_a_reply_without_a_body_has_no_type(desk: StillDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answering(monkeypatch, desk, lambda _desk, _call: Reply(204)).get("/control/state", headers=BEARER)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


def test_health_needs_no_token_and_nothing_of_the_desk(client: FlaskClient, desk: StillDesk) -> None:
    assert client.get("/healthz").get_json()["status"] == "ok"
    desk.alive = False
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "failing")


def test_the_token_stands_in_no_answer(client: FlaskClient) -> None:
    for path in (
        "/",
        "/openapi.json",
        "/metrics",
        "/healthz",
        "/nothing",
        f"/?token={TOKEN}",
        f"/nothing?token={TOKEN}",
    ):
        answer = client.get(path, headers=BEARER)
        assert TOKEN not in answer.text + str(answer.headers), path


def test_nothing_is_redirected(client: FlaskClient) -> None:
    for path in ("/control//state", "/control/state//", "/./control/state", "/control/../control/state", "/;"):
        assert client.get(path, headers=BEARER).status_code == 404, path


@pytest.mark.parametrize("path", ["/%00", "/%ff", "/control/%2e%2e/state", "/{}", "/" + "a" * 8000, "/%E2%80%AE"])
def test_odd_paths_are_not_found(client: FlaskClient, path: str) -> None:
    assert is_problem(client.get(path, headers=BEARER), 404, "not-found")


def test_no_more_requests_wait_for_receivers_than_leave_room_for_others() -> None:
    begun, go = Event(), Event()

    def waits(_desk: object, _call: object) -> Reply:
        begun.set()
        go.wait(10)
        return Reply(204)

    patient = _where_there_is_room(waits, BoundedSemaphore(1))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(patient, None, None)  # type: ignore[arg-type]  # `waits` looks at neither
        assert begun.wait(10)
        with pytest.raises(Problem) as refused:
            patient(None, None)  # type: ignore[arg-type]  # `waits` looks at neither
        assert (refused.value.slug, refused.value.headers) == ("unavailable", {"Retry-After": "1"})
        go.set()
        assert first.result(10).status == 204
    assert patient(None, None).status == 204  # type: ignore[arg-type]  # `waits` looks at neither


def test_every_operation_that_waits_for_a_receiver_is_bounded() -> None:
    waiting = {place.operation["operationId"] for place in places(document()) if place.operation.get("x-waits")}
    assert waiting == {"createWebhook", "advanceClock", "resendDelivery", "cancelRun"}
