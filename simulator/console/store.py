"""All that outlives the process, in one SQLite file: settings, things with a name, and what stands on them.

There is one connection, which locks the file for itself: another process is told so, and the write-ahead log is never
shared (two connections can corrupt it in SQLite before 3.51.3).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import orjson

from simulator.console.write_ahead import WriteAhead
from simulator.errors import StorageError

VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE thing (place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL);
CREATE UNIQUE INDEX thing_by_id ON thing (kind, id);
CREATE INDEX thing_by_place ON thing (kind, place);
CREATE TABLE happening (
  place INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, partner TEXT NOT NULL, export TEXT NOT NULL,
  run INTEGER NOT NULL, what TEXT NOT NULL
);
CREATE INDEX happening_by_due ON happening (due, place);
CREATE INDEX happening_by_export ON happening (partner, export, due);
CREATE TABLE run (
  place INTEGER PRIMARY KEY AUTOINCREMENT, partner TEXT NOT NULL, export TEXT NOT NULL, number INTEGER NOT NULL,
  id TEXT NOT NULL, state TEXT NOT NULL, started REAL NOT NULL, ends REAL NOT NULL, value BLOB NOT NULL
);
CREATE UNIQUE INDEX run_by_number ON run (partner, export, number);
CREATE INDEX run_by_id ON run (partner, id);
CREATE INDEX run_by_place ON run (partner, place);
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY AUTOINCREMENT, partner TEXT NOT NULL, export TEXT NOT NULL, run INTEGER NOT NULL,
  event TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, at REAL NOT NULL, due REAL NOT NULL, url TEXT NOT NULL,
  body BLOB NOT NULL, origin TEXT NOT NULL, again INTEGER NOT NULL, journal TEXT NOT NULL, outcome TEXT NOT NULL,
  answer INTEGER NOT NULL, acknowledged INTEGER NOT NULL, attempts INTEGER NOT NULL, late REAL NOT NULL,
  took REAL NOT NULL, detail TEXT NOT NULL, places BLOB NOT NULL
);
CREATE INDEX delivery_open ON delivery (number) WHERE outcome = '';
CREATE INDEX delivery_by_export ON delivery (partner, export, number);
"""


class Store:
    """One SQLite file, used by one thread of one process.

    Raises:
        StorageError: the file cannot be used: it is another program's, of another version, damaged, or in use.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._depth = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds credentials
            self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
            self._prepare()
            self._write_ahead = WriteAhead(self.connection, path.with_name(f"{path.name}-wal"))
        except sqlite3.Error as error:
            raise self._trouble(error) from error
        except OSError as error:
            raise StorageError(
                f"cannot use {path}: {error.strerror or error}", "name another folder with --state"
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._write_ahead.close()
        with suppress(sqlite3.Error):
            self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; inside another one it is a part of that.

        Raises:
            StorageError: it could not be written.
        """
        if self._depth:
            yield
            return
        self._depth += 1
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise
            self._write_ahead.committed()
        except sqlite3.Error as error:
            raise self._trouble(error) from error
        finally:
            self._depth -= 1

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting as JSON says it; `default` where there is none."""
        found = self.connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return orjson.loads(found[0]) if found else default

    def set(self, name: str, value: Any) -> None:
        """Keep a setting."""
        with self.transaction():
            self.connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, orjson.dumps(value)))

    def count_up(self, name: str) -> int:
        """The next number of a row that starts at 0; each is given out once."""
        with self.transaction():
            number = int(self.setting(f"count of {name}", 0))
            self.set(f"count of {name}", number + 1)
        return number

    def put(self, kind: str, ident: str, value: Any) -> None:
        """Keep a thing (a JSON value), new or in the place of the one of that id."""
        with self.transaction():
            self.connection.execute(
                "INSERT INTO thing (kind, id, value) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value",
                (kind, ident, orjson.dumps(value)),
            )

    def get(self, kind: str, ident: str) -> Any:
        """The thing of that id; None where there is none."""
        query = "SELECT value FROM thing WHERE kind = ? AND id = ?"
        found = self.connection.execute(query, (kind, ident)).fetchone()
        return orjson.loads(found[0]) if found else None

    def things(self, kind: str, *, offset: int = 0, limit: int = -1) -> list[tuple[str, Any]]:
        """Ids and values of a kind, the oldest first."""
        query = "SELECT id, value FROM thing WHERE kind = ? ORDER BY place LIMIT ? OFFSET ?"
        return [(ident, orjson.loads(value)) for ident, value in self.connection.execute(query, (kind, limit, offset))]

    def number_of(self, kind: str) -> int:
        """How many things of a kind there are."""
        return int(self.connection.execute("SELECT count(*) FROM thing WHERE kind = ?", (kind,)).fetchone()[0])

    def drop(self, kind: str, ident: str) -> bool:
        """Forget a thing; whether there was one."""
        with self.transaction():
            gone = self.connection.execute("DELETE FROM thing WHERE kind = ? AND id = ?", (kind, ident))
        return gone.rowcount > 0

    def empty(self) -> None:
        """Forget everything. Numbers of deliveries go on, so that none ever means two."""
        with self.transaction():
            for table in ("setting", "thing", "happening", "run", "delivery"):
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 (our own names)

    def _prepare(self) -> None:
        execute = self.connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        execute("BEGIN EXCLUSIVE")
        version = execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _TABLES.split(";\n"):
                execute(statement)
            execute(f"PRAGMA user_version = {VERSION}")
        elif version != VERSION:
            execute("ROLLBACK")
            self.connection.close()
            raise StorageError(
                f"{self.path} is of another version, or another program's", "name another folder with --state"
            )
        execute("COMMIT")

    def _trouble(self, error: sqlite3.Error) -> StorageError:
        if "locked" in str(error):
            return StorageError(
                f"{self.path} is in use by another process", "end that one, or name another folder with --state"
            )
        return StorageError(f"cannot use {self.path}: {error}", "free the disk, or name another folder with --state")
