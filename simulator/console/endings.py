"""What became of deliveries, kept for a moment: many ends are written into history together."""

import asyncio
from collections.abc import Callable
from typing import Final

from simulator.console.ledger import Ledger, Sent, Tried

_WRITTEN_TOGETHER: Final = 0.02  # seconds within which ends of deliveries are written into history at once


class Endings:
    """On their way into history; the journals have each of them already.

    `ended` hears of deliveries that came to their end once they are written, `trouble` of what could not be.
    """

    def __init__(self, ledger: Ledger, ended: Callable[[Sent], None], trouble: Callable[[Exception], None]) -> None:
        self._ledger = ledger
        self._ended = ended
        self._trouble = trouble
        self._kept: list[Tried] = []
        self._writing: asyncio.TimerHandle | None = None

    def add(self, tried: Tried) -> None:
        """One attempt's end."""
        self._kept.append(tried)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().call_later(_WRITTEN_TOGETHER, self._write_or_trouble)

    def write(self) -> None:
        """All of them go into history now.

        Raises:
            StorageError: it could not be written.
        """
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        written, self._kept = self._kept, []
        if written:
            self._ledger.tried(written)
        for one in written:
            sent = self._ledger.get(one.number)
            if sent is not None and sent.outcome:
                self._ended(sent)

    def _write_or_trouble(self) -> None:
        try:
            self.write()
        except Exception as error:  # noqa: BLE001 (the loop calls this: whatever it is, everybody who asks is told)
            self._trouble(error)
