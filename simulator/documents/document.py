"""A file that people write, held against its schema: its values, and the place of each in the text."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from simulator import shown
from simulator.documents.environment import Path, fill
from simulator.documents.reading import Place, read, text_of
from simulator.documents.schemas import Schema, schema
from simulator.errors import DocumentError, Mistake

_NOTHING_SHORT_OF: Final = frozenset(("", "~"))  # how an author writes "no value", also where text is wanted


class Document:
    """What a file says. Places are looked up only when a mistake is to be reported: reading stays fast."""

    def __init__(self, value: Any, source: str, text: str) -> None:
        self.value = value
        self.source = source
        self.text = text
        self.references: Mapping[Path, str] = {}
        """Places of values that came, wholly or in part, from the environment → the texts as the author wrote them."""

    def mistake(self, path: Sequence[str | int], message: str, remedy: str = "", *, key: bool = False) -> Mistake:
        """A mistake at the value that `path` leads to, or at its key; where the path ends early, at what is there."""
        from simulator.documents.explaining import spelled_path  # late: most files are right
        from simulator.documents.source_lines import source_line

        line, column = self.where(path, key=key)
        return Mistake(
            message=message,
            remedy=remedy,
            line=line,
            column=column,
            path=spelled_path(path),
            source_line=source_line(self._lines, line, column),
        )

    def written(self, path: Sequence[str | int]) -> str | None:
        """The author's own letters for an unquoted scalar; None for anything else."""
        place = self._place(path)
        return place[4] if place else None

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def _root(self) -> Place:
        root = read(self.text, self.source, places=True).root
        assert root is not None  # noqa: S101 - asked for
        return root

    def _place(self, path: Sequence[str | int]) -> Place | None:
        place = self._root
        for part in path:
            try:
                place = place[5][part]
            except (KeyError, IndexError, TypeError):
                return None
        return place

    def where(self, path: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value that `path` leads to, or of its key."""
        for length in range(len(path), -1, -1):
            if place := self._place(path[:length]):
                line, column = (
                    place[:2] if key or length < len(path) else place[2:4]
                )  # what lacks a key is shown by its own
                return line + 1, column + 1
        return 1, 1


def parse(data: bytes | str, source: str, name: str, *, env: Mapping[str, str] | None = None) -> Document:
    """Read YAML 1.2 or JSON and hold it against the schema `name`. With `env`, `${env:NAME}` is filled in first.

    Raises:
        DocumentError: every mistake in the file at once, in its order.
    """
    named = shown.line(source)
    text = text_of(data, named)
    reading = read(text, named)
    document = Document(reading.value, source, text)
    mistakes = list(reading.mistakes)
    if env is not None and "${" in text and isinstance(reading.value, dict):
        expansion = fill(reading.value, env)
        document.references = expansion.written
        mistakes += [document.mistake(path, *words) for path, words in expansion.wrong.items()]
    against = schema(name)
    if not against.accepts(document.value):
        _take_source_text(document, against)
        mistakes += _against_schema(document, against, {(one.line, one.column) for one in mistakes})
    if mistakes:
        raise DocumentError(named, mistakes)
    return document


def _take_source_text(document: Document, against: Schema) -> None:
    """Where text is wanted and a plain number, true or null was written: its letters in the file."""
    for error in list(against.fast_errors(document.value)):
        if error.kind.name == "type" and "string" in error.kind.as_dict()["types"] and error.instance_path:
            *above, last = error.instance_path
            letters = document.written(error.instance_path)
            if letters is not None and letters not in _NOTHING_SHORT_OF:
                into = document.value
                for part in above:
                    into = into[part]
                into[last] = letters


def _against_schema(document: Document, against: Schema, known: set[tuple[int, int]]) -> Iterator[Mistake]:
    """What the schema finds wrong, but for places where something is known to be wrong already."""
    if against.accepts(document.value):
        return
    from simulator.documents.explaining import explain

    for problem in explain(against.errors(document.value), against.content, frozenset(document.references)):
        mistake = document.mistake(problem.path, problem.message, problem.remedy, key=problem.key)
        if (mistake.line, mistake.column) not in known:
            yield mistake
