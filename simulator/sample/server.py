"""Serves the sample receiver with waitress, until it is told to stop."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from queue import Queue
from threading import Event, Thread
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel

from simulator.errors import UsageError

THREADS = 8
# Above the application's own limit of 1 MiB: up to here a body is read to its end, so that the partner gets to see the
# 413 and the connection can be used again. Beyond, the connection is closed.
_READ_LIMIT = 16 * 1024 * 1024  # bytes
_CONNECTIONS = 1000
_LOOK = 0.2  # seconds between two looks at whether to stop


def serve(app: Flask, host: str, port: int, on_ready: Callable[[str], None], *, stop: Event | None = None) -> None:
    """Serve until `stop` is set, or KeyboardInterrupt or SystemExit is raised here; then finish what is under way.

    `on_ready` is called with the URL once connections are taken. Port 0 is any free one. Signals are the caller's:
    a signal's function sets `stop`, or raises.

    Raises:
        UsageError: the address cannot be listened on.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait a moment is no news
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[_listening(host, port)],
        threads=THREADS,
        ident=None,
        connection_limit=_CONNECTIONS,
        max_request_body_size=_READ_LIMIT,
        max_request_header_size=64 * 1024,
        log_socket_errors=False,
    )
    server.channel_class = _Channel
    try:
        on_ready(_url(server.effective_host, int(server.effective_port)))
        while not (stop and stop.is_set()):
            wasyncore.loop(timeout=_LOOK, use_poll=True, map=channels, count=1)
    finally:
        server.task_dispatcher.shutdown(timeout=2)  # who has begun to answer ends it; who waits is hung up on
        wasyncore.close_all(channels)


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


@contextmanager
def running(app: Flask, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """The receiver served by a thread of this process while the block lasts: gives its URL.

    Raises:
        UsageError: the address cannot be listened on.
    """
    stop = Event()
    first: Queue[str | BaseException] = Queue()

    def work() -> None:
        try:
            serve(app, host, port, first.put, stop=stop)
        except BaseException as error:  # noqa: BLE001 (raised again below, in the thread that asked)
            first.put(error)

    thread = Thread(target=work, name="sample receiver", daemon=True)
    thread.start()
    try:
        if isinstance(found := first.get(), BaseException):
            raise found
        yield found
    finally:
        stop.set()
        thread.join()


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot listen on {host} port {port}: {reason}", "choose another port; 0 takes any that is free"
        ) from error


def _url(host: str, port: int) -> str:
    """Where a program on this machine finds it: also when it listens everywhere."""
    address = ip_address(host.partition("%")[0])
    if address.is_unspecified:
        address = ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"
