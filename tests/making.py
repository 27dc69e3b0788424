"""A route, a delivery, an answer, a play with every field filled in: a test names only what it is about."""

from typing import Any

from simulator.model import Delivery, Exchange, Lateness, Outcome, Pairs, Play, Route, Url, Verdict
from simulator.redaction import header_line
from simulator.redaction import url as shown_url

URL = Url("http", "127.0.0.1", 8000, "/hooks/clevertap")
HEADERS = (
    ("Host", URL.authority),
    ("User-Agent", "CleverTap"),
    ("Authorization", "Bearer opensesame-opensesame"),
    ("Content-Type", "application/json"),
)
BODY = '{"Export Request Id":1767551400,"Partner":"Amazon S3","Type":"Events","Status":"Completed","Café":"5/01"}'


def route(url: Url = URL, headers: Pairs = HEADERS, **changes: Any) -> Route:
    """A POST to `url` with those headers; `shown` is what the redaction leaves of it."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    shown = "".join(f"{header_line(name, value)}\r\n" for name, value in headers)
    usual: dict[str, Any] = {
        "endpoint": "*",
        "method": "POST",
        "head": f"POST {url.target} HTTP/1.1\r\n{head}".encode(),
        "shown": f"POST {shown_url(url.target)} HTTP/1.1\r\n{shown}",
        "timeout": 5.0,
    }
    return Route(url=url, **(usual | changes))


def delivery(number: int = 1, **changes: Any) -> Delivery:
    """The end of the only run of an export, as the partner itself sends it, 560 s after the start."""
    usual = Delivery(
        number=number,
        step="nightly",
        copy=0,
        event="completed",
        export="nightly",
        run=1,
        id="1767551400",
        status="Completed",
        time="05/01/2026 12:09:20 AM",
        definition_id="",
        end=True,
        valid=True,
        credentials="right",
        at=560.0,
        due=560.0,
        route=route(),
        body=BODY.encode(),
    )
    return usual._replace(**changes)


def exchange(status: int = 200, body: bytes = b"ok", **changes: Any) -> Exchange:
    """An answer read to its end, on a connection that had carried another before."""
    usual = Exchange(
        outcome=Outcome.ANSWERED,
        status=status,
        head=b"HTTP/1.1 %d Whatever\r\nContent-Type: text/plain\r\nSet-Cookie: session=abc\r\n\r\n" % status,
        body=body,
        size=len(body),
        sha256="1" * 64 if body else "",
        sent=1.0,
        done=1.0123,
        connection=3,
        reused=True,
    )
    return usual._replace(**changes)


def made_play(*verdicts: Verdict, **changes: Any) -> Play:
    """One that came to its end, of one delivery."""
    usual: dict[str, Any] = {
        "title": "t",
        "source": "s",
        "provider": "clevertap",
        "seed": 1,
        "start": "2026-01-05T00:00:00+05:30",
        "journal": "j.ndjson",
        "deliveries": 1,
        "attempts": 1,
        "lateness": Lateness(),
        "reached": True,
        "complete": True,
    }
    return Play(verdicts=verdicts, **(usual | changes))
