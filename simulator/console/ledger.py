"""The history of all that was sent: one row a delivery, and its attempts out of the journals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import orjson

from simulator.console.store import Store
from simulator.journal import attempt_at
from simulator.model import Attempt, Delivery
from simulator.redaction import url

Origin = Literal["schedule", "test", "resend"]


class Sent(NamedTuple):
    """One delivery and what came of it. `at` and `due` are epoch seconds of story time."""

    number: int
    partner: str
    export: str
    run: int
    event: str
    id: str
    status: str
    at: float
    due: float
    url: str  # without the values of its query
    origin: Origin
    again: int  # the delivery that it repeats; 0 for none
    journal: str  # the file's name
    outcome: str  # of the last attempt; "" while under way
    answer: int  # the HTTP status of the last answer; 0 for none
    acknowledged: bool
    attempts: int
    late: float  # real seconds by which the sender was late
    took: float  # real seconds of the last attempt
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter; what is None is any."""

    partner: str | None = None
    event: str | None = None
    export: str | None = None
    outcome: str | None = None
    acknowledged: bool | None = None


class Whole(NamedTuple):
    """A delivery with every attempt at it, as the journal has them: redacted."""

    sent: Sent
    attempts: tuple[Attempt, ...]


class Tried(NamedTuple):
    """What became of a delivery in one attempt; its lines begin at these bytes of the journal, below 0 for none."""

    number: int
    outcome: str  # "" while the partner goes on trying
    answer: int
    acknowledged: bool
    attempt: int  # 0 where none was made
    late: float
    took: float
    detail: str
    intent_at: int
    outcome_at: int


_COLUMNS: Final = ", ".join(Sent._fields)


class Ledger:
    """Deliveries in the order in which they fell due. `folder` is where the journals are."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def add(self, partner: str, delivery: Delivery, epoch: float, origin: Origin, again: int, journal: str) -> int:
        """A delivery that is to be made; gives its number. `epoch` is the moment that its own times count from."""
        with self._store.transaction():
            row = self._store.connection.execute(
                "INSERT INTO delivery (partner, export, run, event, id, status, at, due, url, body, origin, again,"
                " journal, outcome, answer, acknowledged, attempts, late, took, detail, places)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, 0, '', '[]')",
                (
                    partner,
                    delivery.export,
                    delivery.run,
                    delivery.event,
                    delivery.id,
                    delivery.status,
                    delivery.at + epoch,
                    delivery.due + epoch,
                    url(str(delivery.route.url)),
                    delivery.body,
                    origin,
                    again,
                    journal,
                ),
            )
        return int(row.lastrowid or 0)

    def tried(self, attempts: Iterable[Tried]) -> None:
        """Write down what became of them."""
        with self._store.transaction():
            self._store.connection.executemany(
                "UPDATE delivery SET outcome = ?, answer = ?, acknowledged = ?, attempts = ?, late = ?, took = ?,"
                " detail = ?, places = CASE WHEN EXISTS (SELECT 1 FROM json_each(places) WHERE value = ?)"
                " THEN places ELSE json_insert(places, '$[#]', ?, '$[#]', ?) END WHERE number = ?",
                (
                    (
                        one.outcome,
                        one.answer,
                        one.acknowledged,
                        one.attempt,
                        one.late,
                        one.took,
                        one.detail,
                        one.intent_at,
                        one.intent_at,
                        one.outcome_at,
                        one.number,
                    )
                    for one in attempts
                ),
            )

    def begin_again(self, number: int, journal: str) -> None:
        """It was never begun; what comes of it now is in that journal."""
        with self._store.transaction():
            self._store.connection.execute("UPDATE delivery SET journal = ? WHERE number = ?", (journal, number))

    def made_anew(self, number: int, delivery: Delivery) -> None:
        """It goes elsewhere, or says something else, than was written down."""
        with self._store.transaction():
            self._store.connection.execute(
                "UPDATE delivery SET id = ?, status = ?, body = ?, url = ? WHERE number = ?",
                (delivery.id, delivery.status, delivery.body, url(str(delivery.route.url)), number),
            )

    def withdraw(self, number: int) -> None:
        """It was never begun, and will not be."""
        with self._store.transaction():
            self._store.connection.execute("DELETE FROM delivery WHERE number = ?", (number,))

    def open(self) -> list[Sent]:
        """Those without an end."""
        return self._rows("WHERE outcome = '' ORDER BY number")

    def get(self, number: int) -> Sent | None:
        """The delivery of that number."""
        return next(iter(self._rows("WHERE number = ?", (number,))), None)

    def body(self, number: int) -> bytes:
        """The bytes of its body."""
        query = "SELECT body FROM delivery WHERE number = ?"
        return bytes(self._store.connection.execute(query, (number,)).fetchone()[0])

    def page(self, wanted: Wanted, offset: int, limit: int, *, newest: bool = False) -> tuple[int, list[Sent]]:
        """How many there are in all, and a page of them, the oldest first, or (`newest`) the newest."""
        pairs = [(name, value) for name in Wanted.__slots__ if (value := getattr(wanted, name)) is not None]
        where = "WHERE " + " AND ".join(f"{name} = ?" for name, _ in pairs) if pairs else ""
        values = [value for _, value in pairs]
        count = self._store.connection.execute(f"SELECT count(*) FROM delivery {where}", values)  # noqa: S608 (our own names)
        order = "ORDER BY number DESC" if newest else "ORDER BY number"
        rows = self._rows(f"{where} {order} LIMIT ? OFFSET ?", (*values, limit, offset))
        return int(count.fetchone()[0]), rows

    def totals(self) -> list[tuple[str, str, str, int, int]]:
        """Partner, event, outcome, how many deliveries, and how many attempts at them."""
        query = "SELECT partner, event, outcome, count(*), sum(attempts) FROM delivery GROUP BY 1, 2, 3"
        return [tuple(row) for row in self._store.connection.execute(query)]

    def whole(self, number: int) -> Whole | None:
        """A delivery with its attempts.

        Raises:
            StorageError: the journal is gone, or is not what was written.
        """
        sent = self.get(number)
        if sent is None:
            return None
        query = "SELECT places FROM delivery WHERE number = ?"
        places = orjson.loads(self._store.connection.execute(query, (number,)).fetchone()[0])
        pairs = zip(places[::2], places[1::2], strict=True)
        return Whole(sent, tuple(attempt_at(self._folder / sent.journal, *pair) for pair in pairs))

    def _rows(self, rest: str, values: Sequence[Any] = ()) -> list[Sent]:
        query = f"SELECT {_COLUMNS} FROM delivery {rest}"  # noqa: S608 (our own names)
        rows = map(Sent._make, self._store.connection.execute(query, values))
        return [row._replace(acknowledged=bool(row.acknowledged)) for row in rows]
