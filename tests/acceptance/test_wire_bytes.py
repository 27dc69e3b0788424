"""What leaves is what was handed over, to the byte, whatever the surroundings; nothing leaves that was not."""

import asyncio
import json
import os
import socket
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from simulator import limits
from simulator.model import Exchange, HangUp, Outcome, Pause, Script, Url
from simulator.wire import Request, once
from tests.receivers.byte_server import LOOPS, NO_CONTENT, Peer, post, run, serving, wired

ODD = (
    b"PoSt /a%20b?x=\xc3\xbc HTTP/1.1\r\nhOsT: x\r\nX-Twice: 1\r\nX-Twice:2\r\n"
    b"X-Space:   3  \r\nContent-Length: 9\r\n\r\n"
    b"\x00\xff\r\n\r\n\x1a{}"
)


async def keeps(peer: Peer) -> None:
    await peer.send(NO_CONTENT)
    await peer.rest()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("data", [ODD, ODD + b"z" * 5_000_000, b"\r\n"], ids=["odd", "large", "tiny"])
def test_the_bytes_on_the_socket_are_the_bytes_of_the_request(data: bytes, loop: str) -> None:
    async def receives(peer: Peer) -> None:
        peer.received = await peer.reader.readexactly(len(data))
        await peer.send(NO_CONTENT)
        await peer.rest()

    async def main() -> tuple[Exchange, bytes]:
        async with serving(receives) as server, wired() as wire:
            exchange = await once(wire, Request(server.url(), data, 5.0))
            await wire.close()
            await asyncio.sleep(0.01)
            return exchange, server.peers[0].received

    exchange, received = run(loop, main())
    assert exchange.status == 204
    assert received == data


@pytest.mark.parametrize("loop", LOOPS)
def test_requests_on_one_connection_follow_each_other_without_a_byte_between(loop: str) -> None:
    async def main() -> bytes:
        async def answers(peer: Peer) -> None:
            while await peer.request():
                await peer.send(NO_CONTENT)

        async with serving(answers) as server, wired() as wire:
            for number in range(5):
                await once(wire, post(server.url(), body=b"%d" % number))
            assert len(server.peers) == 1
            return server.peers[0].received

    data = run(loop, main())
    assert data.count(b"POST /hook HTTP/1.1\r\n") == 5
    assert [line[-5:] for line in data.split(b"POST")[1:]] == [b"\r\n\r\n%d" % number for number in range(5)]


REDIRECTS = ["http://evil.example/", "//evil.example/", "file:///etc/passwd", "http://169.254.169.254/latest/", "/hook"]


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_no_request_leaves_because_of_a_redirect(status: int, loop: str) -> None:
    async def main() -> tuple[list[Exchange], list[bytes]]:
        places = [*REDIRECTS, f"http://127.0.0.1:{0}/"]

        async def elsewhere(peer: Peer) -> None:
            await peer.request()

        async with serving(elsewhere) as other:
            places[-1] = str(other.url())

            async def redirects(peer: Peer) -> None:
                await peer.request()
                place = places[len(server.peers) - 1]
                answer = f"HTTP/1.1 {status} X\r\nLocation: {place}\r\nRefresh: 0; url={place}\r\nConnection: close\r\n"
                await peer.send(f"{answer}Content-Length: 0\r\n\r\n".encode())
                await peer.rest()

            async with serving(redirects) as server, wired() as wire:
                exchanges = [await once(wire, post(server.url())) for _ in places]
                await asyncio.sleep(0.02)
                assert not other.peers
                assert len(server.peers) == len(places)
                return exchanges, [peer.received for peer in server.peers]

    exchanges, received = run(loop, main())
    assert {(one.outcome, one.status) for one in exchanges} == {(Outcome.REDIRECTED, status)}
    assert all(data.count(b"HTTP/1.1") == 1 for data in received)
    assert b"Location: //evil.example/" in exchanges[1].head


# Surroundings

