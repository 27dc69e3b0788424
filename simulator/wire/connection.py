"""One connection's life: connect, TLS, carry one exchange after another, idle in between, close."""

import asyncio
from functools import partial
from typing import cast

from simulator.model import Exchange, Outcome, Url
from simulator.wire import Request
from simulator.wire.channel import Channel
from simulator.wire.connecting import connect
from simulator.wire.exchange import LiveExchange
from simulator.wire.failure import Failure
from simulator.wire.home import Done, Home, Shelf
from simulator.wire.tls import Layer

_GLANCE = 0.002  # seconds: a connection that idled longer is looked at before it is used again


class Connection(asyncio.Protocol):
    """Carries one request at a time. Every request handed to it comes to exactly one call of its `done`.

    The deadline runs from the moment that the request is handed over here, before the name is looked up.
    """

    def __init__(self, home: Home, shelf: "Shelf[Connection]", url: Url) -> None:
        self.since = 0.0  # when it became idle
        self.keep = 0.0  # how long it may idle
        self._home = home
        self._shelf = shelf
        self._url = url
        self._real = home.real
        self._channel = Channel()
        self._opening: asyncio.Task[None] | None = None
        self._now: LiveExchange | None = None  # what it carries

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._now is not None

    @property
    def due(self) -> float:
        """When it is to be looked at: at the deadline, or when it has idled long enough."""
        return self._now.deadline if self._now is not None else self.since + self.keep

    def usable_for(self, hold: float) -> bool:
        """Whether an idle connection can carry a request in `hold` seconds: young enough, and nothing came in on it."""
        idle = self._real() - self.since
        if self._channel.closed or not self._channel.stands or idle + hold >= self.keep:
            return False
        return idle < _GLANCE or self._channel.quiet

    def open(self, request: Request, done: Done) -> None:
        """Connect, then carry the request."""
        self._take(request, done, reused=False)
        self._opening = self._home.loop.create_task(self._open())
        self._opening.add_done_callback(self._opened)

    def carry(self, request: Request, done: Done) -> None:
        """Carry a request on a connection that stands."""
        self._take(request, done, reused=True).begin()

    def expire(self) -> None:
        """The deadline is over."""
        if self._now is not None:
            self._now.expire()

    def cut(self) -> None:
        """The wire is closing."""
        if self._now is None:
            self.leave()
        else:
            self._now.cut()

    def leave(self) -> None:
        """Close in order, as long as the receiver takes what is left to say."""
        self._channel.leave()

    # What the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._channel.stand(cast(asyncio.Transport, transport))
        if self._now is None:
            self._drop()
            return
        self._channel.start(self._home.number())
        if self._channel.ready:
            self._now.begin()

    def data_received(self, data: bytes) -> None:
        if self._now is not None:
            if self._now.late:
                self._now.expire()
                return
            if self._now.deaf:
                return
        layer = self._channel.layer
        if layer is None:
            self._read(data)
        else:
            self._unwrap(layer, data)

    def eof_received(self) -> None:
        if self._now is None:
            self.leave()
        else:
            self._now.ended_by_receiver()

    def resume_writing(self) -> None:
        if self._now is not None:
            self._now.all_written()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            for data in self._channel.rest():
                if self._now is None:
                    break
                self.data_received(data)
        if self._now is not None:
            self._now.lost(exc)
        self._channel.closed = True
        self._shelf.gone(self)

    def _unwrap(self, layer: Layer, data: bytes) -> None:
        began = layer.ready
        inside = self._channel.unwrap(layer, data)
        if layer.ready and not began and self._now is not None and layer.failure is None:
            self._now.begin()
        if inside:
            self._read(inside)
        if self._channel.closed:
            return
        if layer.failure is not None:
            self._fail(layer.failure.outcome, layer.failure.detail)
        elif layer.ended:
            self.eof_received()

    def _read(self, data: bytes) -> None:
        if self._now is None:  # bytes that nobody asked for
            self.leave()
        else:
            self._now.read(data)

    # Exchanges

    def _take(self, request: Request, done: Done, *, reused: bool) -> LiveExchange:
        self._now = LiveExchange(request, done, self._settle, home=self._home, channel=self._channel, reused=reused)
        self._home.watch(self._now.deadline)
        return self._now

    async def _open(self) -> None:
        home = self._home
        try:
            self._channel.layer = Layer(home.tls(), self._url.host) if self._url.scheme == "https" else None
            # The loop makes the socket: uvloop aborts the process when one of ours is closed while it waits for it.
            open_one = partial(home.loop.create_connection, lambda: self)
            await connect(self._url, home.names, open_one, allow=home.allow, never=home.never)
        except Failure as failure:
            self._fail(failure.outcome, failure.detail)
        except (OSError, ValueError) as error:
            self._fail(Outcome.REFUSED, f"connection failed: {error}")

    def _opened(self, task: asyncio.Task[None]) -> None:
        """Nothing that ends the task may lose the call of `done`: neither the loop's end nor a fault of ours."""
        if not self.busy:
            return
        if task.cancelled():
            self.cut()
        elif (error := task.exception()) is not None:
            self._fail(Outcome.SKIPPED, f"a fault of the sender's own: {error!r}")

    def _fail(self, outcome: Outcome, detail: str) -> None:
        if self._now is None:
            self._drop()
        else:
            self._now.fail(outcome, detail)

    def _settle(self, exchange: Exchange, keep: float | None) -> None:
        """Let go of the exchange, then of the connection, and tell: `done` may hand over the next request at once."""
        now, self._now = self._now, None
        if now is None:
            return
        now.let_go()
        if keep is None:
            self._drop()
        else:
            self._keep_for(keep)
        try:
            now.done(exchange)
        except Exception as error:  # noqa: BLE001  the caller's own fault must not end other exchanges
            context = {"message": "the receiver of an exchange raised", "exception": error, "protocol": self}
            self._home.loop.call_exception_handler(context)

    def _keep_for(self, seconds: float) -> None:
        """Idle for as long, or close in order where that is no time at all."""
        self.keep = seconds
        if not seconds:
            self.leave()
            return
        self.since = self._real()
        self._home.watch(self.since + seconds)
        self._shelf.free(self)

    def _drop(self) -> None:
        """Let go of the connection, whatever state it is in."""
        if self._channel.closed:
            return
        self._channel.abort()
        if self._channel.stands:
            return
        if self._opening is not None and self._opening is not asyncio.current_task(self._home.loop):
            self._opening.cancel()
        self._shelf.gone(self)
