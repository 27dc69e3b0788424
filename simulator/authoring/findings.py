"""Collects the mistakes in one file that its schema cannot see, so that its author is told of all at once."""

from collections.abc import Sequence
from typing import Final

from simulator import shown
from simulator.documents import Document
from simulator.errors import DocumentError, Mistake

Path = Sequence[str | int]
_MOST: Final = 100  # mistakes of one file that are told


def all_of(errors: Sequence[DocumentError]) -> DocumentError:
    """The mistakes of several files as one error, file by file."""
    if len(errors) == 1:
        return errors[0]
    whole = DocumentError(errors[0].source, [one for error in errors for one in error.mistakes])
    whole.message = "\n".join(error.message for error in errors)
    return whole


class Findings:
    """The mistakes found so far in a document, the first hundred of them: nobody reads more at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._mistakes: list[Mistake] = []

    def add(self, path: Path, message: str, remedy: str = "", *, key: bool = False) -> None:
        """One more, at the value that `path` leads to, or at its key."""
        if len(self._mistakes) < _MOST:
            self._mistakes.append(self.document.mistake(path, message, remedy, key=key))

    def settle(self) -> None:
        """Return when there are none.

        Raises:
            DocumentError: there are some.
        """
        if self._mistakes:
            raise DocumentError(shown.line(self.document.source), self._mistakes)
