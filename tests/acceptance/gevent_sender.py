"""Run as a process of its own: makes the exchanges that stdin asks for with the sender of the load tests.

Each line of stdin is the JSON of one `Asked` (test_load_sender.py); each of stdout that of what it came to.
"""

import json
import sys
import time

from simulator.documents import parse_url
from simulator.model import Delivery, Route, Url
from simulator.receiver import Tls


def main() -> None:
    """Answer line for line."""
    from gevent import monkey

    monkey.patch_all()  # as Locust does, and nowhere but here: whoever only reads this file keeps his sockets

    from loadtests.line import Lines
    from loadtests.sender import Sender
    from simulator.wire.tls import context

    senders: dict[tuple[str, str], Sender] = {}
    for line in sys.stdin:
        url, user, timeout, size, ca, rest = json.loads(line)
        key = (user or url, ca)
        if key not in senders:
            senders[key] = Sender(Lines(context(Tls(ca=ca or None))), time.perf_counter)
        time.sleep(rest)
        exchange = senders[key].carry(delivery(url, timeout, size))
        told = [exchange.outcome, exchange.status, exchange.body.decode(), exchange.reused, exchange.detail]
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def delivery(text: str, timeout: float, size: int) -> Delivery:
    """What is asked for, as a plan would have it."""
    host, _, rest = text.partition("://")[2].partition("/")
    url = Url("http", host, 80, f"/{rest}") if " " in host else parse_url(text)  # what no file may say
    head = f"POST {url.target} HTTP/1.1\r\nHost: {url.authority}\r\n".encode()
    route = Route(endpoint="e", url=url, method="POST", head=head, shown="", timeout=timeout)
    return Delivery(
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
        body=b"x" * size,
    )


if __name__ == "__main__":
    main()
