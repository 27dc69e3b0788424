"""What falls due next, and the runs that came of it: two tables of the store."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from simulator.console.happening import START, Happening
from simulator.console.store import Store


class KeptRun(NamedTuple):
    """One run of one export. Moments are epoch seconds of story time; `value` is the console's own."""

    partner: str
    export: str
    number: int
    id: str  # as payloads spell it
    state: str  # the console's word
    started: float
    ends: float
    value: Mapping[str, Any]


_RUN = "partner, export, number, id, state, started, ends, value"


class Agenda:
    """Happenings in order of due, and runs in order of their start."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, happenings: Iterable[Happening]) -> None:
        """These will fall due, at whole milliseconds: moments are told no finer."""
        with self._store.transaction():
            self._store.connection.executemany(
                "INSERT INTO happening (due, partner, export, run, what) VALUES (?, ?, ?, ?, ?)",
                ((round(one.due, 3), *one[1:]) for one in happenings),
            )

    def due(self, until: float, limit: int) -> list[tuple[int, Happening]]:
        """What falls due by then, each with its place: the first come first."""
        query = (
            "SELECT place, due, partner, export, run, what FROM happening WHERE due <= ? ORDER BY due, place LIMIT ?"
        )
        return [(row[0], Happening(*row[1:])) for row in self._store.connection.execute(query, (until, limit))]

    def done(self, places: Iterable[int]) -> None:
        """These have happened."""
        with self._store.transaction():
            self._store.connection.executemany("DELETE FROM happening WHERE place = ?", ((one,) for one in places))

    def number_due(self, until: float) -> int:
        """How much falls due by then."""
        found = self._store.connection.execute("SELECT count(*) FROM happening WHERE due <= ?", (until,)).fetchone()
        return int(found[0])

    def next_due(self) -> float | None:
        """When anything falls due next."""
        found = self._store.connection.execute("SELECT min(due) FROM happening").fetchone()[0]
        return None if found is None else float(found)

    def next_start(self, partner: str, export: str) -> float | None:
        """When the next run of an export begins."""
        query = "SELECT min(due) FROM happening WHERE partner = ? AND export = ? AND what = ?"
        found = self._store.connection.execute(query, (partner, export, START)).fetchone()[0]
        return None if found is None else float(found)

    def cancel(self, partner: str, export: str, *, starts_only: bool = False) -> None:
        """Nothing of that export falls due any more; `starts_only`: what has begun goes on to its end."""
        query = "DELETE FROM happening WHERE partner = ? AND export = ? AND (what = ? OR NOT ?)"
        with self._store.transaction():
            self._store.connection.execute(query, (partner, export, START, starts_only))

    def keep_run(self, run: KeptRun) -> None:
        """Write a run down, new or in the place of the one of that number."""
        with self._store.transaction():
            self._store.connection.execute(
                f"INSERT INTO run ({_RUN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (our own names)
                " ON CONFLICT (partner, export, number) DO UPDATE SET id = excluded.id, state = excluded.state,"
                " started = excluded.started, ends = excluded.ends, value = excluded.value",
                (*run[:-1], orjson.dumps(run.value)),
            )

    def run(self, partner: str, export: str, number: int) -> KeptRun | None:
        """The run of that number."""
        return self._one("partner = ? AND export = ? AND number = ?", (partner, export, number))

    def run_of_id(self, partner: str, ident: str) -> KeptRun | None:
        """The first run whose payloads have that id."""
        return self._one("partner = ? AND id = ?", (partner, ident))

    def runs(
        self, partner: str, export: str = "", state: str = "", *, offset: int = 0, limit: int = -1
    ) -> tuple[int, list[KeptRun]]:
        """How many there are in all, and a page of them, the oldest first; "" is any."""
        where, values = "partner = ?", [partner]
        for column, value in (("export", export), ("state", state)):
            if value:
                where += f" AND {column} = ?"
                values.append(value)
        count = self._store.connection.execute(f"SELECT count(*) FROM run WHERE {where}", values)  # noqa: S608 (our own names)
        query = f"SELECT {_RUN} FROM run WHERE {where} ORDER BY place LIMIT ? OFFSET ?"  # noqa: S608 (our own names)
        rows = self._store.connection.execute(query, (*values, limit, offset)).fetchall()
        return int(count.fetchone()[0]), [_run(row) for row in rows]

    def _one(self, where: str, values: tuple[Any, ...]) -> KeptRun | None:
        query = f"SELECT {_RUN} FROM run WHERE {where} ORDER BY place LIMIT 1"  # noqa: S608 (our own names)
        found = self._store.connection.execute(query, values).fetchone()
        return _run(found) if found else None


def _run(row: tuple[Any, ...]) -> KeptRun:
    return KeptRun._make((*row[:-1], orjson.loads(row[-1])))