ALONE = """
import asyncio, json, sys
from simulator.model import Url
from simulator.receiver import Tls
from simulator.wire import Request, once
from tests.receivers.byte_server import NO_CONTENT, post, serving, wired
import ssl

async def main():
    async def answers(peer):
        while await peer.request():
            await peer.send(NO_CONTENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    async with serving(answers) as plain, serving(answers, tls=context) as secret:
        seen = []
        for tls in (Tls(), Tls(ca=sys.argv[2])):
            async with wired(tls=tls) as wire:
                for url in (plain.url(), plain.url(host="localhost"), secret.url()):
                    exchange = await once(wire, post(url))
                    seen.append([exchange.outcome, exchange.status, exchange.detail])
        received = [peer.received.decode() for server in (plain, secret) for peer in server.peers]
        text = json.dumps([seen, received])
        print(text.replace(str(plain.port), "PORT").replace(str(secret.port), "PORT"))

asyncio.run(main())
"""


def test_proxies_netrc_ca_variables_and_locale_change_nothing(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, ca, keys = tmp_path / "server.pem", tmp_path / "ca.pem", tmp_path / "keys.txt"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\ndefault login me password secret\n")
    (tmp_path / "openssl.cnf").write_text("openssl_conf = none\n")
    proxy = "http://127.0.0.1:9"
    odd = {
        **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"), proxy),
        "no_proxy": "",
        "HOME": str(tmp_path),
        "NETRC": str(tmp_path / ".netrc"),
        "SSL_CERT_FILE": str(ca),
        "SSL_CERT_DIR": str(tmp_path),
        "REQUESTS_CA_BUNDLE": str(ca),
        "CURL_CA_BUNDLE": str(ca),
        "SSLKEYLOGFILE": str(keys),
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "C",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
    }
    plain = {"PATH": os.environ["PATH"]}
    results = [
        subprocess.run(
            [sys.executable, "-c", ALONE, str(certificate), str(ca)],
            env=plain | more,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for more in ({}, odd)
    ]
    assert results[0] == results[1]
    seen, received = json.loads(results[0])
    assert [outcome for outcome, _, _ in seen] == ["answered", "answered", "tls", "answered", "answered", "answered"]
    assert all("uthorization" not in data for data in received)
    assert not keys.exists()


# Large answers


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("framing", ["length", "chunks", "end", "head"])
def test_an_endless_answer_costs_little_memory_and_ends(framing: str, loop: str) -> None:
    heads = {"length": b"Content-Length: 999999999999\r\n", "chunks": b"Transfer-Encoding: chunked\r\n", "end": b""}
    piece = b"z" * 65536
    bomb = {"chunks": b"10000\r\n" + piece + b"\r\n", "head": b"A: " + piece[:9000] + b"\r\n"}.get(framing, piece)

    async def endless(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + heads.get(framing, b""))
        if framing != "head":
            await peer.send(b"\r\n")
        while True:
            await peer.send(bomb)

    async def main() -> tuple[Exchange, int]:
        async with serving(endless) as server, wired() as wire:
            await asyncio.sleep(0)
            tracemalloc.start()
            exchange = await once(wire, post(server.url(), timeout=5.0))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return exchange, peak

    exchange, peak = run(loop, main())
    assert peak < 8 * 2**20
    if framing == "head":
        assert exchange.outcome is Outcome.MALFORMED
        return
    assert (exchange.outcome, exchange.status, exchange.capped) == (Outcome.ANSWERED, 200, True)
    assert (exchange.size, len(exchange.body)) == (limits.ANSWER_READ, limits.ANSWER_KEPT)
    assert exchange.done - exchange.sent < 2.0


# Scripts


async def _scripted(script: Script, *, answer: bytes = b"", timeout: float = 5.0) -> tuple[Exchange, Peer, int]:
    """Play a script against a receiver that reads all and, perhaps, answers at once; then send a plain request."""

    async def listens(peer: Peer) -> None:
        if answer:
            await peer.send(answer)
        await peer.rest()

    async with serving(listens) as server, wired() as wire:
        exchange = await once(wire, post(server.url(), timeout=timeout, script=script))
        await asyncio.sleep(0.05)
        peer = server.peers[0]
        await once(wire, post(server.url(), timeout=0.05))
        return exchange, peer, len(server.peers)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_hang_up_ends_the_exchange_in_order_after_every_byte(loop: str) -> None:
    pieces = (b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n", b"z" * 5_000_000, HangUp())
    exchange, peer, connections = run(loop, _scripted(pieces))
    assert exchange.outcome is Outcome.CLOSED
    assert "on purpose" in exchange.detail
    assert peer.received == pieces[0] + pieces[1]
    assert not peer.reset_seen
    assert connections == 2


@pytest.mark.parametrize("loop", LOOPS)
def test_a_hang_up_by_reset_is_seen_as_a_reset(loop: str) -> None:
    exchange, peer, _ = run(
        loop, _scripted((b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n", Pause(0.05), HangUp(True)))
    )
    assert exchange.outcome is Outcome.CLOSED
    assert peer.reset_seen


@pytest.mark.parametrize("loop", LOOPS)
def test_pieces_and_pauses_are_played_in_order(loop: str) -> None:
    arrivals: list[tuple[bytes, float]] = []

    async def listens(peer: Peer) -> None:
        while data := await peer.reader.read(100):
            arrivals.append((data, asyncio.get_running_loop().time()))
            if data.endswith(b"c"):
                await peer.send(NO_CONTENT)

    async def main() -> Exchange:
        async with serving(listens) as server, wired() as wire:
            script = (b"a", Pause(0.1), b"b", Pause(0.05), b"c")
            return await once(wire, post(server.url(), script=script))

    exchange = run(loop, main())
    assert exchange.outcome is Outcome.ANSWERED
    assert [data for data, _ in arrivals] == [b"a", b"b", b"c"]
    assert arrivals[1][1] - arrivals[0][1] > 0.09
    assert exchange.done - exchange.sent >= 0.145


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_before_the_request_is_written_is_taken(loop: str) -> None:
    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    for script in ((b"POST", Pause(30), b" / HTTP/1.1\r\n\r\n"), (b"POST", Pause(30), HangUp())):
        exchange, peer, connections = run(loop, _scripted(script, answer=early))
        assert (exchange.outcome, exchange.status) == (Outcome.ANSWERED, 413)
        assert "before the whole request" in exchange.detail
        assert peer.received == b"POST"
        assert connections == 2


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("ends", ["fin", "rst", "stays"])
def test_a_refusal_sent_before_a_large_body_is_read_is_taken(ends: str, loop: str) -> None:
    async def refuses(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # every stream transport has it
        await peer.send(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno")
        if ends == "stays":
            await peer.forever()
        if ends == "rst":
            await asyncio.sleep(0.05)
            peer.reset()

    async def main() -> Exchange:
        async with serving(refuses, receive_buffer=4096) as server, wired() as wire:
            return await once(wire, post(server.url(), body=b"z" * 5_000_000))

    exchange = run(loop, main())
    assert (exchange.outcome, exchange.status, exchange.body) == (Outcome.ANSWERED, 401, b"no")


class Held:
    """The running loop, but pauses of 7 seconds end when the test says so."""

    def __init__(self) -> None:
        self.resume: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def call_later(self, delay: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        if delay == 7.0:
            self.resume = callback
        return self._loop.call_later(delay, callback)


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_that_lies_before_a_reset_is_taken(loop: str) -> None:
    """The receiver answers and resets while the sender pauses; the sender meets the reset when it writes on."""

    async def main() -> Exchange:
        async with wired() as wire:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                held = Held()
                wire.loop = held  # type: ignore[assignment]  # what the wire needs of a loop
                script = (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n", Pause(7.0), b"{}")
                url = Url("http", "127.0.0.1", listener.getsockname()[1], "/")
                exchange = asyncio.ensure_future(once(wire, post(url, script=script)))
                await asyncio.sleep(0.03)
                receiver, _ = listener.accept()
                receiver.recv(100)
                receiver.send(NO_CONTENT)
                receiver.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                receiver.close()
                held.resume()  # before the loop could read what came
                return await exchange

    exchange = run(loop, main())
    assert (exchange.outcome, exchange.status) == (Outcome.ANSWERED, 204)
