"""Sends over TCP and TLS: a pool of connections for each endpoint, and one alarm for all deadlines."""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import Callable, Iterator

from simulator import limits
from simulator.clock import RealClock
from simulator.model import Exchange, Outcome, Url
from simulator.receiver import Tls
from simulator.wire import Request
from simulator.wire.addresses import plain
from simulator.wire.connecting import Names
from simulator.wire.connection import Connection
from simulator.wire.home import Done
from simulator.wire.tls import context

_SYSTEM = Tls()
_TICK = 0.001  # seconds by which loops may wake early


class Wire:
    """Implements `Send` on sockets of the running loop, asyncio's or uvloop's.

    `now` gives the moments of exchanges; deadlines are kept on a clock of the wire's own, in real seconds. A request's
    `timeout` runs from the moment that it leaves the queue for a connection, new or standing. `allow` names hosts
    beyond this machine and private networks that are targets on purpose; `never` has ports of this machine that are
    our own, and never a target. `connections` is for each endpoint (scheme, host, port); requests beyond it wait in
    order. What `done` raises goes to the loop's exception handler.

    Raises:
        UsageError: a file of `tls` cannot be used.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        tls: Tls = _SYSTEM,
        allow: frozenset[str] = frozenset(),
        never: frozenset[int] = frozenset(),
        connections: int = limits.CONNECTIONS,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.names = Names()
        self.allow = frozenset(plain(host) for host in allow)
        self.never = never
        self.now = now
        self.real = RealClock().now
        self._tls = tls
        # The system's store takes a while to read: not before something wants it. One's own files are read now.
        self._context = None if tls == _SYSTEM else context(tls)
        self._most = max(connections, 1)
        self._number = 0
        self._pools: dict[tuple[str, str, int], Pool] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = math.inf
        self._closed = False
        self._emptied: asyncio.Future[None] | None = None

    def __call__(self, request: Request, done: Done) -> None:
        url = request.url
        pool = self._pools.get((url.scheme, url.host, url.port))
        if pool is None:
            pool = self._pools[url.scheme, url.host, url.port] = Pool(self, url, self._most)
        if self._closed:
            done(Exchange(Outcome.SKIPPED, done=self.now(), detail="the sender has stopped"))
        else:
            pool.send(request, done)

    async def close(self) -> None:
        self._closed = True
        for pool in self._pools.values():
            pool.close()
        if any(True for _ in self._connections()):
            self._emptied = self._emptied or self.loop.create_future()
            await self._emptied
        if self._alarm is not None:
            self._alarm.cancel()

    def number(self) -> int:
        """The next connection's number."""
        self._number += 1
        return self._number

    def tls(self) -> ssl.SSLContext:
        """What is trusted and shown."""
        if self._context is None:
            self._context = context(self._tls)
        return self._context

    def watch(self, deadline: float) -> None:
        """Ring at `deadline`, unless the alarm rings before: it then looks what is due next."""
        if deadline >= self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = deadline
        self._alarm = self.loop.call_later(max(deadline - self.real(), 0.0) + _TICK, self._ring)

    def gone(self) -> None:
        """A connection is no more."""
        if self._emptied is not None and not self._emptied.done() and not any(True for _ in self._connections()):
            self._emptied.set_result(None)

    def _connections(self) -> Iterator[Connection]:
        return (connection for pool in self._pools.values() for connection in pool.connections)

    def _ring(self) -> None:
        self._alarm_at = math.inf
        now = self.real()
        soonest = math.inf
        for connection in tuple(self._connections()):
            if connection.due > now:
                soonest = min(soonest, connection.due)
            elif connection.busy:
                connection.expire()
            else:
                connection.leave()
        if soonest < math.inf:
            self.watch(soonest)


class Pool:
    """The connections to one endpoint, those of them that are idle, and the requests that wait for one."""

    def __init__(self, wire: Wire, url: Url, most: int) -> None:
        self.connections: set[Connection] = set()
        self._wire = wire
        self._url = url
        self._most = most
        self._idle: list[Connection] = []  # the last used last: the others may grow old and be closed
        self._waiting: deque[tuple[Request, Done]] = deque()

    def send(self, request: Request, done: Done) -> None:
        """Hand the request to an idle connection, a new one, or let it wait its turn."""
        hold = request.gate.patience + limits.ACCEPTED if request.gate is not None else 0.0
        if not self._waiting and not request.fresh and (connection := self._idle_one(hold)) is not None:
            connection.carry(request, done)
            return
        if request.gate is not None and (self._waiting or len(self.connections) >= self._most):
            request.gate.without()  # the others do not wait for whoever waits his turn
            request = request._replace(gate=None)
        self._waiting.append((request, done))
        self._go_on()

    def free(self, connection: Connection) -> None:
        """A connection can carry another request."""
        self._idle.append(connection)
        self._go_on()

    def gone(self, connection: Connection) -> None:
        """A connection is no more; there is room for whoever waits."""
        self.connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._go_on()
        self._wire.gone()

    def close(self) -> None:
        """Tell everybody who waits, and end every connection."""
        waiting = tuple(self._waiting)
        self._waiting.clear()
        for _, done in waiting:
            done(Exchange(Outcome.SKIPPED, done=self._wire.now(), detail="the sender stopped before anything was sent"))
        for connection in tuple(self.connections):
            connection.cut()

    def _go_on(self) -> None:
        """Let those who wait leave, in order, as long as there is a connection or room for one."""
        while self._waiting:
            request, done = self._waiting[0]
            connection = None if request.fresh else self._idle_one()
            if connection is None and len(self.connections) >= self._most:
                if self._idle:  # a fresh connection is wanted: one that idles makes room, and `gone` goes on
                    self._idle.pop(0).leave()
                return
            self._waiting.popleft()
            if connection is not None:
                connection.carry(request, done)
            else:
                connection = Connection(self._wire, self, self._url)
                self.connections.add(connection)
                connection.open(request, done)

    def _idle_one(self, hold: float = 0.0) -> Connection | None:
        """The connection used last, if it can be used again in `hold` seconds; those that cannot are left."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable_for(hold):
                return connection
            connection.leave()
        return None
