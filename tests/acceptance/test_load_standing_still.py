"""A sender that stood still, or let copies wait for one another, holds none of that against the receiver."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.model import Outcome
from tests.acceptance.conftest import unmeasured_environment
from tests.acceptance.gevent_sender import Asked, Came, Sending
from tests.acceptance.test_load_sender import OK, read_head

ROOT = Path(__file__).resolve().parents[2]
ANSWERED = Came(Outcome.ANSWERED, 200, "ok", False, "")
MODELS = """
import locust
import sys
from collections import deque
from time import perf_counter

import gevent
from gevent import monkey

from loadtests.closed_model import ClosedLoad
from loadtests.open_model import OpenLoad
from simulator.model import Exchange, Outcome
from tests.acceptance.gevent_sender import delivery

begin = perf_counter()
one = delivery("http://127.0.0.1:9/hook", 2.0, 2)
wait = {"stands still": monkey.get_original("time", "sleep"), "waits": gevent.sleep}[sys.argv[2]]

def now():
    return perf_counter() - begin

class Carrier:
    stopped = False

    def carry(self, delivery, leave):
        leave()
        sent = now()
        wait(0.3)
        return Exchange(Outcome.TIMEOUT_HEADERS, sent=sent, done=now(), detail="no answer")

class Shard:
    def intent(self, delivery):
        return 1

    def outcome(self, line, delivery, exchange, late, held):
        print(exchange.outcome)

class Ahead:
    ready, exhausted = deque([one]), True

    def keep_filling(self, now):
        pass

    def more(self, patience):
        return False

class Load:
    first = 1

    def life_of(self, number, free):
        return [one]

def told(*_):
    pass

gevent.sleep(0.2)
if sys.argv[1] == "open":
    work = OpenLoad(Ahead(), Shard(), told, now=now, until=5.0, connections=1)
    serving = gevent.spawn(work.serve, Carrier())
    gevent.sleep(0)
    work.run()
    serving.kill()
else:
    ClosedLoad([Load()], Shard(), told, make=Carrier, worker=0, workers=1, now=now).live(Carrier())
"""


@pytest.mark.parametrize("model", ["open", "closed"])
@pytest.mark.parametrize(
    ("meanwhile", "outcome"), [("stands still", Outcome.IN_DOUBT), ("waits", Outcome.TIMEOUT_HEADERS)]
)
def test_a_timeout_is_the_receivers_unless_the_process_stood_still_meanwhile(
    model: str, meanwhile: str, outcome: Outcome
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", MODELS, model, meanwhile], cwd=ROOT, env=unmeasured_environment(), capture_output=True,
        text=True, check=True, timeout=30,
    )  # fmt: skip
    assert ended.stdout.split() == [outcome]


@contextmanager
def serving(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """The URL of a receiver that reads one request, and does that with its connection."""

    def serve() -> None:
        peer, _ = listening.accept()
        with peer:
            read_head(peer)
            behave(peer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        thread.join()


def stopped_over(send: Sending, piece: bytes, seconds: float) -> Callable[[socket.socket], None]:
    """Says that while the sender is stopped, for so long."""

    def behave(peer: socket.socket) -> None:
        os.kill(send.pid, signal.SIGSTOP)
        try:
            peer.sendall(piece)
            time.sleep(seconds)
        finally:
            os.kill(send.pid, signal.SIGCONT)
        time.sleep(0.2)  # an end of the connection would be another reason

    return behave


def test_an_answer_that_is_there_when_time_is_over_is_taken(send: Sending) -> None:
    with serving(stopped_over(send, OK, 0.5)) as url:
        assert send(Asked(url, timeout=0.3)) == ANSWERED


@pytest.mark.parametrize(
    ("piece", "outcome"),
    [(b"", Outcome.TIMEOUT_HEADERS), (OK[:10], Outcome.TIMEOUT_HEADERS), (OK[:-1], Outcome.TIMEOUT_BODY)],
)
def test_what_is_there_and_no_answer_is_none(send: Sending, piece: bytes, outcome: Outcome) -> None:
    with serving(stopped_over(send, piece, 0.5)) as url:
        came = send(Asked(url, timeout=0.3))
    assert (came.outcome, came.detail.endswith("within 0.3 s")) == (outcome, True)


def test_the_wait_for_copies_that_leave_together_takes_nothing_of_the_time_for_the_answer(
    send: Sending, tmp_path: Path
) -> None:
    there = tmp_path / "there"

    def answer(peer: socket.socket) -> None:
        time.sleep(0.3)
        peer.sendall(OK)

    timer = threading.Timer(0.4, there.touch)
    with serving(answer) as url:
        timer.start()
        came = send(Asked(url, timeout=0.6, wait_for=str(there)))
    timer.join()
    assert came == ANSWERED


def test_after_that_wait_an_answer_has_its_time_and_no_more(send: Sending, tmp_path: Path) -> None:
    there = tmp_path / "there"

    def answer_too_late(peer: socket.socket) -> None:
        time.sleep(0.6)
        peer.sendall(OK)

    timer = threading.Timer(0.3, there.touch)
    with serving(answer_too_late) as url:
        timer.start()
        came = send(Asked(url, timeout=0.4, wait_for=str(there)))
    timer.join()
    assert (came.outcome, came.detail) == (Outcome.TIMEOUT_HEADERS, "no answer with its whole head within 0.4 s")
