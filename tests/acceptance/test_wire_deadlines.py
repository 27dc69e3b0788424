"""However slow a receiver is, the exchange is over at its deadline: not before, not 100 ms after, the phase named."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NamedTuple

import pytest
import trustme

from simulator.model import Exchange, HangUp, Outcome, Pause, Url
from simulator.receiver import Tls
from simulator.wire import Request, once
from simulator.wire.gate import Gate
from simulator.wire.sockets import Wire
from tests.receivers.byte_server import LOOPS, NO_CONTENT, Behave, Peer, post, run, serving, wired

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
BIG = b"x" * 6_000_000  # more than the buffers of both sides hold


async def silent(peer: Peer) -> None:
    await peer.forever()


async def reads_then_silent(peer: Peer) -> None:
    await peer.request()
    await peer.forever()


async def drips_the_head(peer: Peer) -> None:
    await peer.request()
    await peer.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 5000, 0.01)


async def drips_headers(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\n")
    await peer.drip(b"A: b\r\n" * 90, 0.03, size=6)
    await peer.forever()


async def drips_interim_answers(peer: Peer) -> None:
    await peer.request()
    await peer.drip(b"HTTP/1.1 102 Processing\r\n\r\n" * 50, 0.07, size=27)


async def says_continue_and_stops(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    await peer.forever()


async def drips_the_body(peer: Peer) -> None:
    await peer.request()
    await peer.send(HEAD)
    await peer.drip(b"a" * 5000, 0.01)


async def drips_chunks(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    await peer.drip(b"1\r\nx\r\n" * 1000, 0.01)


async def drips_a_chunk_size(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;")
    await peer.drip(b"e" * 10_000, 0.01)


async def leaves_out_the_last_chunk(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await peer.forever()


async def sends_half_the_body(peer: Peer) -> None:
    await peer.request()
    await peer.send(HEAD + b"half")
    await peer.forever()


async def never_ends_the_body(peer: Peer) -> None:
    await peer.request()
    await peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await peer.drip(b"z" * 10_000, 0.005)


async def reads_drop_by_drop(peer: Peer) -> None:
    while await peer.reader.read(100):
        await asyncio.sleep(0.02)


async def does_not_read(peer: Peer) -> None:
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # every loop's stream transport has it
    await peer.forever()


async def half_a_handshake(peer: Peer) -> None:
    await peer.reader.read(10)
    await peer.send(b"\x16\x03\x03\x40\x00\x02\x00")
    await peer.forever()


class Slow(NamedTuple):
    """A way to be slow, and the phase in which a deadline finds it."""

    behave: Behave
    phase: Outcome
    big: bool = False  # whether the request is more than buffers hold
    tls: bool = False  # whether the receiver really speaks TLS
    scheme: str = ""


SLOW = {
    "accepts and nothing": Slow(silent, Outcome.TIMEOUT_HEADERS),
    "reads and nothing": Slow(reads_then_silent, Outcome.TIMEOUT_HEADERS),
    "drips the head": Slow(drips_the_head, Outcome.TIMEOUT_HEADERS),
    "drips headers": Slow(drips_headers, Outcome.TIMEOUT_HEADERS),
    "drips interim answers": Slow(drips_interim_answers, Outcome.TIMEOUT_HEADERS),
    "says 100 and stops": Slow(says_continue_and_stops, Outcome.TIMEOUT_HEADERS),
    "drips the body": Slow(drips_the_body, Outcome.TIMEOUT_BODY),
    "drips chunks": Slow(drips_chunks, Outcome.TIMEOUT_BODY),
    "drips a chunk size": Slow(drips_a_chunk_size, Outcome.TIMEOUT_BODY),
    "leaves out the last chunk": Slow(leaves_out_the_last_chunk, Outcome.TIMEOUT_BODY),
    "sends half the body": Slow(sends_half_the_body, Outcome.TIMEOUT_BODY),
    "never ends the body": Slow(never_ends_the_body, Outcome.TIMEOUT_BODY),
    "does not read": Slow(does_not_read, Outcome.TIMEOUT_WRITE, big=True),
    "reads drop by drop": Slow(reads_drop_by_drop, Outcome.TIMEOUT_WRITE, big=True),
    "takes the handshake and nothing": Slow(silent, Outcome.TIMEOUT_TLS, scheme="https"),
    "half a handshake": Slow(half_a_handshake, Outcome.TIMEOUT_TLS, scheme="https"),
    "TLS, then nothing": Slow(reads_then_silent, Outcome.TIMEOUT_HEADERS, tls=True),
    "TLS, then drips the body": Slow(drips_the_body, Outcome.TIMEOUT_BODY, tls=True),
    "TLS, then does not read": Slow(does_not_read, Outcome.TIMEOUT_WRITE, big=True, tls=True),
}


class Timed(NamedTuple):
    name: str
    phase: Outcome
    timeout: float
    took: float
    exchange: Exchange


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    return made


@pytest.mark.parametrize("loop", LOOPS)
def test_whatever_a_receiver_does_the_deadline_holds_and_names_its_phase(loop: str, authority: trustme.CA) -> None:
    results: list[Timed] = []
    for _ in range(3):  # a machine that is busy with something else may be late three times, but the wire never early
        results = run(loop, _all(authority))
        assert not [one for one in results if one.took < one.timeout], "early"
        if all(one.took <= one.timeout + 0.1 for one in results):
            break
    assert not [one for one in results if one.took > one.timeout + 0.1], "late"
    assert {one.name: one.exchange.outcome for one in results} == {one.name: one.phase for one in results}
    assert all("within" in one.exchange.detail for one in results)


async def _all(authority: trustme.CA) -> list[Timed]:
    context = server_context(authority)
    with authority.cert_pem.tempfile() as ca:
        async with wired(tls=Tls(ca=ca)) as wire, contextlib.AsyncExitStack() as stack:
            jobs = []
            for name, slow in SLOW.items():
                server: AbstractAsyncContextManager[Any] = serving(
                    slow.behave,
                    tls=context if slow.tls else None,
                    scheme=slow.scheme,
                    receive_buffer=4096 if slow.big else None,
                )
                url = (await stack.enter_async_context(server)).url()
                jobs += [(name, slow.phase, url, BIG if slow.big else b"{}")] * 2
            full = await stack.enter_async_context(_full_backlog())
            jobs += [("backlog full", Outcome.TIMEOUT_CONNECT, full, b"{}")] * 2
            return await asyncio.gather(
                *(_timed(wire, *job, timeout) for job, timeout in zip(jobs, [0.2, 1.0] * len(jobs), strict=False))
            )


async def _timed(wire: Wire, name: str, phase: Outcome, url: Url, body: bytes, timeout: float) -> Timed:
    request = post(url, body=body, timeout=timeout)
    began = time.perf_counter()
    exchange = await once(wire, request)
    return Timed(name, phase, timeout, time.perf_counter() - began, exchange)


@asynccontextmanager
async def _full_backlog() -> AsyncIterator[Url]:
    """A port whose queue of connections is full: the system drops what comes."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        await asyncio.sleep(0.02)
        yield Url("http", "127.0.0.1", listener.getsockname()[1], "/")


