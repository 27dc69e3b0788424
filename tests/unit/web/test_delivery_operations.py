"""The operations of /control/deliveries: the history by page and filter, one delivery, and sending it again."""

from typing import Any

import pytest

from simulator.console.ledger import Wanted
from simulator.model import Outcome
from simulator.web.document import document
from tests.unit.web.held_to_document import HEADERS, Asking, client_of, told
from tests.unit.web.still_desk import ANSWERED, StillDesk


@pytest.fixture
def desk() -> StillDesk:
    return StillDesk(ANSWERED)


@pytest.fixture
def ask(desk: StillDesk) -> Asking:
    return Asking(client_of(desk), "/control")


def test_they_come_in_pages(ask: Asking, desk: StillDesk) -> None:
    page = ask("GET", "/deliveries")
    assert page["total"] == 1
    assert set(page["items"][0]) == set(told("Delivery"))
    assert page["items"][0]["again"] is None
    assert desk.asked == [(Wanted(), 0, 100, False)]


def test_they_are_filtered(ask: Asking, desk: StillDesk) -> None:
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


def test_the_newest_come_first_when_asked_for(ask: Asking, desk: StillDesk) -> None:
    ask("GET", "/deliveries?order=newest")
    ask("GET", "/deliveries?order=oldest")
    assert desk.asked == [(Wanted(), 0, 100, True), (Wanted(), 0, 100, False)]


@pytest.mark.parametrize("export", ["export-9", "definition-1", "webhook exports"])
def test_what_is_there_and_has_sent_nothing_yet_has_no_deliveries(ask: Asking, export: str) -> None:
    assert ask("GET", f"/deliveries?export={export}") == {"total": 0, "items": []}


@pytest.mark.parametrize("other", ["", "&acknowledged=false"])
@pytest.mark.parametrize(
    ("export", "remedy"),
    [
        ("exprot-9", "`export-9`, `webhook exports`, `definition-1`"),
        ("", "at least 1 character"),
        ("AWstKc0mPq3Zqw5seX89", "have `definition-1` as their export"),
    ],
)
def test_an_export_that_there_is_not_is_a_mistake(ask: Asking, export: str, remedy: str, other: str) -> None:
    problem = ask("GET", f"/deliveries?export={export}{other}", expect=422)
    assert remedy in problem["remedy"] + problem["detail"]


def test_what_was_meant_is_guessed(ask: Asking) -> None:
    assert "did you mean `answered`?" in ask("GET", "/deliveries?outcome=answerd", expect=422)["detail"]
    assert "did you mean `completed`?" in ask("GET", "/deliveries?event=complete", expect=422)["detail"]
    assert "did you mean `clevertap`?" in ask("GET", "/deliveries?partner=clever", expect=422)["detail"]
    assert "did you mean `export-9`?" in ask("GET", "/deliveries?export=exprot-9", expect=422)["detail"]


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
def test_a_filter_that_is_none_is_refused(ask: Asking, query: str) -> None:
    ask("GET", f"/deliveries?{query}", expect=422)


def test_every_outcome_there_is_can_be_asked_for() -> None:
    assert document()["components"]["schemas"]["Outcome"]["enum"] == [str(one) for one in Outcome]


def test_one_comes_with_every_request_made_for_it(ask: Asking) -> None:
    whole = ask("GET", "/deliveries/7")
    first, second = whole["requests"]
    assert set(first) | {"body_base64"} == set(told("SentRequest"))
    assert first["body"] == '{"Status":"Completed"}'
    assert first["answer"] == {"status": 200, "head": "HTTP/1.1 200 OK\r\n", "body_base64": "/wA="}
    assert (second["attempt"], second["outcome"], second["answer"]) == (2, "refused", None)


@pytest.mark.parametrize("number", ["8", "0", "-1", "x", "1e3", "99999999999999999999", "7/../7", "%00"])
def test_one_that_is_not_there_is_not_found(ask: Asking, number: str) -> None:
    answer = ask.client.get(f"/control/deliveries/{number}", headers=HEADERS)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "fresh"), [(None, False), ({}, False), ({"fresh": True}, True), ({"fresh": False}, False)]
)
def test_one_is_sent_again(ask: Asking, desk: StillDesk, body: Any, fresh: bool) -> None:
    again = ask("POST", "/deliveries/7/resend", body)
    assert (again["number"], again["again"], again["origin"]) == (8, 7, "resend")
    assert (again["outcome"], again["answer"]) == (None, None)
    assert desk.asked == [(7, fresh)]


def test_what_is_not_there_is_not_sent_again(ask: Asking) -> None:
    ask("POST", "/deliveries/8/resend", expect=404)
