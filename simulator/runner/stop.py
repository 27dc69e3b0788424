"""Ctrl-C and SIGTERM as something a run can wait for, so that it ends in a report."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Stop:
    """Set once, by the first signal; `exit_code` is then 130 or 143, and 0 before."""

    def __init__(self) -> None:
        self.exit_code = 0
        self._listeners: list[Callable[[], None]] = []

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
        for listener in self._listeners:
            listener()

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
