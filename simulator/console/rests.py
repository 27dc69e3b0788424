"""Who waits for a moment of the story: deliveries that are to be tried again."""

import asyncio
import heapq
from itertools import count


class Rests:
    """Waits of story time, by the moment at which they are over."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @property
    def first(self) -> float | None:
        """When the next one is over."""
        return self._heap[0][0] if self._heap else None

    def add(self, moment: float) -> "asyncio.Future[None]":
        """A wait until then; gives what is done when it is over."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._heap, (moment, next(self._numbers), over))
        return over

    def end(self, until: float) -> int:
        """Wake whoever waits for a moment up to then; gives how many."""
        ended = 0
        while self._heap and self._heap[0][0] <= until:
            over = heapq.heappop(self._heap)[2]
            if not over.done():
                over.set_result(None)
                ended += 1
        return ended
