"""Looks into a connection's socket past its transport, which has no such question."""

import asyncio
import contextlib
import select
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

_AT_ONCE = 256 * 1024
_AT_ONCE_AND_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 seconds


def quiet(transport: asyncio.Transport, *, tls: bool) -> bool:
    """Whether nothing came in that the loop has not told yet; with TLS, which speaks for itself, at least no end."""
    try:
        if not _anything(transport):
            return True
        with _borrowed(transport) as borrowed:
            return borrowed.recv(1, socket.MSG_PEEK) != b"" and tls
    except BlockingIOError:
        return True
    except (OSError, ValueError):
        return False


def rest(transport: asyncio.Transport) -> Iterator[bytes]:
    """What the system still holds of a connection that broke: an answer sent just before a reset is there."""
    with contextlib.suppress(OSError, ValueError), _borrowed(transport) as borrowed:
        while data := borrowed.recv(_AT_ONCE):
            yield data


def reset_on_close(transport: asyncio.Transport) -> None:
    """Let the connection end by RST when it is closed."""
    shown = transport.get_extra_info("socket")
    if shown is not None:
        shown.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_AND_RESET)


def _anything(transport: asyncio.Transport) -> bool:
    """Whether there is something to read, or to be told; a fraction of what it costs to look what that is."""
    shown = transport.get_extra_info("socket")
    if shown is None or not hasattr(select, "poll"):  # Windows has none
        return True
    look = select.poll()
    look.register(shown.fileno(), select.POLLIN)
    return bool(look.poll(0))


@contextmanager
def _borrowed(transport: asyncio.Transport) -> Iterator[socket.socket]:
    """The transport's socket as one that can be read.

    Raises:
        ValueError: it has none any more.
    """
    shown = transport.get_extra_info("socket")
    if shown is None or shown.fileno() < 0:
        raise ValueError("no socket")
    made = socket.socket(shown.family, shown.type, shown.proto, fileno=shown.fileno())
    try:
        made.setblocking(False)
        yield made
    finally:
        made.detach()  # the transport's it is, and remains
