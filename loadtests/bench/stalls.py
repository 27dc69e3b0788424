"""When an event loop stood still, for how long, and what its thread did then."""

import asyncio
import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

TICK = 0.01  # seconds between two looks
STALL = 0.1  # seconds without one from which it is a stall


class Spent(NamedTuple):
    """Seconds of a thread since it began: on a processor, and waiting for one; what is left it slept, as for a disk."""

    running: float
    queued: float

    @classmethod
    def by_this_thread(cls) -> "Spent":
        """Linux counts them."""
        running, queued, _ = Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()
        return cls(int(running) / 1e9, int(queued) / 1e9)


class Stall(NamedTuple):
    """From one moment to another (`time.perf_counter`) the loop did one thing only."""

    began: float
    ended: float
    spent: Spent
    collecting: float  # seconds in the collection of garbage, by whichever thread
    seen: str  # where the loop's thread was seen most often

    def __str__(self) -> str:
        slept = max(self.ended - self.began - sum(self.spent), 0.0)
        return (
            f"{self.ended - self.began:.2f} s: it ran {self.spent.running:.2f} s, waited {self.spent.queued:.2f} s for "
            f"a processor and slept {slept:.2f} s (collecting garbage {self.collecting:.2f} s) in {self.seen}"
        )


class Watch:
    """Looks from inside the loop how late it is, and from outside where its thread is meanwhile."""

    def __init__(self) -> None:
        self.stalls: list[Stall] = []
        self._last = time.perf_counter()
        self._spent = Spent(0.0, 0.0)
        self._collecting = self._collected = 0.0
        self._began_collecting = 0.0
        self._places: Counter[str] = Counter()
        self._thread = 0
        self._over = threading.Event()

    def begin(self) -> None:
        """On the loop's thread."""
        self._thread = threading.get_ident()
        self._last, self._spent = time.perf_counter(), Spent.by_this_thread()
        asyncio.get_running_loop().call_later(TICK, self._tick)

    def look_on(self) -> None:
        """On a thread of its own, until it is over."""
        while not self._over.wait(TICK):
            if time.perf_counter() - self._last > STALL / 2:
                self._places[_place(sys._current_frames().get(self._thread))] += 1

    def end(self) -> None:
        """Look no more."""
        self._over.set()

    def collects(self, phase: str, _: Any) -> None:
        """What `gc.callbacks` tells."""
        if phase == "start":
            self._began_collecting = time.perf_counter()
        else:
            self._collecting += time.perf_counter() - self._began_collecting

    def _tick(self) -> None:
        if self._over.is_set():
            return
        now, spent = time.perf_counter(), Spent.by_this_thread()
        if now - self._last > STALL:
            self.stalls.append(
                Stall(
                    self._last,
                    now,
                    Spent(spent.running - self._spent.running, spent.queued - self._spent.queued),
                    self._collecting - self._collected,
                    max(self._places, key=self._places.__getitem__, default="nothing that was seen"),
                )
            )
        self._last, self._spent, self._collected = now, spent, self._collecting
        self._places.clear()
        asyncio.get_running_loop().call_later(TICK, self._tick)


@contextmanager
def watched(on_loop: Callable[[Callable[[], None]], None]) -> Iterator[Watch]:
    """A watch over a loop while the block lasts; `on_loop` does something on the loop's thread."""
    watch = Watch()
    onlooker = threading.Thread(target=watch.look_on, daemon=True)
    gc.callbacks.append(watch.collects)
    try:
        on_loop(watch.begin)
        onlooker.start()
        try:
            yield watch
        finally:
            watch.end()
            onlooker.join()
    finally:
        gc.callbacks.remove(watch.collects)


def _place(frame: FrameType | None) -> str:
    """The innermost three of our own functions."""
    found: list[str] = []
    while frame is not None and len(found) < 3:
        path = Path(frame.f_code.co_filename)
        if "simulator" in path.parts:
            found.append(f"{path.stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back
    return " < ".join(found) or "the loop itself"
