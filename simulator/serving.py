"""Serves a WSGI application with waitress until it is told to stop. The only module that listens."""

import errno
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from queue import Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from simulator.errors import UsageError

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

Words = Callable[[int, str], tuple[str, bytes]]
"""Media type and body of an answer that the application is not asked for: made of its status and the reason."""

_LOOK: Final = 0.2  # seconds between two looks at whether to stop


class Room(NamedTuple):
    """How much is taken at once.

    `body` is the size in bytes up to which a body is read to its end, whoever sends it: above the application's own
    limit, so that the client gets to see the application's answer and the connection can be used again. Beyond, the
    connection is closed. With `watch`, an application's answer under way is told that its client has gone, by
    `waitress.client_disconnected` of its environment; a client that only stops sending has gone then, too.
    """

    threads: int = 8
    body: int = 16 * 1024 * 1024
    head: int = 64 * 1024
    connections: int = 1000
    watch: bool = False
    words: Words | None = None


def serve(
    app: "WSGIApplication",
    host: str,
    port: int,
    on_ready: Callable[[str], object],
    *,
    stop: Event | None = None,
    room: Room = Room(),  # noqa: B008 (frozen)
) -> None:
    """Serve until `stop` is set, or KeyboardInterrupt or SystemExit is raised here; then finish what is under way.

    `on_ready` is called with the URL once connections are taken. Port 0 is any free one. Signals are the caller's:
    a signal's function sets `stop`, or raises.

    Raises:
        UsageError: the address cannot be listened on.
    """
    serve_on(listening(host, port), app, on_ready, stop=stop, room=room)


def serve_on(
    taken: socket.socket,
    app: "WSGIApplication",
    on_ready: Callable[[str], object],
    *,
    stop: Event | None = None,
    room: Room = Room(),  # noqa: B008 (frozen)
) -> None:
    """The same on a socket of `listening`; it is closed at the end."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait a moment is no news
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[taken],
        threads=room.threads,
        ident=None,
        connection_limit=room.connections,
        max_request_body_size=room.body,
        max_request_header_size=room.head,
        channel_request_lookahead=int(room.watch),
        log_socket_errors=False,
    )
    server.channel_class = _channel(room.words)
    try:
        on_ready(_url(server.effective_host, int(server.effective_port)))
        while not (stop and stop.is_set()):
            wasyncore.loop(timeout=_LOOK, use_poll=True, map=channels, count=1)
    finally:
        logging.getLogger("waitress").setLevel(logging.CRITICAL)  # whoever is hung up on now is no news
        server.del_channel(channels)
        taken.close()  # who comes now is refused at once, and does not wait for an answer that never comes
        server.task_dispatcher.shutdown(timeout=2)  # who has begun to answer ends it; who waits is hung up on
        wasyncore.close_all(channels)


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections there; port 0 is any free one.

    Raises:
        UsageError: the address cannot be listened on.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        remedy = "choose another port with --port; --port 0 takes any that is free"
        if isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
            remedy = "name an address of this machine with --host"
        raise UsageError(f"cannot listen on {host} port {port}: {reason}", remedy) from error


@contextmanager
def running(
    app: "WSGIApplication",
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    room: Room = Room(),  # noqa: B008 (frozen)
) -> Iterator[str]:
    """The application served by a thread of this process while the block lasts: gives its URL.

    Raises:
        UsageError: the address cannot be listened on.
    """
    stop = Event()
    first: Queue[str | BaseException] = Queue()

    def work() -> None:
        try:
            serve(app, host, port, first.put, stop=stop, room=room)
        except BaseException as error:  # noqa: BLE001 (raised again below, in the thread that asked)
            first.put(error)

    thread = Thread(target=work, name="serving", daemon=True)
    thread.start()
    try:
        if isinstance(found := first.get(), BaseException):
            raise found
        yield found
    finally:
        stop.set()
        thread.join()


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose answer is left to the thread that makes it.

    Waitress 3 has its main loop ask again and again whether it may help, without a pause, and so takes the interpreter
    from the very threads it waits for: measured here with 64 connections, 160 notifications a second instead of 1500.
    """

    def writable(self) -> bool:
        """Whether the main loop has something to write: not while a thread is at it and its buffer has room."""
        answering = self.requests and self.total_outbufs_len <= self.adj.outbuf_high_watermark
        waiting = self.total_outbufs_len and not answering
        return bool(waiting or self.will_close or self.close_when_flushed)


def _channel(words: Words | None) -> type[_Channel]:
    """Connections whose answers to what is no request, or too large a one, are worded so; None: as waitress does."""
    if words is None:
        return _Channel
    say = words

    class Worded(ErrorTask):  # type: ignore[misc]  # waitress has no types
        def execute(self) -> None:
            error = self.request.error
            self.status = f"{error.code} {error.reason}"
            reason = "a fault of the server" if error.code == 500 else str(error.body)
            media_type, body = say(error.code, reason)
            self.response_headers += [("Content-Type", media_type), ("Cache-Control", "no-store")]
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    class Channel(_Channel):
        error_task_class = Worded

    return Channel


def _url(host: str, port: int) -> str:
    """Where a program on this machine finds it: also when it listens everywhere."""
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"
