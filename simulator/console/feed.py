"""What happens, told to whoever listens: the last thousand entries, from any thread."""

from collections import deque
from collections.abc import Mapping
from threading import Condition
from typing import Any, Final, NamedTuple

KEPT: Final = 1_000


class Entry(NamedTuple):
    """One thing that happened; numbers count from 1 and never come twice."""

    number: int
    kind: str  # delivery, run, clock
    data: Mapping[str, Any]


class Feed:
    """A ring of entries. Whoever is too slow for it misses some, and can tell by the numbers."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._came = Condition()
        self._last = 0
        self._closed = False

    @property
    def last(self) -> int:
        """The number of the latest entry; 0 before the first."""
        return self._last

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def publish(self, kind: str, data: Mapping[str, Any]) -> int:
        """Tell it; gives its number."""
        with self._came:
            self._last += 1
            self._entries.append(Entry(self._last, kind, data))
            self._came.notify_all()
            return self._last

    def after(self, number: int, timeout: float) -> list[Entry]:
        """What came after that number: at once if there is any, else within `timeout` seconds."""
        with self._came:
            self._came.wait_for(lambda: self._last > number or self._closed, timeout)
            return [one for one in self._entries if one.number > number]

    def close(self) -> None:
        """Wake whoever waits: nothing comes any more."""
        with self._came:
            self._closed = True
            self._came.notify_all()
