"""One exchange under way on a connection: write the request, or play its script; read the answer; say how it ended."""

from collections.abc import Callable

from simulator import limits
from simulator.model import Exchange, HangUp, Outcome
from simulator.wire import Request
from simulator.wire.answers import Answer
from simulator.wire.channel import Channel
from simulator.wire.failure import (
    AGED,
    CLOSED_IN_HANDSHAKE,
    HUNG_UP,
    RESET_IN_HANDSHAKE,
    STOPPED_UNANSWERED,
    STOPPED_UNSENT,
    Failure,
    broken,
    capped,
    early,
    hung_up,
    overdue,
    unasked,
)
from simulator.wire.home import Done, Home
from simulator.wire.player import Player

Over = Callable[[Exchange, float | None], None]
"""Takes what the exchange came to, and for how many seconds its connection may idle then.

0.0: it is of no more use, and is closed in order. None: it is let go of at once.
"""


class LiveExchange:
    """Comes to exactly one call of `over`; after `let_go` nothing more happens.

    `done` is kept for whoever waits for the exchange. The deadline runs from the moment that this is made; whoever
    leaves a gate in time gets back what it waited there, which is no doing of the receiver's.
    """

    def __init__(
        self, request: Request, done: Done, over: Over, *, home: Home, channel: Channel, reused: bool = False
    ) -> None:
        self.done = done
        self.deadline = home.real() + request.timeout
        self._request = request
        self._over = over
        self._home = home
        self._channel = channel
        self._reused = reused
        self._answer = Answer(to_head=request.method == "HEAD")
        self._sent: float | None = None
        self._player: Player | None = None  # of the request's script, if it has one
        self._hanging_up: HangUp | None = None
        self._gated = False  # whether the request waits at its gate
        self._came = 0.0  # when it came there
        self._settled = False

    @property
    def late(self) -> bool:
        """Whether the deadline is over."""
        return self._home.real() > self.deadline

    @property
    def deaf(self) -> bool:
        """Whether nothing that comes is read any more."""
        return self._hanging_up is not None and self._hanging_up.at_deadline

    # The request

    def begin(self) -> None:
        """The connection can carry the request: it leaves, or waits at its gate."""
        if self._request.gate is None:
            self._speak()
        else:
            self._gated, self._came = True, self._home.real()
            self._request.gate.wait(self._speak, 0.0 if self._reused else limits.ACCEPTED)

    def _speak(self) -> None:
        if self._settled:
            return
        if self._gated:
            self._gated = False
            self.deadline += self._home.real() - self._came
        if self._request.script is None:
            self._write(self._request.data)
        else:
            end = self._channel.end_writing
            self._player = Player(self._home.loop, self._request.script, self._write, end, self._end_by)
            self._player.play()

    def _write(self, data: bytes) -> None:
        if self._channel.ended:
            return
        if self._sent is None:
            self._sent = self._home.now()
        try:
            self._channel.write(data)
        except Failure as failure:
            self.fail(failure.outcome, failure.detail)

    def _end_by(self, how: HangUp) -> None:
        """Hang up as soon as everything is written; or at the deadline, and hear nothing until then."""
        self._hanging_up = how
        if not how.at_deadline and not self._channel.unwritten:
            self._hang_up()

    def all_written(self) -> None:
        """The system has taken every byte."""
        if self._hanging_up is not None and not self.deaf:
            # not at once: asyncio's transport is in the middle of its own work
            self._home.loop.call_soon(self._hang_up)

    def _hang_up(self) -> None:
        how = self._hanging_up
        if how is None or not self._channel.stands:  # over meanwhile
            return
        if how.reset:
            self._channel.reset_on_close()
        else:
            self._channel.leave()
        self._hung_up(hung_up(how))

    def _hung_up(self, told: str) -> None:
        self._over(self._exchange(Outcome.CLOSED, told)._replace(hung_up=True), None)

    # The answer

    def read(self, data: bytes) -> None:
        """Bytes of the answer came."""
        try:
            complete = self._answer.feed(data)
        except Failure as failure:
            self.fail(failure.outcome, failure.detail)
            return
        if complete:
            self._complete()
        elif self._answer.continued and self._player is not None:
            self._player.continued()

    def _complete(self) -> None:
        answer, request = self._answer, self._request
        unwritten = not self._written
        asking = self._player.asking if self._player is not None else 0.0
        detail = early(asking) if unwritten else unasked(asking)
        if answer.capped:
            detail = capped(answer.size)
        spent = unwritten or answer.capped or answer.extra or request.fresh or request.script is not None
        self._over(self._exchange(answer.outcome, detail), 0.0 if spent else answer.keep)

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
            self._channel.number,
            self._reused,
            detail,
        )

    # Ends

    def fail(self, outcome: Outcome, detail: str) -> None:
        """It ends here, and so does its connection."""
        self._over(self._exchange(outcome, detail), None)

    def expire(self) -> None:
        """The deadline is over."""
        if self.deaf and not self._channel.unwritten:
            self._hang_up()
            return
        phase = self._phase()
        self.fail(phase, overdue(phase, self._request.timeout))

    def cut(self) -> None:
        """The wire is closing."""
        if self._sent is not None:
            self.fail(Outcome.IN_DOUBT, STOPPED_UNANSWERED)
        else:
            self.fail(Outcome.SKIPPED, STOPPED_UNSENT)

    def ended_by_receiver(self) -> None:
        """The receiver ended its side of the connection."""
        if self.late:
            self.expire()
        elif self.deaf:
            self._hung_up(f"{HUNG_UP}, reading no answer; the receiver ended the connection before its timeout")
        elif not self._channel.ready:
            self.fail(Outcome.TLS, CLOSED_IN_HANDSHAKE)
        else:
            try:
                self._answer.end(goodbye=self._channel.goodbye)
            except Failure as failure:
                self.fail(failure.outcome, failure.detail + self._before())
            else:
                self._complete()

    def lost(self, error: Exception | None) -> None:
        """The connection ended by a reset, or by an error of the network."""
        if self.late:
            self.expire()
        elif self.deaf:
            self._hung_up(f"{HUNG_UP}, reading no answer; the receiver reset the connection before its timeout")
        elif not self._channel.ready:
            self.fail(Outcome.TLS, RESET_IN_HANDSHAKE)
        else:
            self.fail(Outcome.RESET, broken(error, begun=self._answer.begun) + self._before())

    def let_go(self) -> None:
        """It is over: whoever waits at its gate does not wait for it, and its script is left where it is."""
        self._settled = True
        self._hanging_up = None
        if self._request.gate is not None:
            self._request.gate.without(self._speak if self._gated else None)
            self._gated = False
        if self._player is not None:
            self._player.stop()
            self._player = None

    def _phase(self) -> Outcome:
        """How it is called when time is over now."""
        if not self._channel.stands:
            return Outcome.TIMEOUT_CONNECT
        if not self._channel.ready:
            return Outcome.TIMEOUT_TLS
        if self._answer.status:
            return Outcome.TIMEOUT_BODY
        return Outcome.TIMEOUT_HEADERS if self._written else Outcome.TIMEOUT_WRITE

    @property
    def _written(self) -> bool:
        """Whether the system has taken every byte of the request."""
        return not (self._gated or self._channel.unwritten) and (self._player is None or self._player.finished)

    def _before(self) -> str:
        return AGED if self._reused and not self._answer.begun else ""
