"""What happens, as server-sent events: a few streams at once, each ended when its client or the service is gone."""

from collections.abc import Callable, Iterator
from itertools import count
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import request

from simulator.clock import RealClock
from simulator.web.operations import Call, Reply
from simulator.web.problems import Problem
from simulator.web.telling import happened

if TYPE_CHECKING:
    from simulator.console.desk import Desk
    from simulator.console.feed import Entry, Feed

MOST: Final = 8  # streams at once; each takes a thread
HEARTBEAT: Final = 10.0  # seconds
_LOOK: Final = 0.25  # seconds between two looks at whether anybody is still there


class Streams:
    """The open streams. `ending` is set when the service ends; `now` gives seconds that never go back."""

    def __init__(self, ending: Event, now: Callable[[], float] | None = None) -> None:
        self._ending = ending
        self._now = now or RealClock().now
        self._lock = Lock()
        self._open: set[int] = set()
        self._numbers = count(1)

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._open)

    def operation(self, desk: "Desk", call: Call) -> Reply:
        """A new stream.

        Raises:
            Problem: unavailable; there are as many as there may be.
        """
        with self._lock:
            if len(self._open) >= MOST or self._ending.is_set():
                raise Problem(
                    "unavailable",
                    f"{MOST} streams are open already",
                    "close one, or ask GET /control/deliveries now and then",
                    headers={"Retry-After": "5"},
                )
            number = next(self._numbers)
            self._open.add(number)
        gone = request.environ.get("waitress.client_disconnected", lambda: False)
        after = _after(desk.feed, call.headers.get("last-event-id"))
        pieces = self._pieces(desk.feed, after, frozenset(call.query.get("kinds", ())), gone)
        return Reply(200, _Stream(pieces, lambda: self._open.discard(number)), content_type="text/event-stream")

    def _pieces(self, feed: "Feed", after: int, kinds: frozenset[str], gone: Callable[[], bool]) -> Iterator[bytes]:
        yield b": open\n\n"
        said = self._now()
        while not (self._ending.is_set() or feed.closed or gone()):
            for entry in feed.after(after, _LOOK):
                after = entry.number
                if not kinds or entry.kind in kinds:
                    yield _told(entry)
                    said = self._now()
            if self._now() - said >= HEARTBEAT:
                yield b": still here\n\n"
                said = self._now()


class _Stream:
    """Pieces of a stream; `close` is called however it ends, also when nothing of it was ever asked for."""

    def __init__(self, pieces: Iterator[bytes], close: Callable[[], Any]) -> None:
        self._pieces = pieces
        self.close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces


def _after(feed: "Feed", last: str | None) -> int:
    """The number to go on after: now, unless the client says; one of a former life of the service means from the start.

    A number beyond the last was given by a service that has been started anew, and counts from 1 again.
    """
    if last is None:
        return feed.last
    return int(last) if int(last) <= feed.last else 0


def _told(entry: "Entry") -> bytes:
    """One event; its data is one line, since JSON escapes line ends."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.number, entry.kind.encode(), orjson.dumps(happened(entry)))
