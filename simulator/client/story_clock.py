"""The clock that exports run by, through the API."""

from typing import Any, Final

from simulator.client.connection import Connection
from simulator.client.records.service import Advanced, ClockReading
from simulator.client.saying import Moment, Span, given
from simulator.errors import UsageError

ADVANCING: Final = 600.0  # seconds that a move of the clock may take: all that falls due on the way is sent


class StoryClock:
    """The clock that exports run by."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self) -> ClockReading:
        """Where it stands, and when anything falls due next."""
        return self._connection.read(ClockReading, "GET", "/control/clock")

    def hold(self) -> ClockReading:
        """Stop it: from now on only `advance` moves it."""
        return self._set(held=True)

    def release(self) -> ClockReading:
        """Let it go on, at its scale."""
        return self._set(held=False)

    def set_scale(self, scale: float | str) -> ClockReading:
        """How many story seconds pass in a real one: a number, or `60x`, `1h=1s`, `real`."""
        return self._set(scale=scale)

    def advance(self, by: Span | None = None, *, to: Moment | None = None, timeout: float = ADVANCING) -> Advanced:
        """Move it by a span of story time, or to a moment, and send all that falls due on the way, in order.

        Returns when all of it was sent and answered, which may take `timeout` real seconds.

        Raises:
            Problem: 409 while another move is under way, 422 when `to` lies before now.
        """
        if (by is None) == (to is None):
            raise UsageError("advance takes either a span or `to`", 'as in advance("3d")')
        return self._connection.read(
            Advanced, "POST", "/control/clock/advance", body=given(by=by, to=to), timeout=timeout
        )

    def _set(self, **members: Any) -> ClockReading:
        return self._connection.read(ClockReading, "PATCH", "/control/clock", body=given(**members))
