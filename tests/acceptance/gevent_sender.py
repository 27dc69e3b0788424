"""The sender of the load tests in a process of its own, as gevent wants it: asked on stdin, answering on stdout.

Each line of stdin is the JSON of one `Asked`; each of stdout that of what it `Came` to.
"""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from simulator.documents import parse_url
from simulator.faults import FAULTS
from simulator.model import Delivery, Route, Url
from simulator.receiver import Tls


class Asked(NamedTuple):
    """One exchange. `user` has a connection of its own; `size` is of the body; `rest` seconds pass before it.

    `fault` is one on the wire, by name, and its setting. The request does not leave before there is a file `wait_for`.
    """

    url: str
    user: str = ""
    timeout: float = 2.0
    size: int = 2
    ca: str = ""
    rest: float = 0.0
    fault: tuple[str, Any] | None = None
    wait_for: str = ""


class Came(NamedTuple):
    outcome: str
    status: int
    body: str
    reused: bool
    detail: str
    hung_up: bool = False


class Sending:
    """The sender in its process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.gevent_sender"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def __call__(self, asked: Asked) -> Came:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Came(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(10) == 0


def main() -> None:
    """Answer line for line."""
    from gevent import monkey

    monkey.patch_all()  # as Locust does, and nowhere but here: whoever only reads this file keeps his sockets

    from loadtests.line import Lines
    from loadtests.sender import Sender
    from simulator.wire.tls import context

    senders: dict[tuple[str, str], Sender] = {}
    for line in sys.stdin:
        url, user, timeout, size, ca, rest, fault, wait_for = json.loads(line)
        key = (user or url, ca)
        if key not in senders:
            senders[key] = Sender(Lines(context(Tls(ca=ca or None))), time.perf_counter)
        time.sleep(rest)
        exchange = senders[key].carry(delivery(url, timeout, size, fault), partial(_wait_for, wait_for))
        told = [exchange.outcome, exchange.status, exchange.body.decode(), exchange.reused, exchange.detail]
        told.append(exchange.hung_up)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _wait_for(path: str) -> None:
    while path and not Path(path).exists():
        time.sleep(0.002)


def delivery(text: str, timeout: float, size: int, fault: tuple[str, Any] | None = None) -> Delivery:
    """What is asked for, as a plan would have it; `fault` is one by name, and its setting."""
    host, _, rest = text.partition("://")[2].partition("/")
    url = Url("http", host, 80, f"/{rest}") if " " in host else parse_url(text)  # what no file may say
    head = f"POST {url.target} HTTP/1.1\r\nHost: {url.authority}\r\n".encode()
    route = Route(endpoint="e", url=url, method="POST", head=head, shown="", timeout=timeout)
    plain = Delivery(
        number=1,
        step="s",
        copy=0,
        event="e",
        export="",
        run=0,
        id="1",
        status="",
        time="",
        definition_id="",
        end=True,
        valid=True,
        credentials="right",
        at=0.0,
        due=0.0,
        route=route,
        body=b"x" * size if fault is None else "ü".encode() * (size // 2),
    )
    if fault is None:
        return plain
    return plain._replace(script=FAULTS[fault[0]](plain.head, plain.body, fault[1], Random(1)))


if __name__ == "__main__":
    main()
