"""Keeps notifications in SQLite: on the disk before anyone is told, each acted on once, in whatever order they come.

Nothing is ever overwritten. A notification is one row, the same one iff export, status and instant are the same; the
state of an export is *read* from its rows, as the latest of them in story order, so the order of arrival cannot matter.
What is done about an end is a row too, written in the same transaction as the notification: either both are there
or neither, and a repeat finds the first one there. What sends the mail or loads the file works off the table `effects`.
"""

import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from simulator.errors import StorageError
from simulator.sample.export import Export, Totals, runs_kept_apart
from simulator.sample.notification import EXPORT, Notification
from simulator.sample.times import instant

_VERSION = 1
_SCHEMA = """
CREATE TABLE exports (
    number INTEGER PRIMARY KEY, provider TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    UNIQUE (provider, kind, id));
CREATE TABLE notifications (
    number INTEGER PRIMARY KEY, export INTEGER NOT NULL REFERENCES exports, moment INTEGER NOT NULL,
    weight INTEGER NOT NULL, status TEXT NOT NULL, at TEXT, started TEXT, details TEXT NOT NULL, body BLOB NOT NULL,
    received TEXT NOT NULL, copies INTEGER NOT NULL DEFAULT 1,
    UNIQUE (export, moment, weight, status));
CREATE TABLE effects (
    number INTEGER PRIMARY KEY, export INTEGER NOT NULL REFERENCES exports,
    notification INTEGER NOT NULL UNIQUE REFERENCES notifications, acted TEXT NOT NULL);
CREATE INDEX effects_of_export ON effects (export);
"""
_UNKNOWN = 2**62  # an end of unknown time counts as the latest word, a start as the first: an end stays an end


@dataclass(slots=True)
class _Ticket:
    """One notification waiting for its commit; `outcome` is whether it was new, or why it could not be kept."""

    notification: Notification
    received: datetime
    outcome: bool | StorageError | None = field(default=None)


