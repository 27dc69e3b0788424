"""`partnersim serve` in a process of its own, spoken to in plain HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.acceptance.conftest import clean_environment

TOKEN = "a-token-for-tests-alone"


class Answer(NamedTuple):
    """What came back; `body` is what its JSON says, None for none."""

    status: int
    headers: dict[str, str]
    body: Any


class Served:
    """The service and how to ask it."""

    def __init__(self, folder: Path, *options: str) -> None:
        words = ["serve", "--json", "--port", "0", "--state", str(folder), "--token", TOKEN, *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            text=True,
        )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert told, self.process.communicate()[1]
        self.url: str = json.loads(told)["url"]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request, with the token."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        sent = {"Authorization": f"Bearer {TOKEN}", **{name.replace("_", "-"): text for name, text in headers.items()}}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        kind = answer.headers.get("Content-Type", "")
        told = json.loads(text) if "json" in kind and text else text.decode() or None
        return Answer(answer.status, dict(answer.headers.items()), told)

    def done(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What a request that must succeed came to."""
        answer = self.ask(method, path, body, **headers)
        assert 200 <= answer.status < 300, answer
        return answer.body

    def kill(self) -> None:
        """As the system does when memory is out: SIGKILL."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def end(self) -> str:
        """As an operator does; gives what it said of errors."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=30)
        return errors


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """The service while the block lasts; it has to end well."""
    service = Served(folder, *options)
    try:
        yield service
    finally:
        errors = service.end()
    assert (service.process.returncode, errors) == (0, "")
