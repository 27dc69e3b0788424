"""Reads a journal: its header, its entries in order of the file, its footer."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import orjson

from simulator.errors import StorageError
from simulator.journal.entries import DID_NOT_COME_BACK, FORMAT, attempt_of, observation_of
from simulator.model import Attempt, Observation

_FOOTER_BYTES = 4096  # more than any footer has
_KEPT_IN_MEMORY = 40_000  # lines; a longer journal is read again by each check instead


class Journal:
    """A journal on disk, read as often as anybody likes; `attempts` and `observations` are in order of the file.

    Raises:
        StorageError: it cannot be read, or is no journal; with path and line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut_short = False  # whether the last line read was incomplete
        first = next(self._lines(), None)
        if first is None or first[1].get("kind") != "header" or first[1].get("format") != FORMAT:
            raise StorageError(
                f"{path} is no journal of this version", f"its first line is to be a header of format {FORMAT}"
            )
        self.header = first[1]

    @classmethod
    def open(cls, path: str | Path) -> Self:
        return cls(Path(path))

    @cached_property
    def footer(self) -> Mapping[str, Any] | None:
        """The last line, where the run came to its end; None where it was killed. Reads the end of the file alone."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - _FOOTER_BYTES, 0))
                tail = file.read()
            last = orjson.loads(tail[:-1].rpartition(b"\n")[2]) if tail.endswith(b"\n") else None
        except OSError as error:
            raise StorageError(f"cannot read the journal {self.path}: {error.strerror or error}") from error
        except ValueError:
            return None
        return last if isinstance(last, dict) and last.get("kind") == "footer" else None

    @property
    def complete(self) -> bool:
        """Whether all that was planned was played."""
        return self.footer is not None and bool(self.footer["complete"])

    def attempts(self) -> Iterator[Attempt]:
        """Every attempt, in the order their outcomes became known; those in doubt last."""
        open_intents: dict[int, Mapping[str, Any]] = {}
        for line, entry in self._entries():
            if entry["kind"] == "intent":
                open_intents[line] = entry
            elif entry["kind"] == "outcome":
                with self._reading(line):
                    intent = open_intents.pop(entry["of"])
                    attempt = attempt_of(entry["of"], intent, line, entry)
                yield attempt
        for line, intent in open_intents.items():
            with self._reading(line):
                attempt = attempt_of(line, intent, line, None)
            yield attempt

    def observations(self) -> Iterator[Observation]:
        """Every reading of the receiver's state."""
        for line, entry in self._entries():
            if entry["kind"] == "observation":
                with self._reading(line):
                    seen = observation_of(line, entry)
                yield seen

    def notes(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Line number and entry of every note."""
        return ((line, entry) for line, entry in self._entries() if entry["kind"] == "note")

    @cached_property
    def lost(self) -> str:
        """Why the receiver, killed by the scenario, did not come back; "" when it was not, or did."""
        return next((entry["detail"] for _, entry in self.notes() if entry["what"] == DID_NOT_COME_BACK), "")

    @contextmanager
    def _reading(self, line: int) -> Iterator[None]:
        """Says where, when an entry is not what it should be."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StorageError(f"{self.path}: line {line} is no journal entry: {error!r}") from error

    def _entries(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        return iter(self._short) if self._short is not None else self._lines()

    @cached_property
    def _short(self) -> list[tuple[int, Mapping[str, Any]]] | None:
        """All entries, when they are few enough to keep."""
        kept = []
        for entry in self._lines():
            kept.append(entry)
            if len(kept) > _KEPT_IN_MEMORY:
                return None
        return kept

    def _lines(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        number = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if not line.endswith(b"\n"):
                        self.cut_short = True
                        return
                    entry = orjson.loads(line)
                    if not isinstance(entry, dict) or "kind" not in entry:
                        raise ValueError("not an entry")
                    yield number, entry
        except OSError as error:
            raise StorageError(f"cannot read the journal {self.path}: {error.strerror or error}") from error
        except ValueError as error:
            raise StorageError(f"{self.path}: line {number} is no journal entry: {error}") from error


def attempt_at(path: Path, intent: int, outcome: int) -> Attempt:
    """The attempt whose lines begin at these bytes of a journal; its line numbers are not known, and 0.

    An `outcome` below 0 is none: the attempt is in doubt.

    Raises:
        StorageError: the journal cannot be read, or has something else there.
    """
    try:
        with path.open("rb") as file:
            file.seek(intent)
            begun = orjson.loads(file.readline())
            file.seek(max(outcome, 0))
            ended = orjson.loads(file.readline()) if outcome >= 0 else None
        return attempt_of(0, begun, 0, ended)
    except OSError as error:
        raise StorageError(f"cannot read the journal {path}: {error.strerror or error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(f"{path} has no attempt at byte {intent}: {error!r}", "it was changed since") from error
