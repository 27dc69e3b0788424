"""`partnersim serve` in a process of its own, spoken to in plain HTTP: the one way in which tests start the service."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.acceptance.conftest import clean_environment

TOKEN = "a-token-for-tests-alone"


class Answer(NamedTuple):
    """What came back, read to its end; `body` is what its JSON says, else its text, None for nothing."""

    status: int
    headers: http.client.HTTPMessage
    text: str
    body: Any

    @property
    def type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get_content_type()


class Served:
    """The service and how to ask it. `told` is what it said at its start.

    With `token` None it makes up its own; `env` stands in its environment.
    """

    def __init__(
        self, folder: Path, *options: str, token: str | None = TOKEN, env: Mapping[str, str] | None = None
    ) -> None:
        words = ["serve", "--json", "--port", "0", "--state", str(folder), *options]
        self._errors = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed when the process has ended)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *words, *(() if token is None else ("--token", token))],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            stdin=subprocess.DEVNULL,
            env=clean_environment(env),
            text=True,
        )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        assert told, self._gone()
        self.told: dict[str, Any] = json.loads(told)
        self.url: str = self.told["url"]
        self.token: str = self.told["token"]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request on a connection of its own, with the token and JSON's Content-Type unless headers say other."""
        data = None if body is None else json.dumps(body).encode()
        sent = {**self.bearer, **({} if data is None else {"Content-Type": "application/json"})}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)) as connection:
            connection.request(method, path, data, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        told = json.loads(text) if text and "json" in answer.headers.get("Content-Type", "") else text or None
        return Answer(answer.status, answer.headers, text, told)

    def done(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What a request that must succeed came to."""
        answer = self.ask(method, path, body, **headers)
        assert 200 <= answer.status < 300, answer
        return answer.body

    def kill(self) -> None:
        """As the system does when memory is out: SIGKILL."""
        os.kill(self.process.pid, signal.SIGKILL)
        self._gone()

    def end(self) -> str:
        """As an operator does; gives what it said of errors."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self._gone()

    def _gone(self) -> str:
        """Wait until it is, and give what it said of errors."""
        try:
            self.process.communicate(timeout=30)
        finally:
            self.process.kill()
        with self._errors:
            self._errors.seek(0)
            return self._errors.read()


@contextmanager
def serving(
    folder: Path, *options: str, token: str | None = TOKEN, env: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """The service while the block lasts; it has to end well."""
    service = Served(folder, *options, token=token, env=env)
    try:
        yield service
    finally:
        errors = service.end()
    assert (service.process.returncode, errors) == (0, "")
