"""Requests that misbehave on purpose, on real sockets: what leaves, how it ends, and copies that leave together."""

import asyncio
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import trustme

from simulator import play
from simulator.cli import run as command
from simulator.faults import FAULTS
from simulator.model import AwaitContinue, EndWriting, Exchange, HangUp, Outcome, Script, Url
from simulator.receiver import Tls
from simulator.sample import close, create_app
from simulator.serving import running
from simulator.wire import Request, once
from simulator.wire.gate import Gate
from simulator.wire.sockets import Wire
from tests.faulty import SETTINGS
from tests.receivers.byte_server import LOOPS, NO_CONTENT, Peer, post, run, serving, wired

HEAD = b"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Env: ci\r\nContent-Length: 12\r\n\r\n"
BODY = '{"a": "ü€"}'.encode()[:12]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tls, Callable[[], ssl.SSLContext]]:
    """What the sender trusts, and a maker of what the receiver shows."""
    folder = tmp_path_factory.mktemp("pki")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")

    def context() -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(made)
        return made

    return Tls(ca=str(folder / "ca.pem")), context


# Bytes


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("name", "setting"), SETTINGS, ids=str)
def test_the_bytes_of_a_fault_are_the_bytes_on_the_socket(name: str, setting: Any, loop: str) -> None:
    script = FAULTS[name](HEAD, BODY, setting, Random(1))
    planned = b"".join(piece for piece in script if isinstance(piece, bytes))

    async def listens(peer: Peer) -> None:
        await peer.rest()

    async def main() -> tuple[Exchange, Peer]:
        async with serving(listens) as server, wired() as wire:
            exchange = await once(wire, post(server.url(), timeout=0.4, script=script))
            await asyncio.sleep(0.02)
            return exchange, server.peers[0]

    exchange, peer = run(loop, main())
    assert peer.received == planned
    last = script[-1]
    assert exchange.hung_up == isinstance(last, HangUp)
    assert peer.reset_seen == (isinstance(last, HangUp) and last.reset)


# 100 Continue


async def _asked(
    answers: Callable[[Peer], Any], wait: float, *, timeout: float = 5.0, tls: Any = None
) -> tuple[Exchange, bytes]:
    """Ask with `Expect: 100-continue`; what came back, and what the receiver got."""
    trusted, context = tls or (Tls(), lambda: None)
    (head, _, body) = FAULTS["expect-continue"](HEAD, BODY, {"wait": wait}, Random(1))
    async with serving(answers, tls=context()) as server, wired(tls=trusted) as wire:
        exchange = await once(wire, post(server.url(), timeout=timeout, script=(head, AwaitContinue(wait), body)))
        await asyncio.sleep(0.01)
        return exchange, server.peers[0].received


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_the_body_follows_100_at_once(secure: bool, loop: str, pki: Any) -> None:
    async def continues(peer: Peer) -> None:
        peer.received += await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        peer.received += await peer.reader.readexactly(len(BODY))
        await peer.send(OK)

    exchange, received = run(loop, _asked(continues, 60.0, timeout=10.0, tls=pki if secure else None))
    assert (exchange.status, exchange.detail) == (200, "")
    assert received.endswith(b"\r\nExpect: 100-continue\r\n\r\n" + BODY)


@pytest.mark.parametrize("loop", LOOPS)
def test_the_body_is_sent_without_100_after_the_wait(loop: str) -> None:
    async def never(peer: Peer) -> None:
        peer.received += await peer.reader.readexactly(len(HEAD) + len("Expect: 100-continue\r\n") + len(BODY))
        await peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)

    exchange, received = run(loop, _asked(never, 0.02))
    assert (exchange.status, exchange.detail) == (200, "no 100 Continue came within 0.02 s, and the body was sent")
    assert received.endswith(BODY)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_final_answer_in_the_place_of_100_is_taken_and_the_body_stays_here(loop: str) -> None:
    async def refuses(peer: Peer) -> None:
        peer.received += await peer.reader.readuntil(b"\r\n\r\n")
        await peer.send(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        await peer.rest()

    exchange, received = run(loop, _asked(refuses, 60.0))
    assert (exchange.outcome, exchange.status) == (Outcome.ANSWERED, 401)
    assert exchange.detail == "answered in the place of 100 Continue: the body was not sent"
    assert received.endswith(b"Expect: 100-continue\r\n\r\n")


@pytest.mark.parametrize("loop", LOOPS)
def test_waiting_for_100_has_the_deadline_of_everything(loop: str) -> None:
    async def silent(peer: Peer) -> None:
        await peer.rest()

    exchange, received = run(loop, _asked(silent, 60.0, timeout=0.1))
    assert exchange.outcome is Outcome.TIMEOUT_WRITE
    assert received.endswith(b"\r\n\r\n")


# The end of one side


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_an_answer_to_a_body_cut_short_is_read_where_only_our_side_ended(secure: bool, loop: str, pki: Any) -> None:
    trusted, context = pki

    def receives(listener: socket.socket) -> None:
        """Blocking, since asyncio's own TLS ends both sides at once."""
        connection, _ = listener.accept()
        with contextlib.closing(context().wrap_socket(connection, server_side=True) if secure else connection) as one:
            while one.recv(1000):
                pass
            one.sendall(b"HTTP/1.1 400 Short\r\nContent-Length: 0\r\n\r\n")

    async def main(url: Url) -> Exchange:
        async with wired(tls=trusted) as wire:
            return await once(wire, post(url, script=(HEAD + BODY[:5], EndWriting(), b"nothing more")))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=receives, args=(listener,))
        thread.start()
        exchange = run(loop, main(Url("https" if secure else "http", "127.0.0.1", listener.getsockname()[1], "/")))
        thread.join()
    assert (exchange.outcome, exchange.status) == (Outcome.ANSWERED, 400)
    assert not exchange.hung_up


