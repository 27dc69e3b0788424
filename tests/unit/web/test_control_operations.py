"""The operations of /control: what goes in and out, and that every answer is one the document tells of."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from simulator.clock import Scale
from simulator.console.course import Advanced, ClockReading
from simulator.console.desk import Desk
from simulator.console.ledger import Sent, Wanted, Whole
from simulator.console.refusal import Refusal, not_found
from simulator.console.scenario_runs.request import TEXT_BYTES, RunRequest, wanted_scenario
from simulator.console.scenario_runs.run import ScenarioRun
from simulator.model import Attempt, Outcome
from simulator.web.app import create_app
from simulator.web.control import OPERATIONS
from simulator.web.document import SENT as SENT_EVENTS
from simulator.web.document import document, places, resolved

T = TypeVar("T")
NOW = 1767571200.5
HEADERS = {"Authorization": "Bearer opensesame", "Host": "localhost:8000"}
SENT = Sent(
    number=7,
    partner="clevertap",
    export="export-1",
    run=2,
    event="completed",
    id="1690283492",
    status="Completed",
    at=NOW,
    due=NOW,
    url="http://127.0.0.1:8000/hook",
    origin="schedule",
    again=0,
    journal="clevertap.ndjson",
    outcome="answered",
    answer=200,
    acknowledged=True,
    attempts=1,
    late=0.001,
    took=0.02,
    detail="",
)
ATTEMPT = Attempt(
    line=0,
    outcome_line=0,
    number=7,
    attempt=1,
    step="export-1",
    copy=0,
    event="completed",
    export="export-1",
    run=2,
    id="1690283492",
    status="Completed",
    time="",
    definition_id="",
    end=True,
    valid=True,
    credentials="right",
    fault=False,
    at=0.0,
    due=0.0,
    timeout=5.0,
    endpoint="*",
    method="POST",
    url="http://127.0.0.1:8000/hook",
    head="POST /hook HTTP/1.1\r\nAuthorization: (redacted)\r\n",
    body=b'{"Status":"Completed"}',
    intended=1.0,
    outcome=Outcome.ANSWERED,
    answer_status=200,
    answer_head="HTTP/1.1 200 OK\r\n",
    answer_body=b"\xff\x00",
    late=0.001,
    sent=1.0,
    done=1.02,
)
RUN = ScenarioRun(
    id="run-1",
    scenario="clevertap/one-time-export",
    title="One",
    provider="clevertap",
    receiver="staging",
    seed=7,
    start=None,
    time_scale=None,
    patience=0.0,
    confirm=True,
    created=NOW,
)
ENDED = RUN._replace(
    id="run-2",
    scenario="",
    state="done",
    start=NOW,
    time_scale="instant",
    began=NOW,
    ended=NOW + 1,
    deliveries=2,
    story=560.0,
    outcome="failed",
    exit_code=1,
    failed=[{"rule": "expect/each", "level": "must", "sentence": "each is acked", "because": "it was not"}],
    journals=["/j/run-2/01.ndjson"],
    error={"message": "m", "remedy": "r"},
)
REPORT = (
    '{"partnersim": "0", "seed": 1, "started": "s", "scenarios": 1, "deliveries": 2, "attempts": 2,'
    ' "outcome": "failed", "exit_code": 1, "lateness": {}, "plays": [], "verdicts": []}'
)


class Runs:
    """Runs of which there are two: one that waits, and one that has ended."""

    def __init__(self) -> None:
        self.asked: list[RunRequest] = []

    def start(self, request: RunRequest) -> ScenarioRun:
        self.asked.append(request)
        wanted_scenario(request)
        return RUN

    def get(self, ident: str) -> ScenarioRun:
        found = {one.id: one for one in (RUN, ENDED)}.get(ident)
        if found is None:
            raise not_found("run", ident)
        return found

    def page(self, offset: int, limit: int) -> tuple[int, list[ScenarioRun]]:
        return 2, [RUN, ENDED][offset:][:limit]

    def cancel(self, ident: str) -> ScenarioRun:
        if not self.get(ident).open:
            raise Refusal("conflict", f"{ident} has ended")
        return RUN._replace(state="canceled")

    def report(self, ident: str, form: str) -> str:
        if self.get(ident).open:
            raise Refusal("conflict", f"{ident} goes on")
        return {"json": REPORT, "text": "text\n", "junit": "<testsuites/>\n"}[form]


class Named(NamedTuple):
    """An export, a definition or a webhook."""

    id: str = ""
    key: str = ""
    name: str = ""


class Consoles:
    """Both consoles: one has an export and a webhook, the other a definition."""

    @property
    def account(self) -> "Consoles":
        return self

    def exports(self) -> tuple[int, list[Named]]:
        return 1, [Named(id="export-9")]

    def definitions(self) -> tuple[int, list[Named]]:
        return 1, [Named(id="AWstKc0mPq3Zqw5seX89", key="definition-1")]

    def webhooks(self) -> tuple[int, list[Named]]:
        return 1, [Named(name="exports")]

    def hook(self, export: str) -> None:
        if export == "definition-1":
            raise Refusal("conflict", "its End Job Notification is not enabled")
        if export not in {"export-9", "webhook exports"}:
            raise not_found("export", export)


class Standing:
    """A desk in the place of the real one, on the caller's thread; it writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.runs = Runs()
        self.clevertap = self.reachfive = Consoles()
        self.reading = ClockReading(NOW, 60.0, held=True, next_due=None)

    @property
    def ledger(self) -> "Standing":
        return self

    def do(self, work: Callable[[], T]) -> T:
        return work()

    def await_(self, make: Callable[[], Awaitable[T]]) -> T:
        async def wait() -> T:
            return await make()

        return asyncio.run(wait())

    def state(self) -> dict[str, Any]:
        told = {"version": "0.1.0", "seed": 7, "start": NOW, "misfire": "send", "folder": "/f", "journals": ["/f/j"]}
        return {**told, "began": False, "missed": 3}

    def clock(self) -> ClockReading:
        return self.reading

    def set_clock(self, held: bool | None = None, scale: float | None = None) -> ClockReading:
        self.asked.append((held, scale))
        return self.reading._replace(next_due=NOW + 1)

    async def advance(self, to: float | None = None, *, by: float = 0.0) -> Advanced:
        self.asked.append((to, by))
        if to == 1767225600.0:
            raise Refusal("conflict", "it is being moved already")
        return Advanced(NOW, 2, {"answered": 2})

    async def reset(
        self, seed: int | None = None, start: float | None = None, scale: float | None = None, held: bool | None = None
    ) -> None:
        self.asked.append((seed, start, scale, held))

    async def resend(self, number: int, *, fresh: bool) -> Sent:
        self.asked.append((number, fresh))
        if number != SENT.number:
            raise not_found("delivery", str(number))
        return SENT._replace(number=8, origin="resend", again=number, outcome="", answer=0)

    def page(self, wanted: Wanted, offset: int, limit: int, *, newest: bool = False) -> tuple[int, list[Sent]]:
        self.asked.append((wanted, offset, limit, newest))
        found = [SENT] if wanted.export in {None, SENT.export} else []
        return len(found), found[offset:][:limit]

    def whole(self, number: int) -> Whole | None:
        closed = ATTEMPT.__class__(
            **{**vars(ATTEMPT), "attempt": 2, "outcome": Outcome.REFUSED, "answer_status": 0}
            | {"answer_head": "", "answer_body": b"", "detail": "nobody listens"}
        )
        return Whole(SENT, (ATTEMPT, closed)) if number == SENT.number else None


