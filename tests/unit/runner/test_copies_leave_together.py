"""What is told of one run at one moment, copies or not, is one batch, and shares a gate that nobody else has."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import receiver_at
from simulator.clock import JumpClock, Scale
from simulator.journal import JournalWriter
from simulator.model import Delivery, Exchange, Outcome
from simulator.provider import Retry
from simulator.receiver import Receiver
from simulator.runner.play import Pace, Player
from simulator.runner.probing import Prober
from simulator.runner.stop import Stop
from simulator.scenario import Export, Scenario
from simulator.timeline import plan
from simulator.wire import Request
from simulator.wire.gate import Gate
from tests import making


def copies(number: int, count: int, due: float = 0.0) -> Iterator[Delivery]:
    """One delivery and its copies; the body is the number of the first."""
    for copy in range(count):
        body = b"%d" % number
        yield making.delivery(
            number + copy, step=f"s{number}", copy=copy, id=str(number), at=due, due=due, body=body, together=count
        )


def gates(folder: Path, deliveries: list[Delivery], scale: str = "instant", *, jobs: int = 64) -> list[Gate | None]:
    """Play against a receiver that answers once nothing more comes; the gate of each request, in order."""
    clock, journal = JumpClock(), JournalWriter(folder / "run.ndjson", {}, lambda text: text)
    found: list[Gate | None] = []
    waiting: list[Callable[[Exchange], None]] = []

    class Receiving:
        def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
            found.append(request.gate)
            waiting.append(done)

        async def close(self) -> None:
            """Nothing to let go of."""

    send = Receiving()
    scenario = Scenario(title="", provider="", source="", text="")
    player = Player(
        retry=Retry(attempts=1, delay=0.0, timeout=5.0),
        acknowledged_by=("200",),
        pace=Pace(scale=Scale.parse(scale), jobs=jobs),
        send=send,
        clock=clock,
        journal=journal,
        prober=Prober((), scenario, Receiver(name="r", endpoints={}), "clevertap", send, clock, journal),
        stop=Stop(),
        progress=lambda _, __: None,
    )

    async def story() -> None:
        playing = asyncio.ensure_future(player.play(deliveries))
        while not playing.done():
            before = len(found)
            for _ in range(20):
                await asyncio.sleep(0)
            if len(found) == before:
                answered, waiting[:] = list(waiting), []
                for done in answered:
                    done(Exchange(Outcome.ANSWERED, status=200, sent=clock.now(), done=clock.now()))
        assert await playing

    asyncio.run(story())
    return found


def sizes(found: list[Gate | None]) -> list[int]:
    """How many requests share each gate, in order; requests without one are left out."""
    numbers: dict[int, int] = {}
    for gate in found:
        if gate is not None:
            numbers[id(gate)] = numbers.get(id(gate), 0) + 1
    return list(numbers.values())


@pytest.mark.parametrize("scale", ["instant", "real"])
def test_copies_share_a_gate_and_others_have_none(scale: str, tmp_path: Path) -> None:
    found = gates(tmp_path, [*copies(1, 1), *copies(2, 8), *copies(10, 1), *copies(11, 3)], scale)
    assert sizes(found) == [8, 3]
    assert [one is None for one in found] == [True, *[False] * 8, True, *[False] * 3]


@pytest.mark.parametrize("scale", ["instant", "real"])
def test_a_full_batch_does_not_tear_copies_apart(scale: str, tmp_path: Path) -> None:
    alone = [one for number in range(1, 61) for one in copies(number, 1)]
    assert sizes(gates(tmp_path, [*alone, *copies(61, 8)], scale, jobs=200)) == [8]


def test_copies_wait_until_all_of_them_may_be_under_way(tmp_path: Path) -> None:
    alone = [one for number in range(1, 4) for one in copies(number, 1)]
    assert sizes(gates(tmp_path, [*alone, *copies(4, 8)], jobs=8)) == [8]


def test_more_copies_than_may_be_under_way_leave_in_parts(tmp_path: Path) -> None:
    assert sizes(gates(tmp_path, list(copies(1, 8)), jobs=3)) == [3, 3, 2]


def test_copies_that_are_spaced_have_no_gate(tmp_path: Path) -> None:
    spaced = [one._replace(together=1, due=float(one.copy)) for one in copies(1, 5)]
    assert sizes(gates(tmp_path, spaced)) == []


def pair(number: int, **changes: Any) -> list[Delivery]:
    """A start and an end of one run, due at the same moment; `changes` are to the end."""
    start = making.delivery(number, step="a", event="initiated", id="7", due=60.0, end=False, script=None)
    return [start, start._replace(number=number + 1, step="b", event="completed", end=True, **changes)]


@pytest.mark.parametrize("scale", ["instant", "real"])
def test_different_notifications_of_one_run_at_one_moment_share_a_gate_with_their_copies(
    scale: str, tmp_path: Path
) -> None:
    thrice = [one._replace(step="c", id="7", due=60.0, at=60.0) for one in copies(3, 3)]
    found = gates(tmp_path, [*pair(1), *thrice, *copies(6, 1, due=60.0)], scale)
    assert sizes(found) == [5]
    assert found[-1] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"due": 60.001},
        {"id": "8"},
        {"run": 2},
        {"export": "other"},
        {"route": making.route(making.URL._replace(port=8001))},
        {"credentials": "wrong"},
        {"valid": False},
        {"script": ()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_differs_in_more_than_what_it_tells_leaves_by_itself(changes: dict[str, Any], tmp_path: Path) -> None:
    assert gates(tmp_path, pair(1, **changes)) == [None, None]


def test_two_that_speak_of_no_export_leave_by_themselves(tmp_path: Path) -> None:
    assert gates(tmp_path, [one._replace(export="", run=0) for one in pair(1)]) == [None, None]


def test_odd_copies_leave_together_and_without_the_others(tmp_path: Path) -> None:
    forged = [one._replace(id="7", due=60.0, credentials="wrong") for one in copies(3, 3)]
    found = gates(tmp_path, [*pair(1), *forged])
    assert sizes(found) == [2, 3]


def test_only_as_many_leave_together_as_may_be_under_way(tmp_path: Path) -> None:
    assert gates(tmp_path, pair(1), jobs=1) == [None, None]


def test_times_that_differ_keep_their_order_also_where_others_share_one(tmp_path: Path) -> None:
    start, end = pair(1, due=60.001)
    other = start._replace(number=2, id="8")
    assert gates(tmp_path, [start, other, end._replace(number=3)]) == [None, None, None]


@pytest.mark.parametrize("scale", ["instant", "real"])
def test_no_pair_of_many_exports_alike_is_torn(scale: str, tmp_path: Path) -> None:
    many = Export(name="many", count=70, takes=0.0, traits={"frequency": "one time"})
    scenario = Scenario(title="t", provider="clevertap", source="", text="", exports=(many,))
    planned = plan(scenario, receiver_at("http://127.0.0.1:8000/"), seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))
    assert sizes(gates(tmp_path, list(planned), scale)) == [2] * 70


@pytest.mark.parametrize("alone", [63, 64])
def test_a_pair_waits_until_both_may_be_under_way(alone: int, tmp_path: Path) -> None:
    before = [one for number in range(101, 101 + alone) for one in copies(number, 1, due=60.0)]
    found = gates(tmp_path, [*before, *pair(200)])
    assert found[:alone] == [None] * alone
    assert sizes(found) == [2]
