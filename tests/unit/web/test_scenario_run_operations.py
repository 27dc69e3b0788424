"""The operations of /control/scenarios and /control/runs: what ships, what is asked for, what it came to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.clock import Scale
from simulator.console.scenario_runs.request import TEXT_BYTES, RunRequest
from tests.unit.web.held_to_document import HEADERS, Asking, client_of, fits, told
from tests.unit.web.still_desk import StillDesk


@pytest.fixture
def desk() -> StillDesk:
    return StillDesk()


@pytest.fixture
def ask(desk: StillDesk) -> Asking:
    return Asking(client_of(desk), "/control")


def test_the_scenarios_that_ship_are_listed(ask: Asking) -> None:
    page = ask("GET", "/scenarios?limit=2&offset=1")
    assert (page["total"] > 30, len(page["items"])) == (True, 2)
    names = [one["name"] for one in ask("GET", "/scenarios")["items"]]
    assert "clevertap/one-time-export" in names
    assert names == sorted(names)


def test_a_run_is_asked_for_with_all_that_there_is(ask: Asking, desk: StillDesk) -> None:
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


def test_what_is_left_out_is_the_scenarios_own(ask: Asking, desk: StillDesk) -> None:
    receiver = {"receiver": "r"}
    ask("POST", "/runs", {"scenario": "clevertap/one-time-export", "receiver": receiver}, expect=202)
    assert desk.runs.asked == [RunRequest(scenario="clevertap/one-time-export", receiver=receiver)]


def test_every_mistake_in_a_text_is_told_with_its_place(ask: Asking) -> None:
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
def test_what_makes_no_sense_is_refused(ask: Asking, body: Any) -> None:
    ask("POST", "/runs", body, expect=422)


@pytest.mark.parametrize("size", [1, 16])
def test_what_is_far_too_long_is_not_even_read(ask: Asking, size: int) -> None:
    answer = ask.client.post("/control/runs", json={"text": "x" * size * 1024 * 1024}, headers=HEADERS)
    assert answer.status_code == 413


def test_runs_are_listed_and_shown(ask: Asking) -> None:
    page = ask("GET", "/runs")
    assert (page["total"], [one["id"] for one in page["items"]]) == (2, ["run-1", "run-2"])
    assert [one["id"] for one in ask("GET", "/runs?offset=1")["items"]] == ["run-2"]
    ended = ask("GET", "/runs/run-2")
    assert (ended["scenario"], ended["ended_at"]) == (None, "2026-01-05T00:00:01.500Z")
    assert ended["progress"] == {"deliveries": 2, "story": 560.0}


@pytest.mark.parametrize("ident", ["run-3", "run-0", "run-x", "x", "..", "%2e%2e", "run-1%00", "run-" + "9" * 99])
@pytest.mark.parametrize("rest", ["", "/report"])
def test_one_that_is_not_there_is_not_found(ask: Asking, ident: str, rest: str) -> None:
    assert ask.client.get(f"/control/runs/{ident}{rest}", headers=HEADERS).status_code == 404


def test_one_that_has_not_ended_is_canceled(ask: Asking) -> None:
    assert ask("POST", "/runs/run-1/cancel")["state"] == "canceled"
    ask("POST", "/runs/run-2/cancel", expect=409)
    ask("POST", "/runs/run-3/cancel", expect=404)


def test_the_report_comes_in_every_format(ask: Asking) -> None:
    assert ask("GET", "/runs/run-2/report")["exit_code"] == 1
    assert ask("GET", "/runs/run-2/report?format=json") == ask("GET", "/runs/run-2/report")
    assert ask("GET", "/runs/run-2/report?format=text") == "text\n"
    assert ask("GET", "/runs/run-2/report?format=junit") == "<testsuites/>\n"
    ask("GET", "/runs/run-2/report?format=html", expect=422)
    ask("GET", "/runs/run-1/report", expect=409)
    ask("GET", "/runs/run-3/report", expect=404)


def test_the_bounds_in_the_document_are_those_that_are_kept() -> None:
    assert told("RunRequest")["text"]["maxLength"] == TEXT_BYTES
