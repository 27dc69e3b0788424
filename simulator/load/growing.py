"""A journal that somebody else is writing, in pieces: whole lines, each piece where the last ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

MOST: Final = 1 << 20
"""Bytes of a piece; only a single line may make it longer."""


def piece(journal: Path, offset: int) -> bytes:
    """What follows that offset, in whole lines; b"" when nothing whole does, or there is no such file yet."""
    try:
        with journal.open("rb") as file:
            file.seek(offset)
            data = file.read(MOST)
            if b"\n" not in data:
                data += file.readline()
    except FileNotFoundError:
        return b""
    return data[: data.rfind(b"\n") + 1]


@dataclass
class Tail:
    """A shard that somebody else is writing."""

    path: Path
    open: dict[int, Mapping[str, Any]] = field(default_factory=dict)  # intents by line that may be followed
    _told: int = 0  # bytes
    _line: int = 0

    def entries(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """What was added since the last look, by lines."""
        while data := piece(self.path, self._told):
            self._told += len(data)
            for told in data.splitlines():
                self._line += 1
                yield self._line, orjson.loads(told)
