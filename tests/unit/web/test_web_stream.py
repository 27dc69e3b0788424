"""Event streams: what they tell, how many there are, and when they end."""

import json
from collections.abc import Iterator
from itertools import count
from threading import Event
from typing import Any

import pytest
from flask import Flask

from simulator.console.feed import Feed
from simulator.documents import Schema
from simulator.web.document import document
from simulator.web.operations import Call
from simulator.web.problems import Problem
from simulator.web.stream import HEARTBEAT, MOST, Streams
from tests.unit.web.still_desk import CLOCK, SENT, StillDesk


class QuickFeed(Feed):
    """Waits for nothing, and says what its listeners wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def after(self, number: int, timeout: float) -> list[Any]:
        self.waited.append(timeout)
        assert len(self.waited) < 1000, "this stream never ends"
        return super().after(number, 0)


def run(**members: Any) -> dict[str, Any]:
    """Some of what is told of a run."""
    return {"id": "run-1", "scenario": "", **members}


@pytest.fixture
def desk() -> StillDesk:
    desk = StillDesk()
    desk.feed = QuickFeed()
    return desk


@pytest.fixture(autouse=True)
def asked() -> Iterator[None]:
    """A request, as Flask knows it."""
    with Flask(__name__, root_path="/").test_request_context():
        yield


def opened(streams: Streams, desk: StillDesk, last: str | None = None, kinds: list[str] | None = None) -> Any:
    headers = {} if last is None else {"last-event-id": last}
    call = Call({}, {} if kinds is None else {"kinds": kinds}, headers)
    return streams.operation(desk, call).body  # type: ignore[arg-type]  # a stand-in


def test_it_begins_with_what_happens_from_now_on(desk: StillDesk) -> None:
    desk.feed.publish("run", run(id="before"))
    pieces = iter(opened(Streams(Event()), desk))
    assert next(pieces) == b": open\n\n"
    desk.feed.publish("run", run(scenario="two\nlines"))
    assert next(pieces) == b'id: 2\nevent: run\ndata: {"id":"run-1","scenario":"two\\nlines"}\n\n'


@pytest.mark.parametrize(("last", "numbers"), [("0", [1, 2, 3]), ("1", [2, 3]), ("2", [3]), ("99", [1, 2, 3])])
def test_it_goes_on_after_the_last_event_the_client_knows(desk: StillDesk, last: str, numbers: list[int]) -> None:
    for at in range(3):
        desk.feed.publish("run", run(id=f"run-{at}"))
    pieces = iter(opened(Streams(Event()), desk, last))
    next(pieces)
    assert [int(next(pieces).split()[1]) for _ in numbers] == numbers


def test_only_the_kinds_that_are_wanted_are_told(desk: StillDesk) -> None:
    for kind, data in (("run", run()), ("clock", CLOCK._asdict()), ("delivery", SENT._asdict()), ("run", run())):
        desk.feed.publish(kind, data)
    pieces = iter(opened(Streams(Event()), desk, "0", ["clock", "delivery"]))
    next(pieces)
    assert [next(pieces).split()[3] for _ in range(2)] == [b"clock", b"delivery"]


@pytest.mark.parametrize(
    ("kind", "data", "schema"), [("delivery", SENT._asdict(), "Delivery"), ("clock", CLOCK._asdict(), "Clock")]
)
def test_an_event_is_spelled_as_the_api_spells_it(
    desk: StillDesk, kind: str, data: dict[str, Any], schema: str
) -> None:
    desk.feed.publish(kind, data)
    pieces = iter(opened(Streams(Event()), desk, "0"))
    next(pieces)
    told = json.loads(next(pieces).partition(b"data: ")[2])
    content = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    assert Schema(content).explain(told) == []
    assert {name: told[name] for name in ("again", "outcome", "answer") if name in told} == dict.fromkeys(
        ("again", "outcome", "answer") if kind == "delivery" else ()
    )


def test_a_run_of_a_text_has_no_scenario_as_in_the_api(desk: StillDesk) -> None:
    desk.feed.publish("run", run())
    pieces = iter(opened(Streams(Event()), desk, "0"))
    next(pieces)
    assert json.loads(next(pieces).partition(b"data: ")[2]) == {"id": "run-1", "scenario": None}


def test_silence_is_broken_by_a_comment(desk: StillDesk) -> None:
    seconds = count(0, 0.25)
    pieces = iter(opened(Streams(Event(), now=lambda: next(seconds)), desk))
    next(pieces)
    assert next(pieces) == b": still here\n\n"
    waited = desk.feed.waited  # type: ignore[attr-defined]  # its feed is one too
    assert max(waited) <= 0.5
    assert len(waited) <= HEARTBEAT / 0.25
    assert next(pieces) == b": still here\n\n"


@pytest.mark.parametrize("how", ["ending", "closed", "gone"])
def test_it_ends_with_the_service_and_with_its_client(desk: StillDesk, how: str) -> None:
    ending, gone = Event(), Event()
    environ = {"waitress.client_disconnected": gone.is_set}
    with Flask(__name__, root_path="/").test_request_context(environ_overrides=environ):
        pieces = iter(opened(Streams(ending), desk))
    next(pieces)
    {"ending": ending.set, "closed": desk.feed.close, "gone": gone.set}[how]()
    assert list(pieces) == []


def test_there_are_only_so_many_at_once(desk: StillDesk) -> None:
    streams = Streams(Event())
    bodies = [opened(streams, desk) for _ in range(MOST)]
    assert streams.open == MOST
    with pytest.raises(Problem, match="open already") as raised:
        opened(streams, desk)
    assert raised.value.slug == "unavailable"
    assert int(raised.value.headers["Retry-After"]) > 0
    bodies[3].close()
    bodies[3].close()
    opened(streams, desk)
    with pytest.raises(Problem):
        opened(streams, desk)


def test_none_begins_when_the_service_ends(desk: StillDesk) -> None:
    ending = Event()
    ending.set()
    with pytest.raises(Problem):
        opened(Streams(ending), desk)