@pytest.mark.parametrize("loop", LOOPS)
def test_a_name_server_that_does_not_answer_is_a_timeout_and_holds_nothing_up(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> list[object]:
        time.sleep(3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)

    async def main() -> Exchange:
        async with wired() as wire:
            return await once(wire, post(Url("http", "slow.example", 80, "/"), timeout=0.1))

    began = time.perf_counter()
    assert run(loop, main()).outcome is Outcome.TIMEOUT_CONNECT
    assert time.perf_counter() - began < 2.5


@pytest.mark.parametrize("loop", LOOPS)
def test_a_pause_of_the_script_beyond_the_deadline_is_a_timeout_in_writing(loop: str) -> None:
    async def main() -> Exchange:
        async with serving(silent) as server, wired() as wire:
            script = (b"POST / HTTP/1.1\r\n", Pause(30), HangUp())
            return await once(wire, post(server.url(), timeout=0.1, script=script))

    assert run(loop, main()).outcome is Outcome.TIMEOUT_WRITE


@pytest.mark.parametrize("loop", LOOPS)
def test_waiting_in_the_queue_does_not_use_up_the_deadline(loop: str) -> None:
    async def slowly(peer: Peer) -> None:
        while await peer.request():
            await asyncio.sleep(0.15)
            await peer.send(NO_CONTENT)

    async def main() -> list[Exchange]:
        async with serving(slowly) as server, wired(connections=1) as wire:
            return await asyncio.gather(*(once(wire, post(server.url(), timeout=0.3)) for _ in range(4)))

    assert [one.outcome for one in run(loop, main())] == [Outcome.ANSWERED] * 4


@pytest.mark.parametrize("loop", LOOPS)
def test_waiting_for_the_others_at_a_gate_does_not_use_up_the_deadline(loop: str) -> None:
    async def slowly(peer: Peer) -> None:
        await peer.request()
        await asyncio.sleep(0.6)
        await peer.send(NO_CONTENT)

    async def main(timeout: float, patience: float) -> Exchange:
        async with serving(slowly) as server, wired() as wire:
            asked = post(server.url(), timeout=timeout)
            return await once(wire, asked._replace(gate=Gate(2, patience)))  # the other one never comes

    assert run(loop, main(1.0, 0.5)).outcome is Outcome.ANSWERED
    assert run(loop, main(0.3, 0.05)).outcome is Outcome.TIMEOUT_HEADERS


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_that_lies_in_the_socket_after_the_deadline_is_a_timeout(loop: str) -> None:
    async def at_once(peer: Peer) -> None:
        await peer.request()
        await peer.send(NO_CONTENT)
        time.sleep(0.2)  # the whole loop stands still: the answer is there, but nobody has read it

    async def main() -> Exchange:
        async with serving(at_once) as server, wired() as wire:
            return await once(wire, post(server.url(), timeout=0.1))

    assert run(loop, main()).outcome is Outcome.TIMEOUT_HEADERS


@pytest.mark.parametrize("loop", LOOPS)
def test_after_a_timeout_the_next_request_gets_a_connection_and_an_answer_of_its_own(loop: str) -> None:
    def answers() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nown"

    turn = answers()

    async def late(peer: Peer) -> None:
        await peer.request()
        answer = next(turn)
        await asyncio.sleep(0.15 if answer.endswith(b"late") else 0)
        await peer.send(answer)
        await peer.forever()

    async def main() -> list[Exchange]:
        async with serving(late) as server, wired() as wire:
            return [await once(wire, post(server.url(), timeout=0.1)) for _ in range(2)]

    first, second = run(loop, main())
    assert (first.outcome, second.outcome, second.body) == (Outcome.TIMEOUT_HEADERS, Outcome.ANSWERED, b"own")
    assert not second.reused


@pytest.mark.parametrize("loop", LOOPS)
def test_many_deadlines_of_different_length_each_end_in_their_time(loop: str) -> None:
    timeouts = [0.05 + 0.01 * (number * 7 % 40) for number in range(120)]

    async def main() -> list[tuple[float, float, float]]:
        async with serving(silent) as server, wired() as wire:
            stalled = 0.0

            async def watch_the_loop() -> None:
                nonlocal stalled
                while True:
                    began = time.perf_counter()
                    await asyncio.sleep(0.005)
                    stalled = max(stalled, time.perf_counter() - began - 0.005)

            async def one(timeout: float) -> tuple[float, float]:
                began = time.perf_counter()
                await once(wire, Request(server.url(), b"GET / HTTP/1.1\r\n\r\n", timeout))
                return timeout, time.perf_counter() - began

            watching = asyncio.ensure_future(watch_the_loop())
            took = await asyncio.gather(*map(one, timeouts))
            watching.cancel()
            return [(timeout, spent, stalled) for timeout, spent in took]

    # A machine that stalls stalls the test's own loop as well: by that much may each be later.
    ended = run(loop, main())
    assert [one for one in ended if not one[0] <= one[1] < one[0] + 0.1 + one[2]] == []