class Store:
    """One SQLite file, one connection, one lock; safe to use from any thread.

    The file is locked for this process: SQLite before 3.51.3 can damage a write-ahead log that two connections
    use. Whoever holds the lock commits for all who wait, so many at once cost one trip to the disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._waiting: deque[_Ticket] = deque()
        with self._trouble("open"):
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._db.execute(f"PRAGMA {setting}")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == 0 and not tables:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT")
        elif version != _VERSION:
            raise StorageError(
                f"{self._path} is a database of something else, or of another version", "name another file"
            )

    @contextmanager
    def _trouble(self, doing: str) -> Iterator[None]:
        """Say what the disk or SQLite said, with the path."""
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(
                f"cannot {doing} {self._path}: {error}",
                "see that its folder exists and can be written, and that no other process has the file open",
            ) from error

    def keep(self, notification: Notification, received: datetime) -> bool:
        """Whether it was new. When this returns, the notification and what follows from it are on the disk.

        Raises:
            StorageError: it could not be written; then nothing of it was.
        """
        ticket = _Ticket(notification, received)
        self._waiting.append(ticket)
        with self._lock:
            if ticket.outcome is None:  # else somebody committed it while this thread waited for the lock
                self._commit_waiting()
        assert ticket.outcome is not None  # noqa: S101 (for the type checker: who waits is committed or refused)
        if isinstance(ticket.outcome, StorageError):
            raise ticket.outcome
        return ticket.outcome

    def _commit_waiting(self) -> None:
        """Everyone who waits gets an outcome, whatever happens to this thread."""
        tickets = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            self._commit(tickets)
        finally:
            for ticket in tickets:
                if ticket.outcome is None:
                    ticket.outcome = StorageError(f"the writing of {self._path} was interrupted")

    def _commit(self, tickets: Sequence[_Ticket]) -> None:
        """All of them in one transaction; when that fails, each in one of its own."""
        try:
            with self._trouble("write"), self._transaction():
                outcomes = [self._write(ticket.notification, ticket.received) for ticket in tickets]
        except StorageError as error:
            if len(tickets) == 1:
                tickets[0].outcome = error
            else:
                for ticket in tickets:
                    self._commit([ticket])
        else:
            for ticket, outcome in zip(tickets, outcomes, strict=True):
                ticket.outcome = outcome

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _moment(self, one: Notification) -> int:
        """Where it stands in the story, and what tells it from others of its export and status."""
        return instant(one.at) if one.at else _UNKNOWN if one.ends else -_UNKNOWN

    def _write(self, one: Notification, received: datetime) -> bool:
        whose = (one.provider, one.kind, one.id)
        self._db.execute("INSERT OR IGNORE INTO exports (provider, kind, id) VALUES (?, ?, ?)", whose)
        (export,) = self._db.execute(
            "SELECT number FROM exports WHERE provider = ? AND kind = ? AND id = ?", whose
        ).fetchone()
        moment = self._moment(one)
        written = self._db.execute(
            "INSERT INTO notifications (export, moment, weight, status, at, started, details, body, received)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (export, moment, weight, status) DO NOTHING",
            (export, moment, one.weight, one.status, one.at and one.at.isoformat(),
             one.started and one.started.isoformat(), json.dumps(one.details), one.body, received.isoformat()),
        )  # fmt: skip
        if not written.rowcount:
            self._db.execute(
                "UPDATE notifications SET copies = copies + 1 WHERE export = ? AND moment = ? AND status = ?",
                (export, moment, one.status),
            )
        elif one.ends and one.kind == EXPORT:
            self._db.execute(
                "INSERT INTO effects (export, notification, acted) VALUES (?, ?, ?)",
                (export, written.lastrowid, received.isoformat()),
            )
        return bool(written.rowcount)

    def export(self, provider: str, id: str) -> Export | None:  # noqa: A002 (the partners' own word)
        """That export as its notifications tell it, or None when none came.

        Raises:
            StorageError: the file cannot be read.
        """
        with self._lock, self._trouble("read"):
            row = self._db.execute(
                "SELECT number, provider, kind, id FROM exports WHERE provider = ? AND kind = ? AND id = ?",
                (provider, EXPORT, id),
            ).fetchone()
            return self._told(*row) if row else None

    def exports(self, *, limit: int, before: int | None = None) -> list[Export]:
        """At most `limit` exports and other jobs, the last to turn up first; those before number `before`.

        Raises:
            StorageError: the file cannot be read.
        """
        with self._lock, self._trouble("read"):
            rows = self._db.execute(
                "SELECT number, provider, kind, id FROM exports WHERE number < ? ORDER BY number DESC LIMIT ?",
                (_UNKNOWN if before is None else before, limit),
            ).fetchall()
            return [self._told(*row) for row in rows]

    def _told(self, number: int, provider: str, kind: str, id: str) -> Export:  # noqa: A002 (the partners' own word)
        """An export from its rows; the caller holds the lock."""
        latest = (
            "SELECT status, at, started, details, received FROM notifications WHERE export = ? AND weight {}"
            " ORDER BY moment DESC, weight DESC, status DESC LIMIT 1"
        )
        status, at, created, details, received = self._db.execute(latest.format(">= 0"), (number,)).fetchone()
        start = self._db.execute(latest.format("= 0"), (number,)).fetchone()
        end = self._db.execute(latest.format("> 0"), (number,)).fetchone()
        weights = self._db.execute(
            "SELECT weight FROM notifications WHERE export = ? ORDER BY moment, weight", (number,)
        ).fetchall()
        (copies,) = self._db.execute("SELECT sum(copies) FROM notifications WHERE export = ?", (number,)).fetchone()
        (effects,) = self._db.execute("SELECT count(*) FROM effects WHERE export = ?", (number,)).fetchone()
        return Export(
            number=number, provider=provider, kind=kind, id=id, status=status, at=at,
            started=created or (start[1] if start else None), ended=end[1] if end else None,
            effects=effects, runs=runs_kept_apart(weight > 0 for (weight,) in weights),
            repeats=copies - len(weights), received=received, details=json.loads(details),
        )  # fmt: skip

    def totals(self) -> Totals:
        """How much there is in all.

        Raises:
            StorageError: the file cannot be read.
        """
        with self._lock, self._trouble("read"):
            return Totals(
                *self._db.execute(
                    "SELECT (SELECT count(*) FROM exports), count(*), coalesce(sum(copies), 0) - count(*),"
                    " (SELECT count(*) FROM effects) FROM notifications"
                ).fetchone()
            )

    def close(self) -> None:
        """Let go of the file. Whatever was kept is kept."""
        with self._lock:
            self._db.close()
