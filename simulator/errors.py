"""Every error partnersim raises on purpose, each with its exit code, its place and a way out.

    PartnersimError            70  a fault of ours, when nothing below fits
    ├── UsageError              2  the command line, a scenario or a receiver file is wrong; nothing was sent
    │   └── DocumentError       2  one or more mistakes in a file, each with line and column
    ├── NeverReached            3  no attempt got as far as the receiver
    └── StorageError            6  a journal, a report or the disk

A failed check is not an error: it is a `Verdict`. A refused connection is not an error: it is an outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class PartnersimError(Exception):
    """The root: `message` says what is wrong, `remedy` how to mend it (may be empty)."""

    exit_code = 70

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class UsageError(PartnersimError):
    """What was asked for cannot be done; nothing was sent."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong in a file: line and column count from 1, 0 when unknown; `path` is like `timeline.start.at`."""

    message: str
    remedy: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    source_line: str = ""


class DocumentError(UsageError):
    """A file that is not what it should be: all its mistakes at once, in file order."""

    def __init__(self, source: str, mistakes: Sequence[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(sorted(mistakes, key=lambda one: (one.line, one.column, one.message)))
        super().__init__("\n".join(self._paragraph(one) for one in self.mistakes))

    def _paragraph(self, mistake: Mistake) -> str:
        """`file:line:column: message`, the source line, a caret, the remedy."""
        place = ":".join(str(part) for part in (self.source, mistake.line, mistake.column) if part)
        lines = [f"{place}: {mistake.message}"]
        if mistake.source_line:
            lines += [f"    {mistake.source_line}", "    " + " " * max(mistake.column - 1, 0) + "^"]
        if mistake.remedy:
            lines.append(f"  {mistake.remedy}")
        return "\n".join(lines)


class NeverReached(PartnersimError):
    """No request got to the receiver."""

    exit_code = 3


class StorageError(PartnersimError):
    """A journal, a report or the disk could not be read or written; the message names the path."""

    exit_code = 6
