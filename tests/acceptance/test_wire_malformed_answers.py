"""Whatever bytes come back, each exchange ends in one outcome of the closed list, and the wire goes on working."""

import asyncio
from collections.abc import Iterator
from random import Random

import pytest

from simulator.model import Exchange, Outcome
from simulator.wire import once
from simulator.wire.sockets import Wire
from tests.receivers.byte_server import LOOPS, NO_CONTENT, ByteServer, Peer, post, run, serving, wired
from tests.receivers.odd_answers import MALFORMED, OK, SOUND, TRUNCATED, mutated


async def _against(wire: Wire, server: ByteServer, plain: ByteServer) -> tuple[Exchange, Exchange]:
    """One exchange with the odd receiver, then one with a good one."""
    return await once(wire, post(server.url(), timeout=3.0)), await once(wire, post(plain.url(), timeout=3.0))


async def good(peer: Peer) -> None:
    while await peer.request():
        await peer.send(NO_CONTENT)


async def _exchange(data: bytes, *, stays: bool, pieces: int = 0) -> Exchange:
    """What an answer comes to, sent whole or in pieces; and that the wire works after it."""

    async def odd(peer: Peer) -> None:
        await peer.request()
        for at in range(0, len(data), pieces or len(data)):
            await peer.send(data[at : at + (pieces or len(data))])
            await asyncio.sleep(0)
        if stays:
            await peer.forever()

    async with serving(odd) as server, serving(good) as plain, wired() as wire:
        first, second = await _against(wire, server, plain)
        assert second.status == 204
        return first


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_answer_is_malformed_without_waiting_for_more(name: str, loop: str) -> None:
    exchange = run(loop, _exchange(MALFORMED[name], stays=True))
    assert exchange.outcome is Outcome.MALFORMED
    assert exchange.detail


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", TRUNCATED)
def test_an_answer_cut_by_the_end_of_the_connection_is_truncated(name: str, loop: str) -> None:
    exchange = run(loop, _exchange(TRUNCATED[name], stays=False))
    assert exchange.outcome is Outcome.TRUNCATED
    assert exchange.detail


@pytest.mark.parametrize("pieces", [0, 1])
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", SOUND)
def test_an_odd_answer_that_is_one_is_taken(name: str, loop: str, pieces: int) -> None:
    sound = SOUND[name]
    exchange = run(loop, _exchange(sound.data, stays=sound.body != b"" and name != "a body to the end", pieces=pieces))
    assert (exchange.outcome, exchange.status, exchange.body) == (Outcome.ANSWERED, sound.status, sound.body)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("name", SOUND)
def test_a_connection_is_used_again_only_when_nothing_speaks_against_it(name: str, loop: str) -> None:
    sound = SOUND[name]

    async def odd(peer: Peer) -> None:
        while await peer.request():
            await peer.send(sound.data)
            if name == "a body to the end":
                return

    async def main() -> list[bool]:
        async with serving(odd) as server, wired() as wire:
            return [(await once(wire, post(server.url(), timeout=3.0))).reused for _ in range(3)]

    assert run(loop, main()) == [False, sound.kept, sound.kept]


@pytest.mark.parametrize("loop", LOOPS)
def test_no_answer_at_all_is_closed_and_a_reset_is_reset(loop: str) -> None:
    async def closes(peer: Peer) -> None:
        await peer.request()

    async def resets(peer: Peer) -> None:
        await peer.request()
        peer.reset()

    async def resets_inside(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK + b"Content-Length: 9\r\n\r\nhalf")
        await asyncio.sleep(0.02)
        peer.reset()

    async def main() -> list[Exchange]:
        async with serving(closes) as a, serving(resets) as b, serving(resets_inside) as c, wired() as wire:
            return [await once(wire, post(server.url())) for server in (a, b, c)]

    closed, reset, inside = run(loop, main())
    assert (closed.outcome, reset.outcome, inside.outcome) == (Outcome.CLOSED, Outcome.RESET, Outcome.RESET)
    assert (inside.status, inside.body) == (200, b"half")
    assert "inside its answer" in inside.detail


def test_a_reason_never_quotes_what_the_receiver_sent() -> None:
    for data in MALFORMED.values():
        planted = data.replace(b"hello", b"CANARY").replace(b"A: b", b"CANARY: CANARY").replace(b"five", b"CANARY")
        exchange = run("asyncio", _exchange(planted, stays=True))
        assert "CANARY" not in exchange.detail


# Mutations

ENDS = {Outcome.ANSWERED, Outcome.REDIRECTED, Outcome.MALFORMED, Outcome.TRUNCATED, Outcome.CLOSED}


async def _campaign(answers: Iterator[bytes], count: int) -> dict[Outcome, int]:
    """Send each answer once; after each the wire must still work."""
    found: dict[Outcome, int] = {}

    async def odd(peer: Peer) -> None:
        await peer.request()
        await peer.send(next(answers))

    async with serving(odd) as server, serving(good) as plain, wired() as wire:
        for _ in range(count):
            first, second = await _against(wire, server, plain)
            found[first.outcome] = found.get(first.outcome, 0) + 1
            assert second.status == 204
    return found


def _mutants(seed: int) -> Iterator[bytes]:
    dice = Random(seed)
    while True:
        yield mutated(dice)


@pytest.mark.parametrize("loop", LOOPS)
def test_each_of_300_mutated_answers_ends_in_one_outcome(loop: str) -> None:
    found = run(loop, _campaign(_mutants(1), 300))
    assert set(found) <= ENDS
    assert min(found.get(one, 0) for one in (Outcome.ANSWERED, Outcome.MALFORMED, Outcome.TRUNCATED)) > 20, found


@pytest.mark.deep
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("seed", range(20))
def test_each_of_20000_mutated_answers_ends_in_one_outcome(seed: int, loop: str) -> None:
    assert set(run(loop, _campaign(_mutants(1000 + seed), 1000))) <= ENDS
