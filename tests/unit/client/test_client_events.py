"""The event stream, read as it comes."""

import io
from typing import Any

import pytest
import requests
import responses

from simulator.client import Client, Unanswered, Unreadable
from simulator.client.records.service import Happened
from tests.unit.client.examples import URL

EVENTS = f"{URL}/control/events"
STREAM = (
    ": hello\n\n"
    'id: 4\nevent: delivery\ndata: {"number": 1, "outcome": "answered"}\n\n'
    ": still there\r\n\r\n"
    'id:5\r\nevent:clock\r\ndata:{"held":\r\ndata: true}\r\n\r\n'
    "id: 6\nevent: run\ndata: {}\n"  # cut off: it was never told
)


def test_events_come_with_number_kind_and_data(service: responses.RequestsMock, client: Client) -> None:
    service.get(EVENTS, body=STREAM, content_type="text/event-stream")
    assert list(client.events()) == [
        Happened(number=4, kind="delivery", data={"number": 1, "outcome": "answered"}),
        Happened(number=5, kind="clock", data={"held": True}),
    ]


def test_kinds_and_the_number_to_go_on_after_are_asked_for(service: responses.RequestsMock, client: Client) -> None:
    service.get(EVENTS, body="")
    assert list(client.events(["delivery", "run"], after=0)) == []
    sent = service.calls[0].request
    assert sent.params == {"kinds": "delivery,run"}  # type: ignore[attr-defined]  # which `responses` adds
    assert (sent.headers["Last-Event-ID"], sent.headers["Accept"]) == ("0", "text/event-stream")


def test_all_kinds_from_now_on_is_what_is_asked_for_otherwise(service: responses.RequestsMock, client: Client) -> None:
    service.get(EVENTS, body="")
    client.events().close()
    assert service.calls[0].request.url == EVENTS
    assert "Last-Event-ID" not in service.calls[0].request.headers


def test_the_stream_is_opened_at_once_so_that_nothing_is_missed(
    service: responses.RequestsMock, client: Client
) -> None:
    service.get(EVENTS, body="")
    with client.events():
        assert len(service.calls) == 1


@pytest.mark.parametrize(
    "lines",
    [
        "event: run\ndata: {}\n\n",
        "id: 1\ndata: {}\n\n",
        "id: x\nevent: run\ndata: {}\n\n",
        "id: 1\nevent: run\ndata: {\n\n",
    ],
)
def test_an_event_that_is_none_is_an_error(lines: str, service: responses.RequestsMock, client: Client) -> None:
    service.get(EVENTS, body=lines)
    with pytest.raises(Unreadable, match=f"GET {EVENTS}: an event"):
        next(client.events())


class Reset(io.RawIOBase):
    """An answer whose connection breaks."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise ConnectionResetError(104, "Connection reset by peer")


@pytest.mark.parametrize("status", [200, 503])
def test_a_stream_that_breaks_is_an_error_of_ours(status: int, service: responses.RequestsMock, client: Client) -> None:
    service.get(EVENTS, body=io.BufferedReader(Reset()), status=status)
    with pytest.raises(Unanswered, match="Connection reset by peer"):
        next(client.events())


def test_a_stream_that_is_refused_is_an_error_when_it_is_asked_for(
    service: responses.RequestsMock, client: Client
) -> None:
    service.get(EVENTS, body=requests.ReadTimeout())
    with pytest.raises(Unanswered, match=r"no answer within 2\.5 s"):
        client.events(silence=2.5)
