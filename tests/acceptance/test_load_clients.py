"""Locust's own clients tell whether a connection that ended without an answer had carried a request before."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.model import Outcome
from tests.acceptance.conftest import unmeasured_environment
from tests.acceptance.test_load_sender import Server

ROOT = Path(__file__).resolve().parents[2]
CAME = tuple[Outcome, bool]
GOOD = (Outcome.ANSWERED, False)
PROGRAM = """
import locust
import sys
from time import perf_counter

import gevent

from loadtests.clients import carriers
from simulator.authoring import receiver_at
from tests.acceptance.gevent_sender import delivery

client, url, *paths = sys.argv[1:]
make = carriers(client, receiver_at(url), frozenset(), perf_counter)
for both in paths:
    carrier = make()
    for path in both.split():
        exchange = carrier.carry(delivery(f"{url}/{path}", 1.0, 2))
        print(exchange.outcome, exchange.reused)
        gevent.sleep(0.05)
    carrier.close()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.mark.parametrize("client", ["http", "fast"])
def test_a_kept_connection_that_ends_unanswered_is_told_from_a_new_one(server: Server, client: str) -> None:
    failures = {
        "closes": Outcome.CLOSED,
        "resets": Outcome.CLOSED if client == "fast" else Outcome.RESET,  # both of them without an answer
        "cut": Outcome.ANSWERED if client == "fast" else Outcome.TRUNCATED,  # which it does not see
        "other": Outcome.MALFORMED,
        "silent": Outcome.TIMEOUT_HEADERS,
    }
    expected: dict[str, list[CAME]] = {"good good": [GOOD, (Outcome.ANSWERED, True)]}
    for path, outcome in failures.items():
        expected[f"good {path} good"] = [GOOD, (outcome, True), GOOD]
        expected[f"{path} {path}"] = [(outcome, False)] * 2
        expected[f"answers-and-leaves {path}"] = [GOOD, (outcome, False)]
    url = f"http://127.0.0.1:{server.port}"
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, client, url, *expected], cwd=ROOT, env=unmeasured_environment(),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    told = iter(ended.stdout.splitlines())
    came = {paths: [tuple(next(told).split()) for _ in paths.split()] for paths in expected}
    assert came == {paths: [(one, str(reused)) for one, reused in them] for paths, them in expected.items()}


@pytest.mark.parametrize("client", ["http", "fast"])
def test_a_connection_that_never_came_about_was_never_kept(closed_port: str, client: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, client, closed_port, "hook hook"], cwd=ROOT, env=unmeasured_environment(),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ended.stdout.splitlines() == ["refused False"] * 2
