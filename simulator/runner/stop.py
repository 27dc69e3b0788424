"""Ctrl-C and SIGTERM as something a run can wait for, so that it ends in a report; other threads may ask for it too."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Stop:
    """Set once, by the first signal; `exit_code` is then 130 or 143, and 0 before. `times` counts them all.

    All of it belongs to the thread of the run's loop, `ask_from_elsewhere` to any.
    """

    def __init__(self) -> None:
        self.exit_code = self.times = 0
        self._listeners: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handing_over = threading.Lock()

    @property
    def asked(self) -> bool:
        """Whether the run is to end."""
        return self.exit_code != 0

    @property
    def signal_name(self) -> str:
        """The name of the signal that asked: SIGINT or SIGTERM; only when one did."""
        return signal.Signals(self.exit_code - 128).name

    def ask(self, number: int = signal.SIGINT) -> None:
        """End the run, as signal `number` would."""
        self.exit_code = self.exit_code or 128 + number
        self.times += 1
        for listener in self._listeners:
            listener()

    def ask_from_elsewhere(self, number: int = signal.SIGINT) -> None:
        """The same from any thread: before the run begins, while it goes on, or after its end, when it does nothing."""
        with self._handing_over:
            if self._loop is None:  # nobody listens yet
                self.ask(number)
                return
        with suppress(RuntimeError):  # the loop is closed: the run has ended
            self._loop.call_soon_threadsafe(self.ask, number)

    def belongs_here(self) -> None:
        """From now on whoever asks from elsewhere is heard on the running loop."""
        with self._handing_over:
            self._loop = asyncio.get_running_loop()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call it when the run is to end; at once, when that was asked already."""
        self._listeners.append(listener)
        if self.asked:
            listener()

    async def come(self) -> None:
        """Return when the run is to end."""
        asked = asyncio.Event()
        self.listen(asked.set)
        await asked.wait()


@contextmanager
def on_signals(stop: Stop) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM ask `stop` and do not end the process; off the main thread nothing changes."""
    loop = asyncio.get_running_loop()
    caught: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError, RuntimeError, NotImplementedError):
            before = signal.getsignal(number)
            loop.add_signal_handler(number, stop.ask, number)
            caught[number] = before
    try:
        yield
    finally:
        for number, before in caught.items():
            loop.remove_signal_handler(number)
            signal.signal(number, before)  # the loop would put the system's own handling in its place
