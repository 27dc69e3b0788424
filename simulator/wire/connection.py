"""One connection and the exchange that is under way on it: connect, TLS, write, read the answer, keep or close."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial
from typing import cast

from simulator import limits
from simulator.model import Exchange, HangUp, Outcome, Url
from simulator.wire import Request
from simulator.wire.answers import Answer
from simulator.wire.connecting import connect
from simulator.wire.failure import Failure, broken, overdue
from simulator.wire.home import Done, Home, Shelf
from simulator.wire.player import Player
from simulator.wire.tls import Layer
from simulator.wire.unread import quiet, reset_on_close, rest

_GLANCE = 0.002  # seconds: a connection that idled longer is looked at before it is used again


class Connection(asyncio.Protocol):
    """Carries one request at a time. Every request handed to it comes to exactly one call of its `done`.

    The deadline runs from the moment that the request is handed over here, before the name is looked up.
    """

    def __init__(self, home: Home, shelf: "Shelf[Connection]", url: Url) -> None:
        self.deadline = 0.0
        self.since = 0.0  # when it became idle
        self.keep = 0.0  # how long it may idle
        self._home = home
        self._shelf = shelf
        self._url = url
        self._real = home.real
        self._number = 0
        self._carried = 0
        self._transport: asyncio.Transport | None = None
        self._layer: Layer | None = None
        self._opening: asyncio.Task[None] | None = None
        self._request: Request = cast(Request, None)
        self._done: Done | None = None
        self._answer = Answer()
        self._sent: float | None = None
        self._player: Player | None = None  # of the request's script, if it has one
        self._hanging_up: HangUp | None = None
        self._gated = False  # whether the request waits at its gate
        self._ended = False  # whether our side of the connection is at its end
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._done is not None

    @property
    def due(self) -> float:
        """When it is to be looked at: at the deadline, or when it has idled long enough."""
        return self.deadline if self._done is not None else self.since + self.keep

    def usable_for(self, hold: float) -> bool:
        """Whether an idle connection can carry a request in `hold` seconds: young enough, and nothing came in on it."""
        idle = self._real() - self.since
        if self._closed or self._transport is None or idle + hold >= self.keep:
            return False
        return idle < _GLANCE or quiet(self._transport, tls=self._layer is not None)

    def open(self, request: Request, done: Done) -> None:
        """Connect, then carry the request."""
        self._take(request, done)
        self._opening = self._home.loop.create_task(self._open())
        self._opening.add_done_callback(self._opened)

    def carry(self, request: Request, done: Done) -> None:
        """Carry a request on a connection that stands."""
        self._take(request, done)
        self._begin()

    def expire(self) -> None:
        """The deadline is over."""
        if self._deaf and not self._unwritten():
            self._hang_up()
            return
        phase = self._phase()
        self._fail(phase, overdue(phase, self._request.timeout))

    def cut(self) -> None:
        """The wire is closing."""
        if not self.busy:
            self.leave()
        elif self._sent is not None:
            self._fail(Outcome.IN_DOUBT, "the sender stopped before the answer was complete")
        else:
            self._fail(Outcome.SKIPPED, "the sender stopped before anything was sent")

    def leave(self) -> None:
        """Close in order, as long as the receiver takes what is left to say."""
        if self._transport is None or self._closed:
            return
        self._closed = True
        if self._layer is not None:
            self._put(self._layer.goodbye())
        if self._transport.get_write_buffer_size():
            self._transport.abort()
        else:
            self._transport.close()

    # What the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if not self.busy:
            self._drop()
            return
        self._transport.set_write_buffer_limits(0)  # resume_writing then says when all is written
        self._number = self._home.number()
        if self._layer is not None:
            self._transport.write(self._layer.start())
        else:
            self._begin()

    def data_received(self, data: bytes) -> None:
        if self._done is not None and self._real() > self.deadline:
            self.expire()
            return
        if self._deaf:
            return
        layer = self._layer
        if layer is not None:
            data = self._unwrap(layer, data)
        if data:
            self._read(data)
        if layer is not None and not self._closed:
            if layer.failure is not None:
                self._fail(layer.failure.outcome, layer.failure.detail)
            elif layer.ended:
                self.eof_received()

    def eof_received(self) -> None:
        if self._done is None:
            self.leave()
        elif self._real() > self.deadline:
            self.expire()
        elif self._deaf:
            self._hung_up(", reading no answer; the receiver ended the connection before its timeout")
        elif self._layer is not None and not self._layer.ready:
            self._fail(Outcome.TLS, "the receiver closed the connection during the TLS handshake")
        else:
            try:
                self._answer.end(goodbye=self._layer is None or self._layer.ended)
            except Failure as failure:
                self._fail(failure.outcome, failure.detail + self._before())
            else:
                self._complete()

    def resume_writing(self) -> None:
        if (
            self._hanging_up is not None and not self._deaf
        ):  # not at once: asyncio's transport is in the middle of its own work
            self._home.loop.call_soon(self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None and exc is not None:
            for data in rest(self._transport):
                if self._done is None:
                    break
                self.data_received(data)
        if self._done is not None:
            self._lost(exc)
        self._closed = True
        self._shelf.gone(self)

    # The request

    def _take(self, request: Request, done: Done) -> None:
        self._request = request
        self._done = done
        self._sent = None
        self._answer = Answer(to_head=request.method == "HEAD")
        self.deadline = self._real() + request.timeout
        self._home.watch(self.deadline)

    async def _open(self) -> None:
        home = self._home
        try:
            self._layer = Layer(home.tls(), self._url.host) if self._url.scheme == "https" else None
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

    def _begin(self) -> None:
        self._carried += 1
        if self._request.gate is None:
            self._speak()
        else:
            self._gated = True
            self._request.gate.wait(self._speak, 0.0 if self._carried > 1 else limits.ACCEPTED)

    def _speak(self) -> None:
        request = self._request
        self._gated = False
        if self._done is None:
            return
        if request.script is None:
            self._write(request.data)
        else:
            self._player = Player(self._home.loop, request.script, self._write, self._end_writing, self._end_by)
            self._player.play()

    def _write(self, data: bytes) -> None:
        if self._ended:
            return
        if self._sent is None:
            self._sent = self._home.now()
        if self._layer is not None:
            try:
                data = self._layer.wrap(data)
            except ssl.SSLError as error:
                self._fail(Outcome.TLS, f"TLS failed while the request was written: {error.reason}")
                return
        self._put(data)

    def _put(self, data: bytes) -> None:
        if self._transport is not None and data and not self._ended:
            self._transport.write(data)

    def _end_writing(self) -> None:
        """End our side of the connection, once everything is written."""
        if self._transport is None:
            return
        if self._layer is not None:
            self._put(self._layer.goodbye())
        self._ended = True
        self._transport.write_eof()

    def _end_by(self, how: HangUp) -> None:
        """Hang up as soon as everything is written; or at the deadline, and hear nothing until then."""
        self._hanging_up = how
        if not how.at_deadline and not self._unwritten():
            self._hang_up()

    @property
    def _deaf(self) -> bool:
        """Whether nothing that comes is read any more."""
        return self._hanging_up is not None and self._hanging_up.at_deadline

    def _hang_up(self) -> None:
        how = self._hanging_up
        if how is None or self._transport is None:  # over meanwhile
            return
        if how.reset:
            reset_on_close(self._transport)
        else:
            self.leave()
        if self._done is None:
            self._drop()
            return
        when = " at its timeout, reading no answer" if how.at_deadline else ""
        self._hung_up(f"{when}{' (reset)' if how.reset else ''}")

    def _hung_up(self, how: str) -> None:
        told = f"the partner hung up on purpose{how}"
        self._settle(self._exchange(Outcome.CLOSED, told)._replace(hung_up=True), self._drop)

    # The answer

    def _unwrap(self, layer: Layer, data: bytes) -> bytes:
        began = layer.ready
        inside = layer.receive(data)
        self._put(layer.outgoing())
        if layer.ready and not began and self.busy and layer.failure is None:
            self._begin()
        return inside

    def _read(self, data: bytes) -> None:
        if self._done is None:  # bytes that nobody asked for
            self.leave()
            return
        try:
            complete = self._answer.feed(data)
        except Failure as failure:
            self._fail(failure.outcome, failure.detail)
            return
        if complete:
            self._complete()
        elif self._answer.continued and self._player is not None:
            self._player.continued()

    def _complete(self) -> None:
        answer, request = self._answer, self._request
        early = not self._written()
        detail = self._odd(early=early)
        if answer.capped:
            detail = f"the body was read up to {answer.size} bytes and no further"
        exchange = self._exchange(answer.outcome, detail)
        spent = early or answer.capped or answer.extra or request.fresh or request.script is not None
        self.keep = 0.0 if spent else answer.keep
        self._settle(exchange, self._idle if self.keep else self.leave)

    def _odd(self, *, early: bool) -> str:
        """What a reader should know of how request and answer met."""
        asking = self._player.asking if self._player is not None else 0.0
        if early:
            before = "in the place of 100 Continue: the body was not sent" if asking else ""
            return f"answered {before or 'before the whole request was written'}"
        return f"no 100 Continue came within {asking:g} s, and the body was sent" if asking else ""

    def _exchange(self, outcome: Outcome, detail: str) -> Exchange:
        answer = self._answer
        return Exchange(
            outcome,
            answer.status,
            answer.head,
            answer.body,
            answer.size,
            answer.sha256,
            answer.capped,
            self._sent or 0.0,
            self._home.now(),
            self._number,
            self._carried > 1,
            detail,
        )

    # Ends

    def _fail(self, outcome: Outcome, detail: str) -> None:
        if self._done is None:
            self._drop()
        else:
            self._settle(self._exchange(outcome, detail), self._drop)

    def _settle(self, exchange: Exchange, then: Callable[[], None]) -> None:
        """Let go of the exchange, then of the connection, and tell: `done` may hand over the next request at once."""
        done, self._done = self._done, None
        self._hanging_up = None
        if self._request.gate is not None:
            self._request.gate.without(self._speak if self._gated else None)
            self._gated = False
        if self._player is not None:
            self._player.stop()
            self._player = None
        then()
        try:
            if done is not None:
                done(exchange)
        except Exception as error:  # noqa: BLE001  the caller's own fault must not end other exchanges
            context = {"message": "the receiver of an exchange raised", "exception": error, "protocol": self}
            self._home.loop.call_exception_handler(context)

    def _idle(self) -> None:
        self.since = self._real()
        self._home.watch(self.since + self.keep)
        self._shelf.free(self)

    def _drop(self) -> None:
        """Let go of the connection, whatever state it is in."""
        if self._closed:
            return
        self._closed = True
        if self._transport is not None:
            self._transport.abort()
            return
        if self._opening is not None and self._opening is not asyncio.current_task(self._home.loop):
            self._opening.cancel()
        self._shelf.gone(self)

    def _lost(self, exc: Exception | None) -> None:
        """The connection ended by a reset, or by an error of the network."""
        if self._real() > self.deadline:
            self.expire()
            return
        if self._deaf:
            self._hung_up(", reading no answer; the receiver reset the connection before its timeout")
            return
        if self._layer is not None and not self._layer.ready:
            self._fail(Outcome.TLS, "the connection was reset during the TLS handshake")
            return
        self._fail(Outcome.RESET, broken(exc, begun=self._answer.begun) + self._before())

    def _phase(self) -> Outcome:
        """How it is called when time is over now."""
        if self._transport is None:
            return Outcome.TIMEOUT_CONNECT
        if self._layer is not None and not self._layer.ready:
            return Outcome.TIMEOUT_TLS
        if self._answer.status:
            return Outcome.TIMEOUT_BODY
        return Outcome.TIMEOUT_HEADERS if self._written() else Outcome.TIMEOUT_WRITE

    def _written(self) -> bool:
        """Whether the system has taken every byte of the request."""
        return not (self._gated or self._unwritten()) and (self._player is None or self._player.finished)

    def _unwritten(self) -> bool:
        return self._transport is not None and self._transport.get_write_buffer_size() > 0

    def _before(self) -> str:
        """What may excuse a receiver: it closed an idle connection just as the request left."""
        if self._carried < 2 or self._answer.begun:
            return ""
        return "; it had carried a request before, and the receiver may have been closing it already"
