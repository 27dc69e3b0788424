"""What the acceptance tests share: the command as users call it, and receivers on free ports."""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pytest

from tests.acceptance.gevent_sender import Sending

Command = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This environment without anything that would change what partnersim does, and with `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTNERSIM_")}
    return {**kept, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", **(more or {})}


def unmeasured_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The same without coverage: what a signal raises inside its tracer leaves a lock of its own locked for ever.

    And where it finds nothing: Locust starts two or three times as slowly with it.
    """
    return {name: value for name, value in clean_environment(more).items() if not name.startswith("COVERAGE_")}


def measured_alone(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """`clean_environment` of a command that is measured, and what it starts is not."""
    told = clean_environment(more)
    found = [one for one in (told.get("PYTHONPATH"), str(Path(__file__).with_name("alone"))) if one]
    return {**told, "PYTHONPATH": os.pathsep.join(found)}


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for it; what has not come true after so long never will."""
    patience = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < patience, "it never came true"
        time.sleep(0.005)


def gone(pid: int | str) -> bool:
    """Whether a process has ended, or only waits for somebody to take note of that."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children(pid: int) -> list[int]:
    """The processes that it started, and that have not gone."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def partnersim(tmp_path: Path) -> Command:
    """Run the command in a process of its own, in an empty folder: `partnersim("run", …, env={…})`."""

    def call(*words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None, **more: Any) -> Any:
        return subprocess.run(
            [sys.executable, "-m", "simulator", *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=90,
            cwd=cwd or tmp_path,
            env=(measured_alone if words[:1] == ("load",) else clean_environment)(env),
            stdin=subprocess.DEVNULL,
            check=False,
            **more,
        )

    return call


class Answering:
    """A receiver that answers as its `rule` says, and remembers every request: (path, headers, body)."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.rule: Callable[[bytes, Mapping[str, str]], int] = lambda _, __: 200
        self.body = b""
        self.state: Callable[[str], tuple[int, bytes]] = lambda _: (404, b"")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.requests.append((self.path, dict(self.headers.items()), body))
                self._answer(receiver.rule(body, dict(self.headers.items())), receiver.body)

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(*receiver.state(self.path))

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A client that was killed in the middle is no trouble of ours."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:  # the handshake comes with the first byte that is read, in a thread of the connection's own
            own = self._server.socket
            self._server.socket = tls.wrap_socket(own, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def keep_statuses(receiver: Answering) -> None:
    """From now on it shows the latest status of each CleverTap export, whatever came last, and how many ends it saw."""
    kept = dict[str, set[tuple[datetime, bool, str]]]()
    one_at_a_time = Lock()

    def take(body: bytes, _: Any) -> int:
        told = json.loads(body)
        export, status = str(told["Export Request Id"]), told["Status"]
        new = (datetime.strptime(told["Date and Time"], "%d/%m/%Y %I:%M:%S %p"), status != "Initiated", status)
        with one_at_a_time:
            kept.setdefault(export, set()).add(new)
        return 200

    def show(path: str) -> tuple[int, bytes]:
        if not (known := kept.get(path.rpartition("/")[2])):
            return 404, b""
        effects = sum(ended for _, ended, _ in known)
        return 200, json.dumps({"status": max(known)[-1], "effects": effects}).encode()

    receiver.rule, receiver.state = take, show


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A receiver on a free port that answers 200 to every notification unless told otherwise."""
    receiver = Answering()
    yield receiver
    receiver.close()


@pytest.fixture
def closed_port() -> str:
    """A URL where nobody listens."""
    receiver = Answering()
    receiver.close()
    return receiver.url


@pytest.fixture(scope="module")
def send() -> Iterator[Sending]:
    """The sender of the load tests."""
    sending = Sending(unmeasured_environment())
    yield sending
    sending.close()