def fits(method: str, path: str, answer: TestResponse) -> None:
    """Hold an answer against what the document says of it."""
    whole = document()
    (place,) = (
        one
        for one in places(whole)
        if one.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path.partition("?")[0])
    )
    media = answer.mimetype or ""
    content = resolved(whole, place.operation["responses"][str(answer.status_code)])["content"][media]
    value = answer.json if "json" in media else answer.text
    jsonschema.Draft202012Validator({**content["schema"], "components": whole["components"]}).validate(value)


class Asking:
    """Asks the service, and holds every answer against the document."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def __call__(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        answer = self.client.open(f"/control{path}", method=method, json=body, headers=HEADERS)
        assert answer.status_code == expect, answer.text
        fits(method, f"/control{path}", answer)
        return answer.json if "json" in (answer.mimetype or "") else answer.text


@pytest.fixture
def desk() -> Standing:
    return Standing()


@pytest.fixture
def ask(desk: Standing) -> Asking:
    return Asking(create_app(cast(Desk, desk), token="opensesame", port=8000).test_client())


def test_every_operation_of_control_has_its_function() -> None:
    named = {place.operation["operationId"] for place in places(document()) if place.part == "control"}
    assert named - {"streamEvents"} == set(OPERATIONS)


def told(name: str) -> Mapping[str, Any]:
    """The members that the document tells of."""
    properties: Mapping[str, Any] = document()["components"]["schemas"][name]["properties"]
    return properties


class TestState:
    def test_it_shows_where_all_is(self, ask: Asking) -> None:
        state = ask("GET", "/state")
        assert set(state) == set(told("State"))
        assert state["start"] == "2026-01-05T00:00:00.500Z"

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            (None, (None, None, None, None)),
            ({}, (None, None, None, None)),
            (
                {"seed": 0, "start": "2026-01-05T05:30:00+05:30", "scale": "1h=1s", "held": False},
                (0, 1767571200.0, 3600.0, False),
            ),
        ],
    )
    def test_all_is_forgotten_and_begins_as_asked(self, ask: Asking, desk: Standing, body: Any, asked: Any) -> None:
        assert ask("POST", "/reset", body)["seed"] == 7
        assert desk.asked == [asked]

    @pytest.mark.parametrize(
        "body",
        [
            {"seed": -1},
            {"seed": 2**32},
            {"seed": 1.5},
            {"seed": None},
            {"start": "2026-01-05T00:00:00"},
            {"start": "0001-01-01T00:00:00+14:00"},
            {"start": "1979-12-31T23:59:59Z"},
            {"start": "9999-12-31T23:59:59Z"},
            {"start": "2026-02-30T00:00:00Z"},
            {"start": 5},
            {"scale": 0},
            {"scale": -1},
            {"scale": "instant"},
            {"scale": "0"},
            {"scale": "0x"},
            {"scale": "0.0x"},
            {"scale": "1h=0s"},
            {"scale": "9" * 60},
            {"scale": 1_000_001},
            {"scale": "1000001x"},
            {"scale": True},
            {"held": "yes"},
            {"more": 1},
            [],
            "x",
        ],
    )
    def test_nothing_is_forgotten_when_anything_is_wrong(self, ask: Asking, desk: Standing, body: Any) -> None:
        ask("POST", "/reset", body, expect=422)
        assert desk.asked == []


class TestClock:
    def test_it_tells_the_time(self, ask: Asking) -> None:
        assert ask("GET", "/clock") == {
            "now": "2026-01-05T00:00:00.500Z",
            "scale": 60.0,
            "held": True,
            "next_due": None,
        }

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            ({"held": True}, (True, None)),
            ({"held": False, "scale": 60}, (False, 60.0)),
            ({"scale": "60x"}, (None, 60.0)),
            ({"scale": "1h=1s"}, (None, 3600.0)),
            ({"scale": "real"}, (None, 1.0)),
            ({"scale": 0.5}, (None, 0.5)),
            ({"scale": 1_000_000}, (None, 1_000_000.0)),
        ],
    )
    def test_it_is_held_and_sped_up(self, ask: Asking, desk: Standing, body: Any, asked: Any) -> None:
        assert ask("PATCH", "/clock", body)["next_due"] == "2026-01-05T00:00:01.500Z"
        assert desk.asked == [asked]

    @pytest.mark.parametrize("body", [{}, {"scale": "fast"}, {"scale": "instant"}, {"scale": 0}, {"now": 1}])
    def test_what_is_no_change_is_refused(self, ask: Asking, body: Any) -> None:
        ask("PATCH", "/clock", body, expect=422)

    @pytest.mark.parametrize(
        ("body", "asked"),
        [
            ({"by": "9m20s"}, (None, 560.0)),
            ({"by": 2.5}, (None, 2.5)),
            ({"by": 0}, (None, 0.0)),
            ({"to": "2026-01-05T00:00:00.25Z"}, (1767571200.25, 0.0)),
        ],
    )
    def test_it_is_moved_on(self, ask: Asking, desk: Standing, body: Any, asked: Any) -> None:
        expected = {"now": "2026-01-05T00:00:00.500Z", "deliveries": 2, "outcomes": {"answered": 2}}
        assert ask("POST", "/clock/advance", body) == expected
        assert desk.asked == [asked]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"by": 1, "to": "2026-01-05T00:00:00Z"},
            {"by": "soon"},
            {"by": -1},
            {"by": 1e300},
            {"by": "36526d"},
            {"by": "999999999d"},
            {"to": "tomorrow"},
            {"to": "2026-01-05"},
        ],
    )
    def test_it_is_not_moved_anywhere_odd(self, ask: Asking, desk: Standing, body: Any) -> None:
        ask("POST", "/clock/advance", body, expect=422)
        assert desk.asked == []

    def test_it_is_not_moved_by_two_at_once(self, ask: Asking) -> None:
        assert ask("POST", "/clock/advance", {"to": "2026-01-01T00:00:00Z"}, expect=409)["detail"]


class TestDeliveries:
    def test_they_come_in_pages(self, ask: Asking, desk: Standing) -> None:
        page = ask("GET", "/deliveries")
        assert page["total"] == 1
        assert set(page["items"][0]) == set(told("Delivery"))
        assert page["items"][0]["again"] is None
        assert desk.asked == [(Wanted(), 0, 100, False)]

    def test_they_are_filtered(self, ask: Asking, desk: Standing) -> None:
        query = "partner=clevertap&event=completed&export=export-1&outcome=timeout.headers&acknowledged=false"
        assert ask("GET", f"/deliveries?{query}&offset=5&limit=2")["items"] == []
        wanted = Wanted(
            partner="clevertap",
            event="completed",
            export="export-1",
            outcome="timeout.headers",
            acknowledged=False,
        )
        assert desk.asked == [(wanted, 5, 2, False)]

    def test_the_newest_come_first_when_asked_for(self, ask: Asking, desk: Standing) -> None:
        ask("GET", "/deliveries?order=newest")
        ask("GET", "/deliveries?order=oldest")
        assert desk.asked == [(Wanted(), 0, 100, True), (Wanted(), 0, 100, False)]

    @pytest.mark.parametrize("export", ["export-9", "definition-1", "webhook exports"])
    def test_what_is_there_and_has_sent_nothing_yet_has_no_deliveries(self, ask: Asking, export: str) -> None:
        assert ask("GET", f"/deliveries?export={export}") == {"total": 0, "items": []}

    @pytest.mark.parametrize("other", ["", "&acknowledged=false"])
    @pytest.mark.parametrize(
        ("export", "remedy"),
        [
            ("exprot-9", "`export-9`, `definition-1`, `webhook exports`"),
            ("", "at least 1 character"),
            ("AWstKc0mPq3Zqw5seX89", "have `definition-1` as their export"),
        ],
    )
    def test_an_export_that_there_is_not_is_a_mistake(self, ask: Asking, export: str, remedy: str, other: str) -> None:
        problem = ask("GET", f"/deliveries?export={export}{other}", expect=422)
        assert remedy in problem["remedy"] + problem["detail"]

    def test_what_was_meant_is_guessed(self, ask: Asking) -> None:
        assert "did you mean `answered`?" in ask("GET", "/deliveries?outcome=answerd", expect=422)["detail"]
        assert "did you mean `completed`?" in ask("GET", "/deliveries?event=complete", expect=422)["detail"]
        assert "did you mean `clevertap`?" in ask("GET", "/deliveries?partner=clever", expect=422)["detail"]
        assert "did you mean `export-9`?" in ask("GET", "/deliveries?export=exprot-9", expect=422)["detail"]

    def test_every_event_there_is_can_be_asked_for(self, ask: Asking) -> None:
        for events in SENT_EVENTS.values():
            for event in events:
                ask("GET", f"/deliveries?event={event}")

    @pytest.mark.parametrize(
        "query",
        [
            "outcome=fine",
            "partner=other",
            "event=finish",
            "order=new",
            "acknowledged=yes",
            "limit=0",
            "limit=1001",
            "offset=-1",
            "x=1",
        ],
    )
    def test_a_filter_that_is_none_is_refused(self, ask: Asking, query: str) -> None:
        ask("GET", f"/deliveries?{query}", expect=422)

    def test_every_outcome_there_is_can_be_asked_for(self) -> None:
        assert document()["components"]["schemas"]["Outcome"]["enum"] == [str(one) for one in Outcome]

    def test_one_comes_with_every_request_made_for_it(self, ask: Asking) -> None:
        whole = ask("GET", "/deliveries/7")
        first, second = whole["requests"]
        assert set(first) | {"body_base64"} == set(told("SentRequest"))
        assert first["body"] == '{"Status":"Completed"}'
        assert first["answer"] == {"status": 200, "head": "HTTP/1.1 200 OK\r\n", "body_base64": "/wA="}
        assert (second["attempt"], second["outcome"], second["answer"]) == (2, "refused", None)

    @pytest.mark.parametrize("number", ["8", "0", "-1", "x", "1e3", "99999999999999999999", "7/../7", "%00"])
    def test_one_that_is_not_there_is_not_found(self, ask: Asking, number: str) -> None:
        answer = ask.client.get(f"/control/deliveries/{number}", headers=HEADERS)
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("body", "fresh"), [(None, False), ({}, False), ({"fresh": True}, True), ({"fresh": False}, False)]
    )
    def test_one_is_sent_again(self, ask: Asking, desk: Standing, body: Any, fresh: bool) -> None:
        again = ask("POST", "/deliveries/7/resend", body)
        assert (again["number"], again["again"], again["origin"]) == (8, 7, "resend")
        assert (again["outcome"], again["answer"]) == (None, None)
        assert desk.asked == [(7, fresh)]

    def test_what_is_not_there_is_not_sent_again(self, ask: Asking) -> None:
        ask("POST", "/deliveries/8/resend", expect=404)


class TestRuns:
    def test_the_scenarios_that_ship_are_listed(self, ask: Asking) -> None:
        page = ask("GET", "/scenarios?limit=2&offset=1")
        assert (page["total"] > 30, len(page["items"])) == (True, 2)
        names = [one["name"] for one in ask("GET", "/scenarios")["items"]]
        assert "clevertap/one-time-export" in names
        assert names == sorted(names)

    def test_a_run_is_asked_for_with_all_that_there_is(self, ask: Asking, desk: Standing) -> None:
        body = {
            "scenario": "clevertap/one-time-export",
            "to": "http://127.0.0.1:8000/",
            "authorization": "Bearer abc",
            "headers": {"X-Env": "ci"},
            "seed": 42,
            "start": "2026-01-05T05:30:00+05:30",
            "time_scale": "instant",
            "patience": "10s",
            "confirm": False,
        }
        answer = ask.client.post("/control/runs", json=body, headers=HEADERS)
        fits("POST", "/control/runs", answer)
        assert (answer.status_code, answer.headers["Location"]) == (202, "/control/runs/run-1")
        assert set(answer.json or {}) == set(told("Run"))
        assert desk.runs.asked == [
            RunRequest(
                scenario="clevertap/one-time-export",
                to="http://127.0.0.1:8000/",
                authorization="Bearer abc",
                headers={"X-Env": "ci"},
                seed=42,
                start=datetime(2026, 1, 5, tzinfo=UTC),
                scale=Scale.parse("instant"),
                patience=10.0,
                confirm=False,
            )
        ]

    def test_what_is_left_out_is_the_scenarios_own(self, ask: Asking, desk: Standing) -> None:
        receiver = {"receiver": "r"}
        ask("POST", "/runs", {"scenario": "clevertap/one-time-export", "receiver": receiver}, expect=202)
        assert desk.runs.asked == [RunRequest(scenario="clevertap/one-time-export", receiver=receiver)]

    def test_every_mistake_in_a_text_is_told_with_its_place(self, ask: Asking) -> None:
        text = "scenario: One\nprovider: clevertap\nexports: {nightly: {partnr: x}}\n"
        problem = ask("POST", "/runs", {"text": text}, expect=422)
        assert problem["in"] == "text"
        assert [(one["line"], one["path"]) for one in problem["mistakes"]] == [(3, "exports.nightly.partnr")]
        assert "did you mean `partner`?" in problem["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"scenario": ""},
            {"scenario": "../../etc/passwd"},
            {"scenario": "a\0b"},
            {"text": "x" * (TEXT_BYTES + 1)},
            {"scenario": "clevertap/one-time-export", "more": 1},
            {"scenario": "clevertap/one-time-export", "start": "now"},
            {"scenario": "clevertap/one-time-export", "seed": 2**32},
            {"scenario": "clevertap/one-time-export", "time_scale": "0x"},
            {"scenario": "clevertap/one-time-export", "time_scale": 0},
            {"scenario": "clevertap/one-time-export", "patience": "long"},
            {"scenario": "clevertap/one-time-export", "confirm": "no"},
            {"scenario": "clevertap/one-time-export", "headers": {"X": 1}},
            {"scenario": "clevertap/one-time-export", "receiver": "receiver.yaml"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, ask: Asking, body: Any) -> None:
        ask("POST", "/runs", body, expect=422)

    @pytest.mark.parametrize("size", [1, 16])
    def test_what_is_far_too_long_is_not_even_read(self, ask: Asking, size: int) -> None:
        answer = ask.client.post("/control/runs", json={"text": "x" * size * 1024 * 1024}, headers=HEADERS)
        assert answer.status_code == 413

    def test_runs_are_listed_and_shown(self, ask: Asking) -> None:
        page = ask("GET", "/runs")
        assert (page["total"], [one["id"] for one in page["items"]]) == (2, ["run-1", "run-2"])
        assert [one["id"] for one in ask("GET", "/runs?offset=1")["items"]] == ["run-2"]
        ended = ask("GET", "/runs/run-2")
        assert (ended["scenario"], ended["ended_at"]) == (None, "2026-01-05T00:00:01.500Z")
        assert ended["progress"] == {"deliveries": 2, "story": 560.0}

    @pytest.mark.parametrize("ident", ["run-3", "run-0", "run-x", "x", "..", "%2e%2e", "run-1%00", "run-" + "9" * 99])
    @pytest.mark.parametrize("rest", ["", "/report"])
    def test_one_that_is_not_there_is_not_found(self, ask: Asking, ident: str, rest: str) -> None:
        assert ask.client.get(f"/control/runs/{ident}{rest}", headers=HEADERS).status_code == 404

    def test_one_that_has_not_ended_is_canceled(self, ask: Asking) -> None:
        assert ask("POST", "/runs/run-1/cancel")["state"] == "canceled"
        ask("POST", "/runs/run-2/cancel", expect=409)
        ask("POST", "/runs/run-3/cancel", expect=404)

    def test_the_report_comes_in_every_format(self, ask: Asking) -> None:
        assert ask("GET", "/runs/run-2/report")["exit_code"] == 1
        assert ask("GET", "/runs/run-2/report?format=json") == ask("GET", "/runs/run-2/report")
        assert ask("GET", "/runs/run-2/report?format=text") == "text\n"
        assert ask("GET", "/runs/run-2/report?format=junit") == "<testsuites/>\n"
        ask("GET", "/runs/run-2/report?format=html", expect=422)
        ask("GET", "/runs/run-1/report", expect=409)
        ask("GET", "/runs/run-3/report", expect=404)


def test_the_bounds_in_the_document_are_those_that_are_kept() -> None:
    assert told("RunRequest")["text"]["maxLength"] == TEXT_BYTES
