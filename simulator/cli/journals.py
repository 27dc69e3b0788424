"""Journals that a command line names, read again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import orjson

from simulator.documents import schema
from simulator.errors import StorageError
from simulator.model import Report
from simulator.runner.judged import report_of

Made = TypeVar("Made")


def from_journals(paths: Sequence[str], make: Callable[[Report], Made]) -> Made:
    """What `make` makes of the journals' report.

    Raises:
        StorageError: one cannot be read, or a line in it is none of a journal.
    """
    try:
        return make(report_of(paths))
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError):
        # A line that is JSON but says what no journal says. Which one it is, is looked for only now: it takes a while.
        for path in paths:
            _look_through(Path(path))
        raise


def _look_through(path: Path) -> None:
    lines = schema("journal")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n") and not lines.accepts(orjson.loads(line)):
                raise StorageError(
                    f"{path}: line {number} is no journal entry", "see: partnersim schema journal; nothing mends it"
                )
