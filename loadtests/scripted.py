"""Plays the script of a request that misbehaves on purpose, and hears meanwhile what the receiver says."""

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import gevent

from loadtests.alarm import Overdue
from loadtests.line import Line
from simulator.model import AwaitContinue, EndWriting, HangUp, Pause, Script


class Heard(NamedTuple):
    """What of an answer there is by now: takes bytes and says whether it is complete; whether `100 Continue` came."""

    feed: Callable[[bytes], bool]
    continued: Callable[[], bool]


class Played(NamedTuple):
    """How a script came to its end: `early` by a whole answer, before it was all written; by hanging up; else in full.

    `asking` is for how many seconds `100 Continue` was, or is, waited for in vain; 0.0 when it was not.
    """

    early: bool = False
    hung_up: HangUp | None = None
    asking: float = 0.0


class _Answered(Exception):
    """A whole answer is there."""


def play(line: Line, script: Script, heard: Heard, deadline: float) -> Played:
    """Play it on that connection.

    Raises:
        Overdue: the deadline is over.
        Failure, OSError: as `Line` says.
    """
    asking = 0.0
    try:
        for piece in script:
            match piece:
                case bytes():
                    _write(line, piece, heard, deadline)
                case Pause():
                    _rest(line, piece.seconds, heard, deadline)
                case AwaitContinue():
                    asking = piece.seconds
                    _rest(line, piece.seconds, heard, deadline, until=heard.continued)
                    asking = 0.0 if heard.continued() else asking
                case EndWriting():
                    line.end_writing()
                case HangUp():
                    _hang_up(line, piece, deadline)
                    return Played(hung_up=piece)
    except _Answered:
        return Played(early=True, asking=asking)
    return Played(asking=asking)


def _write(line: Line, piece: bytes, heard: Heard, deadline: float) -> None:
    """Write all of it, and hear what comes meanwhile."""
    rest = line.write(piece)
    while rest:
        _take(line.read(deadline, writing=True), heard)
        rest = line.go_on(rest)


def _rest(
    line: Line, seconds: float, heard: Heard, deadline: float, *, until: Callable[[], bool] = lambda: False
) -> None:
    """Hear what comes for so long, or until that is so."""
    over = perf_counter() + seconds
    while not until():
        try:
            _take(line.read(min(over, deadline)), heard)
        except Overdue:
            if over < deadline:
                return
            raise


def _take(data: bytes | None, heard: Heard) -> None:
    if data is not None and heard.feed(data):
        raise _Answered


def _hang_up(line: Line, how: HangUp, deadline: float) -> None:
    """Make the end of the connection, which follows, the one that is meant."""
    if how.at_deadline:
        gevent.sleep(max(deadline - perf_counter(), 0.0))
    if how.reset:
        line.reset_on_close()
