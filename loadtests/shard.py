"""What one process of a load writes down: its journal, what it came to, and Locust's own statistics."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gevent import GreenletExit

from simulator.check import status_fits
from simulator.journal import JournalWriter
from simulator.load.orders import Planned
from simulator.model import Delivery, Exchange, Lateness, Outcome
from simulator.receiver import Receiver
from simulator.redaction import Scrub
from simulator.timeline.lives import Lives


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
        self._lates: list[float] = []
        self._now = now
        self._writer: JournalWriter | None = JournalWriter(path, header, Scrub(secrets))

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
        """What came of it; on the file with the next intent, at the latest."""
        if self._writer is None:
            return
        self.deliveries += 1
        self._reached = self._reached or exchange.outcome.reached
        self._lates.append(max(late - held, 0.0))
        self._writer.outcome(line, delivery, exchange, late=late, held=held, final=True)

    def flush(self) -> None:
        """Put on the file what waits."""
        if self._writer is not None:
            self._writer.flush()

    def close(self, *, complete: bool) -> None:
        """Write the footer; a second call does nothing."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close(
                self._now(),
                deliveries=self.deliveries,
                attempts=self.attempts,
                complete=complete,
                reached=self._reached,
                lateness=_lateness(self._lates),
            )


class Judge:
    """Says whether an answer is the one that a delivery should have."""

    def __init__(self, lives: Mapping[str, Lives], receiver: Receiver) -> None:
        self._accepted = {
            name: receiver.acknowledges or one.timeline.provider.acknowledged_by for name, one in lives.items()
        }

    def fault(self, delivery: Delivery, exchange: Exchange) -> str:
        """What is wrong with the answer; "" when nothing is.

        What is malformed or unauthorized is to be refused by an answer; all else is to be acknowledged. A fault on the
        wire may come to anything.
        """
        if delivery.script is not None:
            return ""
        if exchange.outcome is not Outcome.ANSWERED:
            return f"{exchange.outcome}: {exchange.detail}" if exchange.detail else str(exchange.outcome)
        acknowledged = status_fits(exchange.status, self._accepted[delivery.route.endpoint])
        if delivery.genuine:
            return "" if acknowledged else f"answered {exchange.status}"
        return f"acknowledged, though {delivery.step}" if acknowledged else ""


def by_endpoint(planned: Planned) -> dict[str, Lives]:
    """The lives of each partner."""
    return {one.lives.timeline.provider.name: one.lives for one in planned.loads}


def _lateness(lates: list[float]) -> Lateness:
    if not lates:
        return Lateness()
    ordered = sorted(lates)
    last = len(ordered) - 1
    return Lateness(p50=ordered[last // 2], p99=ordered[last * 99 // 100], max=ordered[last])
