"""The history of what was sent, through the API: looked through, waited for, sent again."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from simulator.client.connection import PAGE, Connection
from simulator.client.records.deliveries import Delivery, WholeDelivery
from simulator.client.saying import given, part
from simulator.client.story_clock import StoryClock
from simulator.client.waiting import wait_for

_DELIVERIES: Final = "/control/deliveries"


class History:
    """The part of a client that knows what was sent. All methods raise what `Connection.ask` does."""

    clock: StoryClock
    _connection: Connection

    def deliveries(
        self,
        *,
        partner: str | None = None,
        event: str | None = None,
        export: str | None = None,
        outcome: str | None = None,
        acknowledged: bool | None = None,
        newest: bool = False,
    ) -> Iterator[Delivery]:
        """What was sent, the oldest first, or (`newest`) the newest; what is None is any.

        `export` is the id of an export, a definition's `export`, or `webhook NAME` for its tests. Of the newest, one
        may come twice when others are sent while the list is read.

        Raises:
            Problem: 422, when there is no such event, outcome or export.
        """
        query = {"partner": partner, "event": event, "export": export, "outcome": outcome}
        order = "newest" if newest else None
        return self._connection.pages(
            Delivery, _DELIVERIES, query={**query, "acknowledged": acknowledged, "order": order}
        )

    def delivery(self, number: int) -> WholeDelivery:
        """One delivery with every attempt at it."""
        return self._connection.read(WholeDelivery, "GET", f"{_DELIVERIES}/{part(number)}")

    def last_number(self) -> int:
        """The number of the latest delivery, 0 before the first: for `wait_for_delivery(after=…)`."""
        _, latest = self._connection.page(Delivery, _DELIVERIES, query={"order": "newest"}, limit=1)
        return latest[0].number if latest else 0

    def resend(self, number: int, *, fresh: bool = False) -> Delivery:
        """Send a delivery again: the same bytes, or, `fresh`, with an id and times that nobody has had."""
        return self._connection.read(Delivery, "POST", f"{_DELIVERIES}/{part(number)}/resend", body=given(fresh=fresh))

    def wait_for_delivery(
        self,
        *,
        after: int = 0,
        timeout: float = 10.0,
        pause: float = 0.1,
        partner: str | None = None,
        event: str | None = None,
        export: str | None = None,
        outcome: str | None = None,
        acknowledged: bool | None = None,
    ) -> Delivery:
        """The first delivery with a number above `after` that fits, once it is known what came of it.

        The history is looked at every `pause` real seconds.

        Raises:
            NotInTime: there was none within `timeout` real seconds.
        """
        wanted = {
            "partner": partner,
            "event": event,
            "export": export,
            "outcome": outcome,
            "acknowledged": acknowledged,
        }
        query = {name: value for name, value in wanted.items() if value is not None}

        def look() -> Delivery | None:
            return next((one for one in self._later(query, after) if one.ended), None)

        def seen() -> str:
            number, clock = self.last_number(), self.clock.read()
            latest = f"the latest is number {number}" if number else "nothing was sent yet"
            due = f"next due {clock.next_due.isoformat()}" if clock.next_due else "nothing falls due"
            return f"{latest}; the clock {'is held' if clock.held else 'stands'} at {clock.now.isoformat()}, {due}"

        told = ", ".join(f"{name} {value}" for name, value in query.items())
        what = f"no delivery after number {after}{f' with {told}' if told else ''} came"
        return wait_for(what, look, seen, timeout=timeout, pause=pause)

    def _later(self, query: Mapping[str, Any], after: int) -> Iterator[Delivery]:
        """The deliveries above a number, the oldest first: read from the end of the history, which may be long."""
        if not after:
            yield from self._connection.pages(Delivery, _DELIVERIES, query=query)
            return
        offset, _ = self._connection.page(Delivery, _DELIVERIES, query=query, limit=1)
        found: list[Delivery] = []
        while offset and not (found and found[0].number <= after):
            limit = min(offset, PAGE)
            offset -= limit
            _, items = self._connection.page(Delivery, _DELIVERIES, query=query, offset=offset, limit=limit)
            found = items + found
        yield from (one for one in found if one.number > after)
