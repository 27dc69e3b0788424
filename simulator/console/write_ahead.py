"""Works the store's write-ahead log into its file, while nobody has to wait for the disk."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Final

COMMITS: Final = 1_000  # after so many the log is worked into the file: some 80 MB of it, at 1,000 deliveries a second
LOG_PAGES: Final = 65_536  # of 4 KiB: a log so long is worked into the file whoever waits for it
_sync = getattr(os, "fdatasync", os.fsync)  # not every system has the first


class WriteAhead:
    """The log of one connection. SQLite brings it to the disk before it works any of it into the file.

    On a busy disk that takes a second and more, and all that is to be sent would wait for it. So it is done beforehand,
    on a thread of its own: little is left that was written meanwhile. SQLite makes sure of everything even so.
    """

    def __init__(self, connection: sqlite3.Connection, log: Path) -> None:
        self._connection = connection
        self._log = log
        self._commits = 0
        self._syncing: Thread | None = None
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")

    def committed(self) -> None:
        """Call it after every commit."""
        self._commits += 1
        if self._syncing is not None:
            if not self._syncing.is_alive():
                self._syncing = None
                self._commits = 0
                with suppress(sqlite3.Error):  # all of it is in the log: next time, or when that gets too long
                    self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        elif self._commits >= COMMITS:
            self._syncing = Thread(target=self._to_disk, name="write-ahead log", daemon=True)
            self._syncing.start()

    def close(self) -> None:
        """Wait for the thread."""
        if self._syncing is not None:
            self._syncing.join()

    def _to_disk(self) -> None:
        with suppress(OSError), self._log.open("rb+") as log:  # SQLite does it again, and says what it meets
            _sync(log.fileno())
