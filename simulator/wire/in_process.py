"""Sends straight into a Python receiver of this process, WSGI or ASGI: no socket, the same `Send`.

What such a receiver answers is rendered as the bytes a plain server would write, and read by the same reader as bytes
from a socket. Scripts that need a socket are `skipped`; an exception of the application is its status 500.
"""

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from simulator import limits
from simulator.clock import RealClock
from simulator.model import Exchange, Outcome
from simulator.wire import Request
from simulator.wire.answers import Answer
from simulator.wire.asgi import AsgiApp, Call, Lifespan, Message, head_bytes
from simulator.wire.failure import Failure
from simulator.wire.parsing import Parts, parts

Done = Callable[[Exchange], None]

FAULTY = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


class Wsgi:
    """A WSGI application (PEP 3333); `done` is called before the call returns.

    A call cannot be cut short: one that took longer than the timeout is a timeout afterwards.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], now: Callable[[], float]) -> None:
        self._app = app
        self._now = now
        self._real = RealClock().now

    def __call__(self, request: Request, done: Done) -> None:
        sent = self._now()
        deadline = self._real() + request.timeout
        try:
            asked = parts(request)
        except Failure as failure:
            done(Exchange(failure.outcome, done=sent, detail=failure.detail))
            return
        data, detail = self._answer(asked, request)
        if self._real() > deadline:
            done(_late(Outcome.TIMEOUT_HEADERS, request, sent, self._now()))
        else:
            done(_exchange(request, data, sent, self._now(), detail))

    async def close(self) -> None:
        """Nothing is under way between calls."""

    def _answer(self, asked: Parts, request: Request) -> tuple[bytes, str]:
        """The answer's bytes, and what was raised."""
        head: list[bytes] = []
        written: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], None]:
            if exc_info and written:
                raise exc_info[1].with_traceback(exc_info[2])
            if head and not exc_info:
                raise AssertionError("start_response was called twice")
            head[:] = [head_bytes(status, headers)]
            return written.append

        try:
            pieces = self._app(_environ(asked, request), start_response)
            try:
                size = 0
                for piece in pieces:
                    written.append(piece)
                    size += len(piece)
                    if size > limits.ANSWER_READ:
                        break
            finally:
                if hasattr(pieces, "close"):
                    pieces.close()
            if not head:
                raise AssertionError("start_response was not called")
            return b"".join(head + written), ""
        except Exception as error:  # noqa: BLE001  whatever an application raises is its answer 500
            return FAULTY, f"the application raised {error!r}"


class Asgi:
    """An ASGI application (version 3, HTTP and lifespan), run on the loop that is running.

    As with a server, an application that is not done at the deadline goes on, with the sender gone.
    """

    def __init__(self, app: AsgiApp, now: Callable[[], float]) -> None:
        self._app = app
        self._now = now
        self._real = RealClock().now
        self._tasks: set[asyncio.Task[None]] = set()
        self._lifespan: Lifespan | None = None

    def __call__(self, request: Request, done: Done) -> None:
        try:
            asked = parts(request)
        except Failure as failure:
            done(Exchange(failure.outcome, done=self._now(), detail=failure.detail))
            return
        task = asyncio.get_running_loop().create_task(self._exchange(asked, request, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._lifespan is not None:
            await self._lifespan.end()

    async def _exchange(self, asked: Parts, request: Request, done: Done) -> None:
        call = Call(asked)
        sent = 0.0

        def tell(exchange: Exchange) -> None:
            if not call.over.is_set():
                call.over.set()
                done(exchange)

        def expire() -> None:
            if (rest := deadline - self._real()) > 0:  # loops may wake a little early
                loop.call_later(max(rest, 0.001), expire)
                return
            phase = Outcome.TIMEOUT_BODY if call.head else Outcome.TIMEOUT_HEADERS
            tell(_late(phase, request, sent, self._now()))

        loop = asyncio.get_running_loop()
        try:
            if trouble := await self._begun():
                tell(Exchange(Outcome.SKIPPED, done=self._now(), detail=trouble))
                return
            sent = self._now()
            deadline = self._real() + request.timeout
            alarm = loop.call_later(request.timeout, expire)
            detail = await self._run(call, request)
            if self._real() > deadline:
                expire()
            alarm.cancel()
            data = FAULTY if detail and not call.head else call.data
            tell(_exchange(request, data, sent, self._now(), detail))
        except asyncio.CancelledError:
            tell(Exchange(Outcome.IN_DOUBT, sent=sent, done=self._now(), detail="the sender stopped"))
            raise

    async def _run(self, call: Call, request: Request) -> str:
        """Run the application to its end; gives what was raised."""
        scope = _scope(call.asked, request, self._lifespan.state if self._lifespan else {})
        try:
            await self._app(scope, call.receive, call.send)
        except Exception as error:  # noqa: BLE001  whatever an application raises is its answer 500
            return f"the application raised {error!r}"
        return "" if call.head else "the application returned without an answer"

    async def _begun(self) -> str:
        """Start the application's lifespan once; gives what kept it from starting."""
        if self._lifespan is None:
            self._lifespan = Lifespan(self._app)
        return await asyncio.shield(self._lifespan.started)


def _exchange(request: Request, data: bytes, sent: float, ended: float, detail: str) -> Exchange:
    """What the answer's bytes come to, read as from a socket that is closed after them."""
    answer = Answer(to_head=request.method == "HEAD")
    try:
        if not answer.feed(data):
            answer.end()
        outcome = answer.outcome
    except Failure as failure:
        outcome, detail = failure.outcome, detail or failure.detail
    return Exchange(
        outcome,
        status=answer.status,
        head=answer.head,
        body=answer.body,
        size=answer.size,
        sha256=answer.sha256,
        capped=answer.capped,
        sent=sent,
        done=ended,
        detail=detail,
    )


def _late(phase: Outcome, request: Request, sent: float, ended: float) -> Exchange:
    return Exchange(phase, sent=sent, done=ended, detail=f"the application was not done within {request.timeout:g} s")


def _environ(asked: Parts, request: Request) -> dict[str, Any]:
    """What PEP 3333 asks for."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(asked.path).decode("latin-1"),
        "QUERY_STRING": asked.query.decode("latin-1"),
        "SERVER_NAME": request.url.host,
        "SERVER_PORT": str(request.url.port),
        "SERVER_PROTOCOL": f"HTTP/{asked.version}",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url.scheme,
        "wsgi.input": io.BytesIO(asked.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in asked.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:  # would stand for the name with hyphens: servers leave it out
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        environ[key] = f"{environ[key]}, {value}" if key in environ else value
    environ["CONTENT_LENGTH"] = str(len(asked.body))
    return environ


def _scope(asked: Parts, request: Request, state: dict[str, Any]) -> Message:
    """The connection scope of ASGI's HTTP specification."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": asked.version,
        "method": asked.method,
        "scheme": request.url.scheme,
        "path": unquote_to_bytes(asked.path).decode("utf-8", "replace"),
        "raw_path": asked.path,
        "query_string": asked.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in asked.headers],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port),
        "state": dict(state),
    }
