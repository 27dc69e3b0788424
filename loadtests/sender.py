"""Sends deliveries as the corridor does: exact bytes, one deadline, one kept connection, a closed list of outcomes."""

from collections.abc import Callable
from time import perf_counter

from gevent import GreenletExit

from loadtests.alarm import Overdue
from loadtests.line import Line, Lines
from loadtests.scripted import Heard, play
from simulator.model import Delivery, EndWriting, Exchange, Outcome, Script, Url
from simulator.wire.answers import Answer
from simulator.wire.failure import (
    AGED,
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


class Sender:
    """One user's connection to the receiver (to each of its hosts, where it has several).

    `now` gives seconds since the load began: what an exchange's moments are told in. `stopped` once the greenlet was
    told to end in the middle of an exchange: whoever wrote that down is to end then.
    """

    def __init__(self, lines: Lines, now: Callable[[], float]) -> None:
        self.stopped = False
        self._lines = lines
        self._now = now
        self._idle: dict[tuple[str, str, int], Line] = {}

    def carry(self, delivery: Delivery, leave: Callable[[], None] | None = None) -> Exchange:
        """Make one exchange. Never raises for anything that a receiver, a network or a name server does.

        `leave` is called when the request can go, a connection being there, and returns when it shall.
        """
        if self.stopped:  # a second exchange would make the user one that nothing ends
            raise GreenletExit
        carried = _Carried(delivery, self._lines, self._now)
        url = delivery.route.url
        place = (url.scheme, url.host, url.port)
        line = None if _wants_its_own(delivery) else self._idle.pop(place, None)
        if line is not None and not line.usable(perf_counter()):
            line.close()
            line = None
        carried.line, carried.reused = line, line is not None
        exchange = carried.made(url, leave)
        self.stopped = carried.stopped
        line = carried.line
        if line is not None:
            if carried.keep:
                line.since, line.keep = perf_counter(), carried.keep
                self._idle[place] = line
            else:
                line.close(orderly=exchange.outcome in {Outcome.ANSWERED, Outcome.REDIRECTED})
        return exchange

    def close(self) -> None:
        """Let go of every connection."""
        while self._idle:
            self._idle.popitem()[1].close()


class _Carried:
    """One exchange on its way."""

    __slots__ = (
        "_answer",
        "_deadline",
        "_delivery",
        "_lines",
        "_now",
        "_sent",
        "_unwritten",
        "keep",
        "line",
        "reused",
        "stopped",
    )

    def __init__(self, delivery: Delivery, lines: Lines, now: Callable[[], float]) -> None:
        self.line: Line | None = None
        self.reused = False
        self.stopped = False
        self.keep = 0.0  # for how long the connection may idle then
        self._delivery = delivery
        self._lines = lines
        self._now = now
        self._deadline = perf_counter() + delivery.route.timeout
        self._answer = Answer()
        self._sent = 0.0
        self._unwritten = False

    def made(self, url: Url, leave: Callable[[], None] | None) -> Exchange:
        try:
            return self._play(url, leave)
        except Overdue:
            return self._at_last() or self._overdue()
        except Failure as failure:
            excused = failure.outcome in {Outcome.CLOSED, Outcome.TRUNCATED}
            return self._exchange(failure.outcome, failure.detail + (self._before() if excused else ""))
        except OSError as error:
            return self._broken(error)
        except GreenletExit:  # the run is over: whoever sends writes this down and goes
            self.stopped = True
            if self._sent:
                return self._exchange(Outcome.IN_DOUBT, STOPPED_UNANSWERED)
            return self._exchange(Outcome.SKIPPED, STOPPED_UNSENT)

    def _play(self, url: Url, leave: Callable[[], None] | None) -> Exchange:
        line = self.line
        if line is None:
            line = self.line = self._lines.open(url, self._deadline)
            line.shake_hands(self._deadline)
        if leave is not None:
            here = perf_counter()
            leave()
            self._deadline += perf_counter() - here  # others were waited for, not the receiver
        self._sent = self._now()
        if self._delivery.script is not None:
            return self._play_script(line, self._delivery.script)
        rest = line.write(self._delivery.data)
        if rest and (early := self._write_on(line, rest)):
            return early
        return self._read(line)

    def _play_script(self, line: Line, script: Script) -> Exchange:
        self._unwritten = True
        heard = Heard(lambda data: self._fed(line, data), lambda: self._answer.continued)
        played = play(line, script, heard, self._deadline)
        if (how := played.hung_up) is not None:
            return self._exchange(Outcome.CLOSED, hung_up(how))._replace(hung_up=True)
        if played.early:
            return self._complete(early(played.asking))
        self._unwritten = False
        return self._read(line, unasked(played.asking))

    def _write_on(self, line: Line, rest: bytes) -> Exchange | None:
        """Write what the system did not take at once, and hear what comes meanwhile."""
        self._unwritten = True
        while rest:
            data = line.read(self._deadline, writing=True)
            if data is not None and self._fed(line, data):
                return self._complete(early(0.0))
            rest = line.go_on(rest)
        self._unwritten = False
        return None

    def _read(self, line: Line, detail: str = "") -> Exchange:
        while (data := line.read(self._deadline)) is None or not self._fed(line, data):
            pass
        return self._complete(detail)

    def _at_last(self) -> Exchange | None:
        """The answer, if it is there now that time is over: it may have been in time, and only nobody looked."""
        line = self.line
        if line is None or not self._sent:
            return None
        try:
            while (data := line.read_at_once()) is None or not self._fed(line, data):
                pass
        except (Overdue, Failure, OSError):  # there is none: that time was over first is the better reason
            return None
        return self._complete(early(0.0) if self._unwritten else "")

    def _overdue(self) -> Exchange:
        phase = self._phase()
        return self._exchange(phase, overdue(phase, self._delivery.route.timeout))

    def _fed(self, line: Line, data: bytes) -> bool:
        if data:
            return self._answer.feed(data)
        self._answer.end(goodbye=line.goodbye)
        return True

    def _complete(self, detail: str) -> Exchange:
        answer = self._answer
        if answer.capped:
            detail = capped(answer.size)
        spent = answer.capped or answer.extra or self._unwritten or self._delivery.script is not None
        self.keep = 0.0 if spent else answer.keep
        return self._exchange(answer.outcome, detail)

    def _broken(self, error: OSError) -> Exchange:
        """The connection broke; an answer that came just before is one all the same, and so is a reason told by TLS."""
        line = self.line
        if line is None:
            return self._exchange(Outcome.REFUSED, f"connection failed: {error}")
        try:
            while data := line.rest():
                if self._answer.feed(data):
                    self._unwritten = True
                    return self._complete(early(0.0))
        except Failure as told:
            return self._exchange(told.outcome, told.detail)
        except OSError:
            pass  # nothing more is to be had; the first reason is the better one
        if not line.ready:
            return self._exchange(Outcome.TLS, RESET_IN_HANDSHAKE)
        return self._exchange(Outcome.RESET, broken(error, begun=self._answer.begun) + self._before())

    def _phase(self) -> Outcome:
        """How it is called when time is over now."""
        if self.line is None:
            return Outcome.TIMEOUT_CONNECT
        if not self.line.ready:
            return Outcome.TIMEOUT_TLS
        if self._answer.status:
            return Outcome.TIMEOUT_BODY
        return Outcome.TIMEOUT_WRITE if self._unwritten or not self._sent else Outcome.TIMEOUT_HEADERS

    def _before(self) -> str:
        return AGED if self.reused and not self._answer.begun else ""

    def _exchange(self, outcome: Outcome, detail: str) -> Exchange:
        answer, line = self._answer, self.line
        return Exchange(
            outcome,
            answer.status,
            answer.head,
            answer.body,
            answer.size,
            answer.sha256,
            answer.capped,
            self._sent,
            self._now(),
            line.number if line is not None else 0,
            self.reused,
            detail,
        )


def _wants_its_own(delivery: Delivery) -> bool:
    """Whether it needs a connection that carried nothing before: it ends its side of it."""
    return any(isinstance(piece, EndWriting) for piece in delivery.script or ())
