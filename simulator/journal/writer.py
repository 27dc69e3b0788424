"""Writes a journal: lines wait in memory until they are flushed, and are on the file from then on."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from simulator.errors import StorageError
from simulator.journal.entries import FORMAT, Scrub, intent_entry, observation_entry, outcome_entry
from simulator.model import Delivery, Exchange, Lateness, Observation
from simulator.redaction import everywhere

_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


class JournalWriter:
    """Writes one journal. Lines wait in memory until `flush`; nothing may be sent before its intent is flushed.

    `scrub` takes every text that a receiver or an author wrote and returns it without known secrets.

    Raises:
        StorageError: the file exists already, or cannot be written; at opening and at every flush. After a failed
            flush nothing more is written: what stands on the file stays a journal that ends early.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], scrub: Scrub) -> None:
        self.path = path
        self.line = 0
        self.size = 0  # bytes of all lines so far: where the next one begins
        self._scrub = scrub
        self._waiting: list[bytes] = []
        self._failed: StorageError | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _CLOEXEC, 0o600)
        except OSError as error:
            raise self._trouble(error) from error
        self._add({"kind": "header", "format": FORMAT, **everywhere(scrub, header)})
        self.flush()

    def intent(self, delivery: Delivery, attempt: int, wall: float) -> int:
        """An attempt is about to be made; gives the line's number."""
        return self._add(intent_entry(delivery, attempt, wall, self._scrub))

    def outcome(
        self, of: int, delivery: Delivery, exchange: Exchange, *, late: float, final: bool, held: float = 0.0
    ) -> int:
        """What came of the attempt whose intent is line `of`. `held`: how much of `late` is no fault of the sender."""
        return self._add(outcome_entry(of, delivery, exchange, late=late, final=final, scrub=self._scrub, held=held))

    def observation(self, seen: Observation) -> int:
        """The receiver's state was read; `seen.line` is not looked at, the line's number is given back."""
        return self._add(observation_entry(seen, self._scrub))

    def copied(self, line: bytes) -> int:
        """A whole line of another journal, its end included, as it is."""
        return self._put(line)

    def note(self, wall: float, what: str, detail: str = "") -> int:
        """Something a reader should know: `interrupted`, with the name of the signal."""
        return self._add({"kind": "note", "wall": round(wall, 6), "what": what, "detail": self._scrub(detail)})

    def close(
        self, wall: float, *, deliveries: int, attempts: int, complete: bool, reached: bool, lateness: Lateness
    ) -> None:
        """Write the footer and close the file; a second call does nothing, nor does one that follows a failed flush."""
        if self._file < 0:
            return
        if self._failed:
            os.close(self._file)
            self._file = -1
            return
        self._add(
            {
                "kind": "footer",
                "wall": round(wall, 6),
                "deliveries": deliveries,
                "attempts": attempts,
                "complete": complete,
                "reached": reached,
                "lateness": {"p50": lateness.p50, "p99": lateness.p99, "max": lateness.max},
            }
        )
        try:
            self.flush()
        finally:
            os.close(self._file)
            self._file = -1

    def flush(self) -> None:
        """Hand every waiting line to the operating system: from then on it outlives this process."""
        if self._failed:
            raise self._failed
        if not self._waiting:
            return
        rest = memoryview(b"".join(self._waiting))
        self._waiting.clear()
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            # The last line may be cut short on the file: one more after it would make the two of them unreadable.
            self._failed = self._trouble(error)
            raise self._failed from error

    def _add(self, entry: Mapping[str, Any]) -> int:
        try:
            encoded = orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # a lone surrogate, a number beyond 64 bits, something of Python's own
            encoded = orjson.dumps(_plain(entry), option=orjson.OPT_APPEND_NEWLINE)
        return self._put(encoded)

    def _put(self, encoded: bytes) -> int:
        self._waiting.append(encoded)
        self.size += len(encoded)
        self.line += 1
        return self.line

    def _trouble(self, error: OSError) -> StorageError:
        remedy = "name another folder with --journal (serve: --state)"
        if not isinstance(error, FileExistsError):
            remedy = f"free the disk, or {remedy}"
        return StorageError(f"cannot write the journal {self.path}: {error.strerror or error}", remedy)


def _plain(value: Any) -> Any:
    """A value as JSON can say it: what it cannot is written as Python would show it."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_plain(str(name)): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 2**63):
        return value
    return _plain(str(value))