# Hanging up at the timeout


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("reset", [False, True], ids=["fin", "rst"])
def test_a_partner_that_hangs_up_at_its_timeout_reads_no_answer_before_it(reset: bool, loop: str) -> None:
    async def answers(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        await peer.rest()

    async def main() -> tuple[Exchange, Peer]:
        async with serving(answers) as server, wired() as wire:
            script = (HEAD + BODY, HangUp(reset=reset, at_deadline=True))
            exchange = await once(wire, post(server.url(), timeout=0.2, script=script))
            await asyncio.sleep(0.02)
            return exchange, server.peers[0]

    exchange, peer = run(loop, main())
    assert (exchange.outcome, exchange.status, exchange.hung_up) == (Outcome.CLOSED, 0, True)
    assert "at its timeout, reading no answer" in exchange.detail
    assert exchange.done - exchange.sent > 0.15
    assert peer.reset_seen == reset


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("resets", [False, True], ids=["fin", "rst"])
def test_a_receiver_that_closes_after_its_unread_answer_is_not_said_to_have_closed_without_one(
    resets: bool, loop: str
) -> None:
    async def leaves(peer: Peer) -> None:
        await peer.request()
        await peer.send(OK)
        if resets:
            peer.reset()

    async def main() -> Exchange:
        async with serving(leaves) as server, wired() as wire:
            script = (HEAD + BODY, HangUp(at_deadline=True))
            return await once(wire, post(server.url(), timeout=10.0, script=script))

    exchange = run(loop, main())
    assert (exchange.outcome, exchange.hung_up) == (Outcome.CLOSED, True)
    assert "the receiver" in exchange.detail


@pytest.mark.parametrize("loop", LOOPS)
def test_what_was_never_written_whole_is_a_timeout_and_no_hang_up(loop: str) -> None:
    async def stuck(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # every stream transport has it
        await peer.forever()

    async def main() -> Exchange:
        async with serving(stuck, receive_buffer=4096) as server, wired() as wire:
            script: Script = (HEAD, b"z" * 20_000_000, HangUp(at_deadline=True))
            return await once(wire, post(server.url(), timeout=0.2, script=script))

    exchange = run(loop, main())
    assert (exchange.outcome, exchange.hung_up) == (Outcome.TIMEOUT_WRITE, False)


# Together


async def _together(
    wire: Wire, requests: Iterable[Request], told: Callable[[Exchange], None] = lambda _: None
) -> list[Exchange]:
    """Hand all over in one turn; what they came to, in order."""
    loop = asyncio.get_running_loop()
    ended: list[asyncio.Future[Exchange]] = []
    for request in requests:
        future: asyncio.Future[Exchange] = loop.create_future()
        ended.append(future)

        def done(exchange: Exchange, future: asyncio.Future[Exchange] = future) -> None:
            told(exchange)
            future.set_result(exchange)  # raises when it is told twice

        wire(request, done)
    return list(await asyncio.gather(*ended))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_copies_leave_when_every_one_of_them_has_a_connection(secure: bool, loop: str, pki: Any) -> None:
    trusted, context = pki
    events: list[str] = []

    async def answers(peer: Peer) -> None:
        events.append("connected")
        while await peer.request():
            events.append("request")
            await peer.send(NO_CONTENT)

    async def main() -> list[Exchange]:
        async with serving(answers, tls=context() if secure else None) as server, wired(tls=trusted) as wire:
            warm = await once(wire, post(server.url()))
            gate = Gate(8, 5.0)
            assert warm.status == 204
            short = await _together(wire, [post(server.url())._replace(gate=gate) for _ in range(8)])
            assert len(server.peers) == len({one.connection for one in short}) + 1, "too old to be held: it is left"
            return short

    exchanges = run(loop, main())
    assert [one.status for one in exchanges] == [204] * 8
    assert events == ["connected", "request", *["connected"] * 8, *["request"] * 8]


@pytest.mark.parametrize("loop", LOOPS)
def test_copies_use_connections_that_idle_and_open_no_more_than_they_need(loop: str) -> None:
    async def answers(peer: Peer) -> None:
        while await peer.request():
            await peer.send(NO_CONTENT)

    async def main() -> tuple[list[Exchange], int]:
        async with serving(answers) as server, wired() as wire:
            await _together(wire, [post(server.url()) for _ in range(3)])
            gate = Gate(5, 0.3)
            return await _together(wire, [post(server.url())._replace(gate=gate) for _ in range(5)]), len(server.peers)

    exchanges, connections = run(loop, main())
    assert sum(one.reused for one in exchanges) == 3
    assert connections == 5


@pytest.mark.parametrize("loop", LOOPS)
def test_a_copy_that_finds_nobody_or_no_room_holds_up_no_other(loop: str, closed_port: str) -> None:
    async def answers(peer: Peer) -> None:
        while await peer.request():
            await peer.send(NO_CONTENT)

    async def main() -> list[Exchange]:
        nobody = Url("http", "127.0.0.1", int(closed_port.rpartition(":")[2]), "/")
        async with serving(answers) as server, wired(connections=2) as wire:
            gate = Gate(4, 60.0)
            urls = [server.url(), nobody, server.url(), server.url()]
            return await _together(wire, [post(url, timeout=20.0)._replace(gate=gate) for url in urls])

    exchanges = run(loop, main())
    assert [one.outcome for one in exchanges] == ["answered", "refused", "answered", "answered"]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_receiver_that_takes_one_connection_after_another_gets_them_all(loop: str, pki: Any) -> None:
    """With TLS the second handshake does not begin before the first request is answered."""
    trusted, context = pki

    def serves(listener: socket.socket) -> None:
        for _ in range(3):
            connection, _ = listener.accept()
            with context().wrap_socket(connection, server_side=True) as one:
                one.recv(1000)
                one.sendall(b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n")

    async def main(url: Url) -> list[Exchange]:
        async with wired(tls=trusted) as wire:
            gate = Gate(3, 0.1)
            return await _together(wire, [post(url, timeout=20.0)._replace(gate=gate) for _ in range(3)])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serves, args=(listener,))
        thread.start()
        exchanges = run(loop, main(Url("https", "127.0.0.1", listener.getsockname()[1], "/")))
        thread.join()
    assert [one.status for one in exchanges] == [204] * 3


@pytest.mark.parametrize("loop", LOOPS)
def test_who_waits_for_others_keeps_deadline_and_is_told_its_end_once(loop: str) -> None:
    async def listens(peer: Peer) -> None:
        await peer.rest()

    async def main() -> tuple[list[Exchange], list[Exchange], bytes]:
        async with serving(listens) as server:
            async with wired() as wire:
                late = await _together(wire, [post(server.url(), timeout=0.1)._replace(gate=Gate(2, 30.0))])
                waiting = asyncio.ensure_future(_together(wire, [post(server.url())._replace(gate=Gate(2, 30.0))]))
                await asyncio.sleep(0.05)
            cut = await waiting
            await asyncio.sleep(0.02)
            return late, cut, b"".join(peer.received for peer in server.peers)

    (late,), (cut,), received = run(loop, main())
    assert (late.outcome, late.sent) == (Outcome.TIMEOUT_WRITE, 0.0)
    assert (cut.outcome, cut.detail) == (Outcome.SKIPPED, "the sender stopped before anything was sent")
    assert received == b""


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_that_comes_while_a_copy_waits_is_taken_and_its_connection_left(loop: str) -> None:
    async def hasty(peer: Peer) -> None:
        await peer.send(b"HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n")
        await peer.rest()

    async def main() -> tuple[Exchange, int]:
        async with serving(hasty) as server, wired() as wire:
            (exchange,) = await _together(wire, [post(server.url())._replace(gate=Gate(2, 30.0))])
            await once(wire, post(server.url()))
            return exchange, len(server.peers)

    exchange, connections = run(loop, main())
    assert (exchange.status, exchange.detail) == (503, "answered before the whole request was written")
    assert connections == 2


# Through the whole corridor

CORRECT = """\
scenario: What a correct client could send
provider: reachfive
clock: {scale: instant}
exports:
  plain: {}
  odd: {emits: [], definition: Zürich}
timeline:
  chunked: {event: finished, export: odd, fault: {chunked: {size: dice, extension: a=1, trailers: {X-Sum: abc}}}}
  asking: {event: finished, export: odd, fault: {expect-continue: {wait: 5s}}}
  letters: {event: finished, export: odd, fault: {headers: {case: lower, order: dice}}}
  torn: {event: finished, export: odd, fault: {split: inside-a-character}}
  charset: {event: finished, export: odd, fault: {content-type: application/json; charset=utf-8}}
  slowly: {event: finished, export: odd, fault: {drip: {part: body, bytes: 50, every: 1ms}}}
  eight: {event: finished, export: odd, deliver_at: 1h, repeat: {count: 8}}
expect:
  each: {status: ack}
  chunked: {status: ack}
  asking: {status: ack}
  letters: {status: ack}
  torn: {status: ack}
  charset: {status: ack}
  slowly: {status: ack}
"""


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[str]:
    """The sample receiver on a free port."""
    app = create_app(tmp_path / "receiver.sqlite")
    with running(app) as url:
        yield url
    close(app)


def entries(folder: Path) -> list[dict[str, Any]]:
    (journal,) = folder.rglob("*.ndjson")
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def test_what_a_correct_client_could_send_is_expected_by_name_and_acknowledged(
    tmp_path: Path, sample: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = "  gone: {event: finished, export: odd, fault: {hang-up: {after: timeout}}}\nwebhook: {timeout: 2s}\nexpect:"
    text = f"{CORRECT.replace('expect:', gone)}  gone: {{status: any}}\n"
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    words = ["run", str(tmp_path / "odd.yaml"), "--to", f"{sample}/hooks/reachfive", "--journal", str(tmp_path / "j")]
    code = command([*words, "--json"])
    report = json.loads(capsys.readouterr().out)
    found = {one["rule"]: one["outcome"] for one in report["verdicts"]}
    last = found.pop("expect/gone")
    assert set(found.values()) == {"passed"}, report
    assert (last, code) == ("inconclusive", 0), "only a probe tells what became of it"


def test_the_journal_shows_how_far_apart_copies_left(tmp_path: Path, sample: str) -> None:
    (tmp_path / "odd.yaml").write_text(CORRECT, encoding="utf-8")
    words = ["run", str(tmp_path / "odd.yaml"), "--to", f"{sample}/hooks/reachfive", "--journal", str(tmp_path / "j")]
    command(words)
    told = entries(tmp_path / "j")
    copies = {one["n"] for one in told if one["kind"] == "intent" and one["step"] == "eight"}
    ends = [one for one in told if one["kind"] == "outcome" and one["n"] in copies]
    assert len({one["connection"] for one in ends}) == len(copies) == 8
    assert max(one["sent"] for one in ends) < min(one["done"] for one in ends), "all had left before one was answered"


def test_no_more_copies_leave_together_than_may_be_under_way(tmp_path: Path, sample: str) -> None:
    (tmp_path / "odd.yaml").write_text(CORRECT, encoding="utf-8")
    words = ["run", str(tmp_path / "odd.yaml"), "--to", f"{sample}/hooks/reachfive", "--journal", str(tmp_path / "j")]
    command([*words, "--jobs", "3"])
    under_way = most = 0
    for one in entries(tmp_path / "j"):
        under_way += {"intent": 1, "outcome": -1}.get(one["kind"], 0)
        most = max(most, under_way)
    assert most == 3


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("chunked: {size: 9, trailers: {X-Sum: abc}}", "answered"),
        ("expect-continue: {wait: 1h}", "answered"),
        ("drip: {part: headers, every: 1h}", "answered"),
        ("encoding: gzip", "answered"),
        ("headers: {case: upper}", "answered"),
        ("method: GET", "answered"),
        ("truncate: {at: 5, length: fitting}", "answered"),
        ("truncate: {at: 5, end: half-close}", "skipped: it has no end"),
        ("content-length: larger", "skipped: it has no end"),
        ("content-length: missing", "skipped: its bytes are no HTTP request"),
        ("hang-up: {after: timeout}", "skipped: it hangs up"),
    ],
)
def test_a_receiver_in_this_process_gets_what_makes_sense_without_a_socket(
    fault: str, outcome: str, tmp_path: Path
) -> None:
    text = "scenario: One\nprovider: clevertap\nexports: {quiet: {emits: []}}\ntimeline:\n"
    (tmp_path / "one.yaml").write_text(f"{text}  odd: {{event: completed, export: quiet, fault: {{{fault}}}}}\n")

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"].read()
        start("200 OK", [])
        return []

    play(str(tmp_path / "one.yaml"), app, journals=tmp_path / "j", confirm=False)
    (end,) = (one for one in entries(tmp_path / "j") if one["kind"] == "outcome")
    said = f"{end['outcome']}: {end['detail'].rpartition(': ')[2]}" if end["outcome"] == "skipped" else end["outcome"]
    assert said == outcome
