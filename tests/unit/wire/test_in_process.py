"""A receiver in this process gets what a socket would have brought, and its answer reads like one from a socket."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from simulator import limits
from simulator.model import Exchange, HangUp, Outcome, Pause, Script, Url
from simulator.wire import Request, once
from simulator.wire.in_process import Asgi, Wsgi

URL = Url("http", "127.0.0.1", 8000, "/hooks/a%20b?x=1")
Start = Callable[..., Callable[[bytes], None]]


def request(body: bytes = b'{"a":1}', headers: str = "", timeout: float = 5.0, script: Script | None = None) -> Request:
    head = f"POST {URL.target} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/json\r\n{headers}"
    return Request(URL, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, timeout, script=script)


def call(app: Callable[..., Iterable[bytes]], asked: Request) -> Exchange:
    moments = iter([7.0, 8.0])
    ended: list[Exchange] = []
    Wsgi(app, lambda: next(moments))(asked, ended.append)
    (exchange,) = ended
    return exchange


def call_asgi(app: Any, *asked: Request) -> list[Exchange]:
    async def main() -> list[Exchange]:
        send = Asgi(app, asyncio.get_running_loop().time)
        try:
            return [await once(send, one) for one in asked]
        finally:
            await send.close()

    return asyncio.run(main())


def plain(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def test_an_answer_of_a_wsgi_application_reads_like_one_from_a_socket() -> None:
    exchange = call(plain, request())
    assert exchange == Exchange(
        Outcome.ANSWERED,
        status=200,
        head=b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n",
        body=b"ok",
        size=2,
        sha256="2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df",
        sent=7.0,
        done=8.0,
    )


def test_a_wsgi_application_sees_the_request() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        return plain(environ, start)

    call(app, request(headers="X-Two: a\r\nX-Two: b\r\nUnder_score: hidden\r\nAuthorization: Basic x\r\n"))
    wanted = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/hooks/a b",
        "QUERY_STRING": "x=1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "7",
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_X_TWO": "a, b",
        "HTTP_AUTHORIZATION": "Basic x",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "body": b'{"a":1}',
    }
    assert {key: seen.get(key) for key in wanted} == wanted
    assert "HTTP_UNDER_SCORE" not in seen


def test_a_chunked_script_arrives_whole_and_its_pauses_pass_at_once() -> None:
    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        assert environ["CONTENT_LENGTH"] == "5"
        assert "HTTP_TRANSFER_ENCODING" not in environ
        start("200 OK", [])
        return [environ["wsgi.input"].read()]

    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    exchange = call(app, request(script=(head, Pause(3600), b"2\r\nhe\r\n3\r\nl", b"lo\r\n0\r\n\r\n")))
    assert (exchange.status, exchange.body) == (200, b"hello")


@pytest.mark.parametrize(
    "script",
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel", HangUp()),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel",),
        (b"nonsense\r\n\r\n",),
        (b"GET http://other/ HTTP/1.1\r\nHost: other\r\n\r\n",),
    ],
)
def test_what_only_a_socket_can_carry_is_skipped(script: Script) -> None:
    exchange = call(lambda *_: pytest.fail("the application was called"), request(script=script))
    assert exchange.outcome is Outcome.SKIPPED
    assert "in this process" in exchange.detail


def raises(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    raise KeyError("boom")


def raises_in_its_body(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [])
    yield b"half"
    raise KeyError("boom")


def never_starts(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    return [b"ok"]


def injects(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    start("200 OK", [("A", "b\r\nC: d")])
    return []


@pytest.mark.parametrize("app", [raises, raises_in_its_body, never_starts, injects])
def test_an_application_that_fails_is_a_500_with_its_reason(app: Any) -> None:
    exchange = call(app, request())
    assert (exchange.outcome, exchange.status) == (Outcome.ANSWERED, 500)
    assert "raised" in exchange.detail


def test_an_application_may_change_its_mind_about_the_status_and_write() -> None:
    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        write = start("503 Busy", [], (ValueError, ValueError(), None))
        write(b"a")
        return [b"b"]

    exchange = call(app, request())
    assert (exchange.status, exchange.body) == (503, b"ab")


def test_the_body_is_closed_and_an_endless_one_is_capped() -> None:
    class Endless:
        closed = False

        def __iter__(self) -> Iterable[bytes]:
            while True:
                yield b"x" * 65536

        def close(self) -> None:
            self.closed = True

    body = Endless()

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        return body  # type: ignore[return-value]  # it only need be iterated over

    exchange = call(app, request())
    assert (exchange.outcome, exchange.size, exchange.capped) == (Outcome.ANSWERED, limits.ANSWER_READ, True)
    assert len(exchange.body) == limits.ANSWER_KEPT
    assert body.closed


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        ("302 Found", [("Location", "/x"), ("Content-Length", "0")], b"", Outcome.REDIRECTED),
        ("304 Not Modified", [], b"", Outcome.REDIRECTED),
        ("204 No Content", [], b"", Outcome.ANSWERED),
        ("200 OK", [("Content-Length", "9")], b"short", Outcome.TRUNCATED),
        ("200 OK", [("Content-Length", "-1")], b"", Outcome.MALFORMED),
        ("OK", [], b"", Outcome.MALFORMED),
        ("999 Odd", [], b"", Outcome.MALFORMED),
    ],
)
def test_answers_have_the_outcomes_they_would_have_on_a_socket(
    status: str, headers: list[tuple[str, str]], body: bytes, outcome: Outcome
) -> None:
    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        start(status, headers)
        return [body]

    assert call(app, request()).outcome is outcome


def test_a_call_that_took_longer_than_the_timeout_is_a_timeout() -> None:
    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        time.sleep(0.02)
        return plain(environ, start)

    exchange = call(app, request(timeout=0.01))
    assert (exchange.outcome, exchange.status) == (Outcome.TIMEOUT_HEADERS, 0)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    message = await receive()
    await send({"type": "http.response.start", "status": 201, "headers": [(b"x-path", scope["path"].encode())]})
    await send({"type": "http.response.body", "body": message["body"][:3], "more_body": True})
    await send({"type": "http.response.body", "body": message["body"][3:]})


def test_an_asgi_application_gets_the_request_and_answers() -> None:
    (exchange,) = call_asgi(echo, request())
    assert (exchange.outcome, exchange.status, exchange.body) == (Outcome.ANSWERED, 201, b'{"a":1}')
    assert exchange.head == b"HTTP/1.1 201 \r\nx-path: /hooks/a b\r\n\r\n"


def test_an_asgi_application_sees_the_scope() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        await echo(scope, receive, send)

    call_asgi(app, request(headers="X-Two: a\r\nX-Two: b\r\n"))
    assert seen["raw_path"] == b"/hooks/a%20b"
    assert seen["query_string"] == b"x=1"
    assert [value for name, value in seen["headers"] if name == b"x-two"] == [b"a", b"b"]


def test_an_asgi_application_that_fails_is_a_500() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise KeyError("boom")

    async def silent(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError

    for app in (fails, silent):
        (exchange,) = call_asgi(app, request())
        assert (exchange.status, bool(exchange.detail)) == (500, True)


def test_an_asgi_application_that_is_late_is_told_so_and_goes_on() -> None:
    events: list[str] = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await receive()
        events.append((await receive())["type"])
        await echo(scope, receive, send)

    (exchange,) = call_asgi(slow, request(timeout=0.01))
    assert exchange.outcome is Outcome.TIMEOUT_HEADERS
    assert exchange.done - exchange.sent >= 0.01

    async def starts(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.get_running_loop().create_future()

    (exchange,) = call_asgi(starts, request(timeout=0.01))
    assert exchange.outcome is Outcome.TIMEOUT_BODY


def test_a_lifespan_is_started_once_and_ended_at_close() -> None:
    events: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            assert scope["state"] == {"ready": True}
            await echo(scope, receive, send)
            return
        events.append((await receive())["type"])
        scope["state"]["ready"] = True
        await send({"type": "lifespan.startup.complete"})
        events.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})

    assert [one.status for one in call_asgi(app, request(), request())] == [201, 201]
    assert events == ["lifespan.startup", "lifespan.shutdown"]


def test_an_application_that_does_not_start_is_skipped() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    (exchange,) = call_asgi(app, request())
    assert exchange.outcome is Outcome.SKIPPED
    assert "no database" in exchange.detail


def test_close_ends_what_is_under_way_in_doubt() -> None:
    async def hangs(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await asyncio.get_running_loop().create_future()

    async def main() -> list[Exchange]:
        ended: list[Exchange] = []
        send = Asgi(hangs, asyncio.get_running_loop().time)
        send(request(), ended.append)
        await asyncio.sleep(0.01)
        await send.close()
        return ended

    assert [one.outcome for one in asyncio.run(main())] == [Outcome.IN_DOUBT]
