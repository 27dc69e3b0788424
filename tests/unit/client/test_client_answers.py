"""Answers become records; whatever is no answer of the service's becomes an error that says so."""

import json
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError

from simulator.client import Basic, Client, NeverReached, OAuth2, Problem, Unanswered, Unreadable
from simulator.client.records.deliveries import Answer, Delivery
from simulator.client.records.service import ClockReading
from simulator.errors import UsageError
from tests.unit.client.examples import CLOCK, DELIVERY, EXPORT, JOB, STATE, TOKEN, URL, WHOLE, page

PROBLEM = {
    "type": "urn:partnersim:conflict",
    "title": "Not as things stand now",
    "status": 409,
    "detail": "webhook 'exports' is in use",
    "remedy": "disable the alerts first",
}


def refuse(service: responses.RequestsMock, status: int, document: Any) -> None:
    service.get(f"{URL}/control/state", json=document, status=status, content_type="application/problem+json")


def test_an_answer_is_a_record_with_aware_moments(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/clock", json={**CLOCK, "next_due": "2026-01-05T00:00:00.250+05:30"})
    read = client.clock.read()
    assert read == ClockReading(
        now=datetime(2026, 1, 5, tzinfo=UTC),
        scale=60.0,
        held=True,
        next_due=datetime(2026, 1, 4, 18, 30, 0, 250_000, tzinfo=UTC),
    )
    assert read.next_due is not None
    assert read.next_due.tzinfo is not None


def test_records_inside_records_and_lists_are_read_too(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/reachfive/jobs/x", json=JOB)
    job = client.reachfive.job("x")
    assert job.ended
    assert job.definition.outcomes[0].failed == 2
    assert job.definition.schedule is not None
    assert job.definition.schedule.zone == "Europe/Paris"


def test_a_body_is_bytes_as_text_or_as_base64(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/deliveries/7", json=WHOLE)
    (sent,) = client.delivery(7).requests
    assert sent.body == '{"Café": 1}'.encode()
    assert sent.answer == Answer(status=200, head="HTTP/1.1 200 OK\r\n\r\n", body=b"\xff\x00")


def test_members_added_later_are_passed_over(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/deliveries/7", json={**WHOLE, "colour": "red"})
    assert client.delivery(7).number == 7


@pytest.mark.parametrize("name", CLOCK)
def test_a_missing_member_is_named_with_its_url(name: str, service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/clock", json={key: value for key, value in CLOCK.items() if key != name})
    with pytest.raises(Unreadable, match=f"GET {URL}/control/clock answered without the member /{name}"):
        client.clock.read()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("now", "2026-01-05T00:00:00"),
        ("now", "yesterday"),
        ("now", 17),
        ("scale", "fast"),
        ("scale", True),
        ("held", 1),
        ("held", None),
        ("next_due", "soon"),
    ],
)
def test_a_member_of_another_kind_is_named(
    member: str, value: Any, service: responses.RequestsMock, client: Client
) -> None:
    service.get(f"{URL}/control/clock", json={**CLOCK, member: value})
    with pytest.raises(Unreadable, match=f"the member /{member} is not"):
        client.clock.read()


@pytest.mark.parametrize(
    ("path", "told", "said"),
    [
        ("/clevertap/exports/x", {**EXPORT, "fails": 2}, "/fails is not a list"),
        ("/clevertap/exports/x", {**EXPORT, "fails": [2, "3"]}, "/fails/1 is not a whole number"),
        ("/clevertap/exports/x", {**EXPORT, "fails": [True]}, "/fails/0 is not a whole number"),
        ("/clevertap/exports/x", [EXPORT], "the answer is not an object"),
    ],
)
def test_a_value_inside_is_named_by_its_path(
    path: str, told: Any, said: str, service: responses.RequestsMock, client: Client
) -> None:
    service.get(URL + path, json=told)
    with pytest.raises(Unreadable, match=said):
        client.clevertap.export("x")


def test_a_list_is_fetched_page_by_page_when_it_is_read(service: responses.RequestsMock, client: Client) -> None:
    rows = [{**DELIVERY, "number": number} for number in range(1, 1002)]

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = request.params  # type: ignore[attr-defined]  # which `responses` adds
        offset, limit = int(query["offset"]), int(query["limit"])
        return 200, {}, json.dumps({"total": len(rows), "items": rows[offset : offset + limit]})

    service.add_callback(responses.GET, f"{URL}/control/deliveries", answer, content_type="application/json")
    listed = client.deliveries()
    assert len(service.calls) == 0
    assert next(listed).number == 1
    assert len(service.calls) == 1
    assert [one.number for one in listed] == list(range(2, 1002))
    assert len(service.calls) == 3


def test_a_list_that_shrinks_while_it_is_read_ends(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/deliveries", json={"total": 2000, "items": [DELIVERY]})
    service.get(f"{URL}/control/deliveries", json={"total": 2000, "items": []})
    assert [type(one) for one in client.deliveries()] == [Delivery]
    assert len(service.calls) == 2


def test_an_item_that_is_wrong_is_named_by_its_place(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/deliveries", json=page(DELIVERY, {**DELIVERY, "number": "8"}))
    with pytest.raises(Unreadable, match="/items/1/number is not a whole number"):
        list(client.deliveries())


@pytest.mark.parametrize("told", [[], {"items": []}, {"total": "1", "items": []}, {"total": 1}])
def test_a_list_without_its_members_is_an_error(told: Any, service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/deliveries", json=told)
    with pytest.raises(Unreadable):
        list(client.deliveries())


def test_a_problem_says_all_of_it_in_words(service: responses.RequestsMock, client: Client) -> None:
    refuse(service, 409, PROBLEM)
    with pytest.raises(Problem) as caught:
        client.state()
    assert str(caught.value) == (
        "409 Not as things stand now: webhook 'exports' is in use\n"
        f"  asked: GET {URL}/control/state\n"
        "  disable the alerts first"
    )
    found = caught.value
    assert (found.status, found.slug, found.title) == (409, "conflict", "Not as things stand now")
    assert (found.detail, found.remedy) == ("webhook 'exports' is in use", "disable the alerts first")
    assert (found.errors, found.details, found.exit_code) == ((), {}, 2)


def test_a_problem_names_every_mistake_and_what_the_receiver_answered(
    service: responses.RequestsMock, client: Client
) -> None:
    errors = [
        {"in": "body", "path": "/frequency", "message": "is not one time", "remedy": "e.g. every 4 hours"},
        {"in": "query", "path": "/limit", "message": "is above 1000"},
        "what else",
    ]
    answer = {"outcome": "answered", "status": 404, "body": "\x1b[31mno\n::error::x", "detail": ""}
    refuse(service, 422, {**PROBLEM, "title": "That makes no sense", "errors": errors, "answer": answer})
    with pytest.raises(Problem) as caught:
        client.state()
    lines = str(caught.value).splitlines()
    assert lines[1:4] == [
        "  body /frequency is not one time (e.g. every 4 hours)",
        "  query /limit is above 1000",
        r"  answer: outcome answered, status 404, body \x1b[31mno\n::error::x",
    ]
    assert caught.value.details == {"answer": answer}
    assert [one.path for one in caught.value.errors] == ["/frequency", "/limit"]


def test_a_problem_of_the_service_itself_is_no_misuse(service: responses.RequestsMock, client: Client) -> None:
    refuse(service, 500, {"title": "A fault of the service", "status": 500})
    with pytest.raises(Problem, match="500 A fault of the service") as caught:
        client.state()
    assert caught.value.exit_code == 70


@pytest.mark.parametrize("document", [[], "no", 7, {"status": "four", "errors": "x", "remedy": None, "detail": 9}])
def test_a_problem_of_another_shape_is_an_error_all_the_same(
    document: Any, service: responses.RequestsMock, client: Client
) -> None:
    refuse(service, 400, document)
    with pytest.raises((Problem, Unreadable), match="400"):
        client.state()


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (200, "<html>Log in</html>", "text/html", "answered 200 with text/html, not JSON of partnersim's: <html>"),
        (404, "<html>no such page</html>", "text/html", "answered 404 with text/html"),
        (502, "", "text/plain", "answered 502 with text/plain, not JSON of partnersim's: nothing"),
        (200, "", "application/json", "answered 200 with application/json, not JSON of partnersim's: nothing"),
        (200, '{"now": ', "application/json", "not JSON"),
        (200, b"\xff\xfe", "application/json", "not JSON"),
        (200, "[" * 100_000, "application/json", "not JSON"),
        (403, '{"error": "no"}', "application/json", "answered 403"),
    ],
)
def test_whatever_is_not_partnersims_is_named(
    status: int, body: Any, kind: str, said: str, service: responses.RequestsMock, client: Client
) -> None:
    service.get(f"{URL}/control/state", body=body, status=status, content_type=kind)
    with pytest.raises(Unreadable) as caught:
        client.state()
    assert said in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_is_not_followed(
    status: int, service: responses.RequestsMock, client: Client
) -> None:
    service.post(f"{URL}/control/reset", status=status, headers={"Location": "http://evil.test/"})
    with pytest.raises(Unreadable, match=f"answered {status}, a redirect to http://evil.test/: it is not followed"):
        client.reset()
    assert len(service.calls) == 1


REFUSED = NewConnectionError(None, "[Errno 111] Connection refused")  # type: ignore[arg-type]  # no pool is needed


@pytest.mark.parametrize(
    ("raised", "error", "said"),
    [
        (
            requests.ConnectionError(MaxRetryError(None, "/", REFUSED)),  # type: ignore[arg-type]  # nor here
            NeverReached,
            f"nothing answers at {URL}",
        ),
        (requests.ConnectTimeout("slow"), NeverReached, "no connection within 5 s"),
        (requests.exceptions.SSLError("certificate verify failed"), NeverReached, "certificate verify failed"),
        (requests.ReadTimeout("slow"), Unanswered, "no answer within 30 s"),
        (requests.ConnectionError("Connection aborted."), Unanswered, "Connection aborted"),
        (requests.exceptions.ChunkedEncodingError("IncompleteRead"), Unanswered, "IncompleteRead"),
        (requests.exceptions.ContentDecodingError("gzip"), Unanswered, "gzip"),
        (OSError(24, "Too many open files"), Unanswered, "Too many open files"),
    ],
)
def test_what_a_connection_can_do_is_an_error_of_ours(
    raised: Exception, error: type[Exception], said: str, service: responses.RequestsMock, client: Client
) -> None:
    service.get(f"{URL}/control/state", body=raised)
    with pytest.raises(error) as caught:
        client.state()
    assert said in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_service_that_is_not_there_is_asked_after(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/control/state", body=requests.ConnectTimeout())
    with pytest.raises(NeverReached, match="is `partnersim serve` running"):
        client.state()


def test_the_token_is_in_no_error_and_no_repr(service: responses.RequestsMock) -> None:
    client = Client(URL, TOKEN)
    echoed = f"you sent Bearer {TOKEN}"
    refuse(service, 401, {**PROBLEM, "detail": echoed, "errors": [{"path": "/", "message": echoed}], "echo": [echoed]})
    service.get(f"{URL}/control/state", body=echoed, status=500)
    service.get(f"{URL}/control/state", status=302, headers={"Location": f"http://x.test/?token={TOKEN}"})
    service.get(f"{URL}/control/state", body=requests.ConnectionError(echoed))
    service.get(f"{URL}/control/state", body=f"{'x' * 190}{TOKEN}", status=500)
    for _ in range(5):
        with pytest.raises(Exception) as caught:  # noqa: PT011 (whichever it is)
            client.state()
        told = [*traceback.format_exception(caught.value), repr(caught.value), repr(vars(caught.value))]
        assert TOKEN[:8] not in "".join(told)
    assert TOKEN not in repr(client) + repr(client.clevertap) + repr(client.clock) + repr(vars(client))
    client.close()


def test_credentials_are_in_no_repr() -> None:
    assert "opensesame" not in repr([Basic("me", "opensesame"), OAuth2("http://a.test/", "me", "opensesame")])


@pytest.mark.parametrize("token", ["", "two words", "a\r\nX-Evil: 1", "café", "\x7f"])
def test_a_token_that_no_header_can_hold_is_refused_unseen(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        Client(URL, token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8790",
        "ftp://x.test",
        "http://me:pw@x.test/",
        "http://x.test/?token=a",
        "http://x.test:0/",
        "http://x.test/#a",
    ],
)
def test_a_url_that_cannot_be_asked_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Client(url, TOKEN)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://localhost:8790/", "http://localhost:8790/control/state"),
        ("https://mock.test/partner/", "https://mock.test/partner/control/state"),
        ("http://[::1]:8790", "http://[::1]:8790/control/state"),
    ],
)
def test_a_url_may_end_in_a_slash_and_have_a_path(given: str, asked: str, service: responses.RequestsMock) -> None:
    service.get(asked, json=STATE)
    with Client(given, TOKEN) as client:
        assert client.state().seed == 42


def test_from_environment_takes_both_names() -> None:
    made = Client.from_environment({"PARTNERSIM_URL": URL, "PARTNERSIM_TOKEN": TOKEN})
    assert repr(made) == f"Client('{URL}')"
    made.close()


@pytest.mark.parametrize("env", [{}, {"PARTNERSIM_URL": URL}, {"PARTNERSIM_TOKEN": TOKEN}, {"PARTNERSIM_URL": ""}])
def test_from_environment_names_what_is_missing(env: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        Client.from_environment(env)
    for name in ("PARTNERSIM_URL", "PARTNERSIM_TOKEN"):
        assert (f"no {name}" in caught.value.message) == (not env.get(name))


def test_nothing_of_the_surroundings_changes_what_is_sent(
    service: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    service.get(f"{URL}/control/state", json=STATE)
    with Client(URL, TOKEN) as client:
        client.state()
    call = service.calls[0].request
    assert call.headers["Authorization"] == f"Bearer {TOKEN}"
    settings = call.req_kwargs  # type: ignore[attr-defined]  # which `responses` adds
    assert dict(settings["proxies"]) == {}
    assert settings["verify"] is True
    assert "Proxy-Authorization" not in call.headers


def test_every_request_has_a_timeout_and_a_move_of_the_clock_one_of_its_own(
    service: responses.RequestsMock, client: Client
) -> None:
    service.get(f"{URL}/control/state", json=STATE)
    service.post(f"{URL}/control/clock/advance", json={"now": STATE["start"], "deliveries": 0, "outcomes": {}})
    client.state()
    client.advance("1d")
    client.clock.advance("1d", timeout=2.0)
    sent: list[Any] = [call.request for call in service.calls]
    timeouts = [one.req_kwargs["timeout"] for one in sent]
    assert timeouts == [(5.0, 30.0), (5.0, 600.0), (2.0, 2.0)]


@pytest.mark.parametrize("body", [{"by": "1d", "to": "2026-01-05T00:00:00Z"}, {}])
def test_advance_wants_a_span_or_a_moment(body: dict[str, str], client: Client) -> None:
    with pytest.raises(UsageError, match="either"):
        client.advance(**body)  # type: ignore[arg-type]  # `body` has `by` and `to` alone


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_be_another_path_is_refused(name: str, client: Client) -> None:
    with pytest.raises(UsageError, match="is no name"):
        client.clevertap.delete_webhook(name)


def test_a_moment_without_an_offset_is_refused(client: Client) -> None:
    with pytest.raises(UsageError, match="starts_at"):
        client.clevertap.create_export(starts_at=datetime(2026, 1, 5))


@pytest.mark.parametrize("value", [float("nan"), object(), "\ud800"])
def test_what_is_no_json_is_refused_before_it_is_sent(value: Any, client: Client) -> None:
    with pytest.raises(UsageError, match="no JSON"):
        client.clock.set_scale(value)


def test_a_role_that_no_header_can_hold_is_refused(client: Client) -> None:
    with pytest.raises(UsageError, match="cannot be sent"):
        client.reachfive.acting_as("a\nb").change_account(export_jobs=True)


def test_a_file_of_authorities_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.pem"):
        Client("https://mock.test", TOKEN, cacert=str(tmp_path / "none.pem"))


@pytest.mark.parametrize("form", ["json", "text", "junit"])
def test_a_report_is_text(form: str, service: responses.RequestsMock, client: Client) -> None:
    service.get(
        f"{URL}/control/runs/run-1/report",
        body="✓ all",
        match=[responses.matchers.query_param_matcher({"format": form})],
    )
    assert client.report("run-1", form) == "✓ all"


def test_metrics_are_text(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/metrics", body="partnersim_up 1\n")
    assert client.metrics() == "partnersim_up 1\n"


def test_a_service_that_fails_says_so_by_its_health(service: responses.RequestsMock, client: Client) -> None:
    service.get(f"{URL}/healthz", json={"status": "failing", "version": "0.1.0"}, status=503)
    assert client.health().status == "failing"


def test_a_problem_says_nothing_twice_and_each_mistake_of_a_list_on_a_line(
    service: responses.RequestsMock, client: Client
) -> None:
    errors = [{"in": "body", "path": "/runs", "message": "is 0", "remedy": "e.g. 1"}]
    mistakes = [{"line": 3, "message": "odd", "source_line": ""}, {"line": 4, "message": "odd too"}]
    told = {"title": "No", "detail": "`runs` is 0", "remedy": "e.g. 1", "errors": errors, "mistakes": mistakes}
    refuse(service, 422, told)
    with pytest.raises(Problem) as caught:
        client.state()
    assert str(caught.value).splitlines() == [
        "422 No: `runs` is 0",
        "  body /runs",
        "  mistakes: line 3, message odd",
        "  mistakes: line 4, message odd too",
        f"  asked: GET {URL}/control/state",
        "  e.g. 1",
    ]
