"""What one process of a load writes down: its journal, and what it came to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gevent
from gevent import GreenletExit

from simulator.journal import JournalWriter
from simulator.load.durations import Durations
from simulator.load.judging.merging import BEGAN
from simulator.model import Delivery, Exchange, Lateness
from simulator.redaction import Scrub

_SOON = 0.02  # seconds for which an outcome waits at most: who reads along times effects from there


class Shard:
    """The journal of one process. `now` gives seconds since the load began.

    Raises:
        StorageError: it cannot be written; at opening, and whenever something is to be sent.
    """

    def __init__(
        self, path: Path, header: Mapping[str, Any], secrets: tuple[str, ...], now: Callable[[], float]
    ) -> None:
        self.deliveries = self.attempts = 0
        self._reached = False
        self._lates = Durations()
        self._now = now
        self._writer: JournalWriter | None = JournalWriter(path, header, Scrub(secrets))

    def begins(self, moment: float) -> None:
        """The load begins at that moment, in epoch seconds of who says so.

        Raises:
            GreenletExit: the journal is closed, since the run is over.
        """
        if self._writer is None:
            raise GreenletExit
        self._writer.note(0.0, BEGAN, f"{moment:.6f}")
        self._writer.flush()

    def intent(self, delivery: Delivery) -> int:
        """It is about to be sent: on the file before anything leaves; gives the line's number.

        Raises:
            GreenletExit: the journal is closed, since the run is over: nothing is sent any more.
        """
        if self._writer is None:
            raise GreenletExit
        self.attempts += 1
        line = self._writer.intent(delivery, 1, self._now())
        self._writer.flush()
        return line

    def outcome(self, line: int, delivery: Delivery, exchange: Exchange, late: float, held: float) -> None:
        """What came of it; on the file with the next intent, or the next flush: see `keep_flushing`."""
        if self._writer is None:
            return
        self.deliveries += 1
        self._reached = self._reached or exchange.outcome.reached
        self._lates.add(late - held)
        self._writer.outcome(line, delivery, exchange, late=late, held=held, final=True)

    def keep_flushing(self, failed: Callable[[Exception], object]) -> None:
        """From now on put on the file what waits, also when nothing more is sent for a while, until it is closed.

        `failed` is told why that does not go on: what is not written down is not to be sent.
        """
        gevent.spawn(self._flush, failed)

    def _flush(self, failed: Callable[[Exception], object]) -> None:
        try:
            while self._writer is not None:
                self._writer.flush()
                gevent.sleep(_SOON)
        except Exception as error:  # noqa: BLE001 - only this greenlet would end
            failed(error)

    def close(self, *, complete: bool) -> None:
        """Write the footer; a second call does nothing."""
        writer, self._writer = self._writer, None
        if writer is not None:
            late = self._lates.spread
            writer.close(
                self._now(),
                deliveries=self.deliveries,
                attempts=self.attempts,
                complete=complete,
                reached=self._reached,
                lateness=Lateness(p50=late.p50, p99=late.p99, max=late.max),
            )
