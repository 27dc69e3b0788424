"""Requests that misbehave on purpose in a load: the same bytes and the same ends as everywhere else."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.model import EndWriting, HangUp, Outcome
from tests.acceptance.gevent_sender import Asked, Sending, delivery
from tests.faulty import SETTINGS

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO = b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"
BODY = 40


class Peer:
    """Takes one connection: reads what `behave` leaves to the end, or to a reset."""

    def __init__(self, behave: Callable[["Peer"], None] = lambda _: None) -> None:
        self.received = b""
        self.reset = False
        self._behave = behave
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/hook"

    def until(self, end: Callable[[bytes], bool]) -> None:
        while not end(self.received) and (data := self._peer.recv(4096)):
            self.received += data

    def say(self, data: bytes) -> None:
        self._peer.sendall(data)

    def over(self) -> None:
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        self._peer, _ = self._listening.accept()
        with self._peer:
            try:
                self._behave(self)
                self.until(lambda _: False)
            except ConnectionResetError:
                self.reset = True


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(behave: Callable[[Peer], None] = lambda _: None) -> Peer:
        made.append(Peer(behave))
        return made[-1]

    yield make
    for one in made:
        one.over()


@pytest.mark.parametrize("fault", SETTINGS, ids=str)
def test_the_bytes_of_a_fault_are_the_bytes_on_the_socket(
    send: Sending, peer: Callable[..., Peer], fault: tuple[str, Any]
) -> None:
    listens = peer()
    asked = Asked(listens.url, user=str(fault), timeout=0.6, size=BODY, fault=fault)
    script = delivery(asked.url, asked.timeout, BODY, fault).script
    assert script is not None
    came = send(asked)
    listens.over()
    last = script[-1]
    assert listens.received == b"".join(piece for piece in script if isinstance(piece, bytes))
    assert came.hung_up == isinstance(last, HangUp)
    assert listens.reset == (isinstance(last, HangUp) and last.reset)
    ended = any(isinstance(piece, EndWriting | HangUp) for piece in script)  # then the receiver leaves, too
    assert came.outcome == (Outcome.CLOSED if ended else Outcome.TIMEOUT_HEADERS)


def test_a_connection_that_carried_a_fault_carries_nothing_more(send: Sending, peer: Callable[..., Peer]) -> None:
    answers = peer(lambda one: (one.until(lambda got: got.endswith(b"0\r\n\r\n")), one.say(OK)))
    came = send(Asked(answers.url, user="spent", size=BODY, fault=("chunked", {"size": 7})))
    assert (came.outcome, came.status, came.body) == (Outcome.ANSWERED, 200, "ok")
    answers.over()  # it saw the end of the connection


def _expecting(url: str, wait: str) -> Asked:
    return Asked(url, user=wait + url, timeout=5.0, size=BODY, fault=("expect-continue", {"wait": wait}))


def _head(got: bytes) -> bool:
    return b"\r\n\r\n" in got


def _whole(got: bytes) -> bool:
    return got.endswith("ü".encode() * (BODY // 2))


def test_the_body_follows_100_at_once(send: Sending, peer: Callable[..., Peer]) -> None:
    def continues(one: Peer) -> None:
        one.until(_head)
        one.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        one.until(_whole)
        one.say(OK)

    came = send(_expecting(peer(continues).url, "4s"))
    assert (came.status, came.detail) == (200, "")


def test_the_body_is_sent_without_100_after_the_wait(send: Sending, peer: Callable[..., Peer]) -> None:
    came = send(_expecting(peer(lambda one: (one.until(_whole), one.say(OK))).url, "50ms"))
    assert (came.status, came.detail) == (200, "no 100 Continue came within 0.05 s, and the body was sent")


def test_a_final_answer_in_the_place_of_100_is_taken_and_the_body_stays_here(
    send: Sending, peer: Callable[..., Peer]
) -> None:
    refuses = peer(lambda one: (one.until(_head), one.say(NO)))
    came = send(_expecting(refuses.url, "4s"))
    refuses.over()
    assert (came.status, came.detail) == (401, "answered in the place of 100 Continue: the body was not sent")
    assert not _whole(refuses.received)


def test_an_answer_in_a_rest_ends_the_request_there(send: Sending, peer: Callable[..., Peer]) -> None:
    refuses = peer(lambda one: (one.until(_head), one.say(NO)))
    came = send(Asked(refuses.url, user="early", size=BODY, fault=("pause", {"after": "50%", "for": "4s"})))
    refuses.over()
    assert (came.status, came.detail) == (401, "answered before the whole request was written")
    assert not _whole(refuses.received)


def test_a_rest_does_not_outlast_the_deadline(send: Sending, peer: Callable[..., Peer]) -> None:
    came = send(Asked(peer().url, user="late", timeout=0.2, size=BODY, fault=("pause", {"after": "50%", "for": "4s"})))
    assert came.outcome == Outcome.TIMEOUT_WRITE
