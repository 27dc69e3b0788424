"""Copies that leave at the same moment on different connections: each waits until all of them can go."""

from gevent.event import Event

from simulator import limits


class Together:
    """A gate for so many copies; it opens when each has a connection, or cannot have one, or after a while."""

    def __init__(self, number: int) -> None:
        self._missing = number
        self._open = Event()

    def leave(self) -> None:
        """Return when it opens; one of the copies is here."""
        self.without()
        self._open.wait(limits.TOGETHER)

    def without(self) -> None:
        """One of the copies need not be waited for: it is here, or will never be."""
        self._missing -= 1
        if self._missing <= 0:
            self._open.set()
