"""The sender of the load tests tells what came of a request in the same words as the corridor, and never raises."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from simulator.model import Outcome
from tests.acceptance.gevent_sender import Asked, Came, Sending

ROOT = Path(__file__).resolve().parents[2]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BIG = 30_000_000


class Server:
    """A receiver on plain sockets that behaves as the path says."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        try:
            if self._tls is not None:
                peer = self._tls.wrap_socket(peer, server_side=True)
            with peer:
                while head := read_head(peer):
                    behave = BEHAVIOURS[head.split(b" ")[1].decode().strip("/")]
                    if not behave(peer, self._over):
                        return
        except OSError:
            pass  # the sender went away


def read_head(peer: socket.socket) -> bytes:
    """A request's head; its two bytes of body are read too."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = peer.recv(1)
        if not piece:
            return b""
        data += piece
    if b"Content-Length: 2\r\n" in data:
        peer.recv(2)
    return data


Behave = Callable[[socket.socket, threading.Event], bool]


def says(answer: bytes, *, stays: bool = True) -> Behave:
    def behave(peer: socket.socket, over: threading.Event) -> bool:
        peer.sendall(answer)
        return stays

    return behave


def resets(peer: socket.socket, over: threading.Event) -> bool:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def hangs(before: bytes = b"") -> Behave:
    def behave(peer: socket.socket, over: threading.Event) -> bool:
        peer.sendall(before)
        over.wait()
        return False

    return behave


BEHAVIOURS: dict[str, Behave] = {
    "good": says(OK),
    "chunked": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n"),
    "until-it-closes": says(b"HTTP/1.1 200 OK\r\n\r\nall", stays=False),
    "answers-and-leaves": says(OK, stays=False),
    "redirects": says(b"HTTP/1.1 302 Found\r\nLocation: /good\r\nContent-Length: 0\r\n\r\n"),
    "resets": resets,
    "closes": says(b"", stays=False),
    "cut": says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", stays=False),
    "other": says(b"SSH-2.0-OpenSSH\r\n"),
    "silent": hangs(),
    "half": hangs(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"),
    "early": hangs(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("path", "came"),
    [
        ("good", Came(Outcome.ANSWERED, 200, "ok", False, "")),
        ("chunked", Came(Outcome.ANSWERED, 200, "yes", False, "")),
        ("until-it-closes", Came(Outcome.ANSWERED, 200, "all", False, "")),
        ("redirects", Came(Outcome.REDIRECTED, 302, "", False, "")),
        ("resets", Came(Outcome.RESET, 0, "", False, "the receiver reset the connection without an answer")),
        ("closes", Came(Outcome.CLOSED, 0, "", False, "the receiver closed the connection without an answer")),
        (
            "cut",
            Came(
                Outcome.TRUNCATED,
                200,
                "ok",
                False,
                "the receiver closed the connection inside the body of its answer, 7 bytes short",
            ),
        ),
        ("other", Came(Outcome.MALFORMED, 0, "", False, "this port speaks SSH")),
    ],
)
def test_it_tells_what_came(send: Sending, server: Server, path: str, came: Came) -> None:
    assert send(Asked(f"http://127.0.0.1:{server.port}/{path}")) == came


@pytest.mark.parametrize(
    ("path", "size", "outcome"),
    [("silent", 2, Outcome.TIMEOUT_HEADERS), ("half", 2, Outcome.TIMEOUT_BODY), ("silent", BIG, Outcome.TIMEOUT_WRITE)],
)
def test_one_deadline_ends_it_and_the_phase_is_told(
    send: Sending, server: Server, path: str, size: int, outcome: Outcome
) -> None:
    came = send(Asked(f"http://127.0.0.1:{server.port}/{path}", user=f"{path} {size}", timeout=0.2, size=size))
    assert came.outcome == outcome
    assert came.detail.endswith("within 0.2 s")


def test_an_answer_before_the_whole_request_was_written_is_heard(send: Sending, server: Server) -> None:
    came = send(Asked(f"http://127.0.0.1:{server.port}/early", size=BIG))
    assert came == Came(Outcome.ANSWERED, 413, "no", False, "answered before the whole request was written")


def test_a_connection_is_kept_and_carries_the_next_request(send: Sending, server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}/good"
    assert [send(Asked(url, user="keeps")).reused for _ in range(3)] == [False, True, True]


def test_a_connection_that_the_receiver_closed_meanwhile_is_not_used_again(send: Sending, server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}/answers-and-leaves"
    twice = [send(Asked(url, user="left", rest=0.1)) for _ in range(2)]
    assert twice == [Came(Outcome.ANSWERED, 200, "ok", False, "")] * 2


def test_a_connection_that_idled_for_longer_than_receivers_keep_theirs_is_not_used_again(
    send: Sending, server: Server
) -> None:
    url = f"http://127.0.0.1:{server.port}/good"
    assert [send(Asked(url, user="idles", rest=rest)).reused for rest in (0.0, 1.1)] == [False, False]


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://169.254.169.254/latest", Outcome.BLOCKED),
        ("http://8.8.8.8/hook", Outcome.BLOCKED),
        ("http://127.1/hook", Outcome.BLOCKED),
        ("http://a b/hook", Outcome.DNS),
    ],
)
def test_it_goes_nowhere_that_the_corridor_does_not_go(send: Sending, url: str, outcome: Outcome) -> None:
    assert send(Asked(url)).outcome == outcome


def test_where_nobody_listens_it_is_refused(send: Sending, closed_port: str) -> None:
    came = send(Asked(closed_port + "/hook"))
    assert came.outcome == Outcome.REFUSED
    assert came.detail.endswith("connection refused")


def test_tls_is_verified(send: Sending, server: Server, tmp_path: Path) -> None:
    authority = trustme.CA()
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(shown)
    secured = Server(shown)
    try:
        url = f"https://127.0.0.1:{secured.port}/good"
        assert [send(Asked(url, user="tls", ca=str(ca)))[:4] for _ in range(2)] == [
            (Outcome.ANSWERED, 200, "ok", False),
            (Outcome.ANSWERED, 200, "ok", True),
        ]
        other = send(Asked(url))
        assert other.outcome == Outcome.TLS
        assert other.detail.startswith("the certificate is not trusted")
        plain = send(Asked(f"https://127.0.0.1:{server.port}/good"))
        assert plain.outcome in {Outcome.TLS, Outcome.TIMEOUT_TLS}
    finally:
        secured.close()


def test_what_tls_said_before_the_connection_broke_is_the_reason(send: Sending, tmp_path: Path) -> None:
    authority = trustme.CA()
    ca, gone = tmp_path / "ca.pem", tmp_path / "gone"
    authority.cert_pem.write_to_path(str(ca))
    wants = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wants.verify_mode = ssl.CERT_REQUIRED
    authority.issue_cert("127.0.0.1").configure_cert(wants)
    authority.configure_trust(wants)

    def refuse_and_reset(listening: socket.socket) -> None:
        peer, _ = listening.accept()
        peer = wants.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
        with pytest.raises(ssl.SSLError):
            peer.do_handshake()  # the sender's side of it is over by then
        resets(peer, threading.Event())
        peer.close()
        gone.touch()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=refuse_and_reset, args=(listening,))
        thread.start()
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/good"
        came = send(Asked(url, ca=str(ca), wait_for=str(gone)))
        thread.join()
    assert (came.outcome, came.status) == (Outcome.TLS, 0)
    assert came.detail == "the receiver ended the TLS connection: tlsv13 alert certificate required"
