"""One connection on gevent: connect by the corridor's own rules, TLS, bytes out and in, all within one deadline."""

import contextlib
import errno
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from time import perf_counter

import gevent
from gevent import get_hub, monkey

from loadtests.alarm import Alarm, Overdue
from simulator.model import Outcome, Url
from simulator.wire.addresses import Address
from simulator.wire.connecting import Names, ascii_name, connect, look_up, without_asking
from simulator.wire.failure import CLOSED_IN_HANDSHAKE, Failure, unwrappable
from simulator.wire.tls import Layer

_Socket = monkey.get_original("socket", "socket")  # never blocks; what waits is a watcher of the loop
_AT_ONCE = 64 * 1024
_AT_ONCE_AND_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for 0 seconds
_GLANCE = 0.002  # seconds: a connection that idled longer is looked at before it is used again
_READ, _WRITE = 1, 2  # as the loop numbers them
_REMEMBERED = 5.0  # seconds: how long the answer of a name server serves other connections


class Line:
    """A connection that stands; `ready` once TLS, where there is some, is past its handshake.

    Every call that may wait takes the deadline, a moment of `perf_counter`, and raises `Overdue` when it is over;
    `Failure` where TLS fails; `OSError` where the connection breaks.
    """

    def __init__(self, made: socket.socket, layer: Layer | None, number: int, alarm: Alarm) -> None:
        self.number = number
        self.layer = layer
        self.since = 0.0  # when it became idle
        self.keep = 0.0  # how long it may idle
        self._socket = made
        self._wait = alarm.wait
        loop = get_hub().loop
        self._readable = loop.io(made.fileno(), _READ)
        self._either = loop.io(made.fileno(), _READ | _WRITE)

    @property
    def ready(self) -> bool:
        """Whether a request can go."""
        return self.layer is None or self.layer.ready

    @property
    def goodbye(self) -> bool:
        """Whether an end that comes now is one in order, as far as TLS can tell."""
        return self.layer is None or self.layer.ended

    def usable(self, now: float) -> bool:
        """Whether a request can go: it is young enough, and nothing came in that nobody asked for."""
        idle = now - self.since
        if idle < _GLANCE or idle >= self.keep:
            return idle < self.keep
        try:
            return self._socket.recv(1, socket.MSG_PEEK) != b"" and self.layer is not None
        except BlockingIOError:
            return True
        except OSError:
            return False

    def shake_hands(self, deadline: float) -> None:
        """TLS, where there is some."""
        if self.layer is None or self.layer.ready:
            return
        self._put(self.layer.start(), deadline)
        while not self.layer.ready:
            self.read(deadline)
            if self.layer.ended:
                raise Failure(Outcome.TLS, CLOSED_IN_HANDSHAKE)

    def write(self, data: bytes) -> bytes:
        """Send as much as the system takes now; gives what is left, as it goes on the wire."""
        if self.layer is not None:
            try:
                data = self.layer.wrap(data)
            except ssl.SSLError as error:
                raise unwrappable(error) from None
        return self.go_on(data)

    def go_on(self, rest: bytes) -> bytes:
        """The same with what `write` left."""
        try:
            return rest[self._socket.send(rest) :]
        except BlockingIOError:
            return rest

    def read(self, deadline: float, *, writing: bool = False) -> bytes | None:
        """What came in; b"" at its end; None when nothing did: TLS spoke for itself, or (`writing`) there is room."""
        self._wait(self._either if writing else self._readable, deadline)
        return self._take(deadline)

    def read_at_once(self) -> bytes | None:
        """The same with what is there already.

        Raises:
            Overdue: nothing is.
        """
        try:
            data = self._socket.recv(_AT_ONCE)
        except BlockingIOError:
            raise Overdue from None
        return self._inside(data, 0.0) if data else data

    def rest(self) -> bytes | None:
        """What the system still holds of a connection that broke; None when that is all.

        Raises:
            Failure: the receiver had said by TLS why.
        """
        try:
            data = self._socket.recv(_AT_ONCE)
            return self._inside(data, perf_counter() + 1.0) if data else None
        except (BlockingIOError, Overdue):
            return None

    def end_writing(self) -> None:
        """End our side of the connection; what comes is still read."""
        if self.layer is not None:
            self._socket.send(self.layer.goodbye())
        self._socket.shutdown(socket.SHUT_WR)

    def reset_on_close(self) -> None:
        """Let the connection end by a reset when it is closed."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_AND_RESET)

    def close(self, *, orderly: bool = True) -> None:
        """Let go of it."""
        self._readable.close()
        self._either.close()
        if self.layer is not None and orderly:
            with contextlib.suppress(OSError):  # whoever is not there needs no goodbye
                self._socket.send(self.layer.goodbye())
        self._socket.close()

    def _take(self, deadline: float) -> bytes | None:
        try:
            data = self._socket.recv(_AT_ONCE)
        except BlockingIOError:
            return None
        if not data and not self.ready:
            raise Failure(Outcome.TLS, CLOSED_IN_HANDSHAKE)
        return self._inside(data, deadline) if data else data

    def _inside(self, data: bytes, deadline: float) -> bytes | None:
        layer = self.layer
        if layer is None:
            return data
        inside = layer.receive(data)
        if answer := layer.outgoing():
            with contextlib.suppress(OSError) if layer.failure is not None else contextlib.nullcontext():
                self._put(answer, deadline)
        if layer.failure is not None and not inside:
            raise layer.failure
        return inside or (b"" if layer.ended else None)

    def _put(self, data: bytes, deadline: float) -> None:
        rest = self.go_on(data)
        while rest:
            self._wait(self._either, deadline)
            rest = self.go_on(rest)


class _Names(Names):
    """Looks names up in this greenlet."""

    def __init__(self, ask: Callable[[str, float], Sequence[Address]], deadline: float) -> None:
        super().__init__()
        self._ask_here = ask
        self._deadline = deadline

    async def addresses(self, host: str) -> Sequence[Address]:
        return self._ask_here(host, self._deadline)


class Lines:
    """Makes the connections of one process, and counts them.

    `allow` has hosts that are public on purpose. Addresses are judged, and refused, as the corridor does it.
    """

    def __init__(self, context: ssl.SSLContext | None, allow: frozenset[str] = frozenset()) -> None:
        self._context = context
        self._allow = allow
        self._alarm = Alarm()
        self._made = 0
        self._known: dict[str, tuple[float, Sequence[Address]]] = {}

    def open(self, url: Url, deadline: float) -> Line:
        """A connection, its TLS not begun.

        Raises:
            Failure: `dns`, `blocked`, `refused`, `reset`, or `skipped` when it is this machine that cannot.
            Overdue: the deadline is over.
        """
        made: list[socket.socket] = []
        self._connect(
            url, deadline, lambda address, port: made.append(_connected(address, port, self._alarm, deadline))
        )
        self._made += 1
        layer = Layer(self._context, url.host) if url.scheme == "https" and self._context is not None else None
        return Line(made[0], layer, self._made, self._alarm)

    def look(self, url: Url, deadline: float) -> None:
        """See whether requests may go there, and connect to nothing.

        Raises:
            Failure: `dns` or `blocked`.
            Overdue: the deadline is over.
        """
        self._connect(url, deadline, lambda *_: None)

    def _connect(self, url: Url, deadline: float, attempt: Callable[[str, int], None]) -> None:
        """The corridor's own way from a URL to a connection, whose steps wait for nothing but this greenlet."""

        async def once(address: str, port: int) -> None:
            attempt(address, port)

        steps = connect(url, _Names(self._addresses, deadline), once, allow=self._allow, never=frozenset())
        with contextlib.suppress(StopIteration):
            steps.send(None)

    def _addresses(self, host: str, deadline: float) -> Sequence[Address]:
        if not host.isascii():
            host = ascii_name(host)
        if known := without_asking(host):
            return known
        since, found = self._known.get(host, (0.0, ()))
        if found and perf_counter() - since < _REMEMBERED:
            return found
        with gevent.Timeout(max(deadline - perf_counter(), 0.001), Overdue()):
            asked = look_up(host)
        if isinstance(asked, Failure):
            raise asked
        self._known[host] = (perf_counter(), asked)
        return asked


def _connected(address: str, port: int, alarm: Alarm, deadline: float) -> socket.socket:
    made: socket.socket = _Socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = made.connect_ex((address, port))
        if number in {errno.EINPROGRESS, errno.EWOULDBLOCK}:
            writable = get_hub().loop.io(made.fileno(), _WRITE)
            try:
                alarm.wait(writable, deadline)
            finally:
                writable.close()
            number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, "")
    except BaseException:
        made.close()
        raise
    return made
