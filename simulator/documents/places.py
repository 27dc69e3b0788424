"""Where a value stands in a text, and what is wrong there."""

from typing import Any

import yaml

from simulator.errors import Mistake

Place = tuple[int, int, int, int, str | None, Any]
"""Line and column of the key and of the value, from 0; an unquoted scalar's own letters; the places inside.

In a list, and at the top, the key is where the value is. The places inside are a dict, a list, or None for a scalar.
"""


def place_of(key: Any, event: Any, inside: Any) -> Place:
    """The place of a value, by the events of its key and of itself, and the places inside."""
    there, here = key.start_mark, event.start_mark
    letters = event.value if inside is None and type(event) is yaml.ScalarEvent and not event.style else None
    return (there.line, there.column, here.line, here.column, letters, inside)


def mistake_at(lines: list[str], line: int, column: int, message: str, remedy: str) -> Mistake:
    """A mistake at a line and column from 1, with what that line says."""
    from simulator.documents.source_lines import source_line  # late: most files are right

    shown = source_line(lines, line, column)
    return Mistake(message=message, remedy=remedy, line=line, column=column, source_line=shown)
