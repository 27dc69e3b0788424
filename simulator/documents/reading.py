"""Reads YAML 1.2 and JSON from PyYAML's stream of events: values, and where each stands.

Nothing is composed or constructed by PyYAML: its C loader crashes on deep nesting, knows YAML 1.1 only, and obeys tags.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, NamedTuple

import yaml

from simulator import limits, shown
from simulator.documents.scalars import plain
from simulator.documents.showing import quoted
from simulator.errors import DocumentError, Mistake

Place = tuple[int, int, int, int, str | None, Any]
"""Line and column of the key and of the value, from 0; an unquoted scalar's own letters; the places inside.

In a list, and at the top, the key is where the value is. The places inside are a dict, a list, or None for a scalar.
"""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST: Final = 100  # mistakes of one file that are told
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")


class Reading(NamedTuple):
    """What a text says. `root` has the places when they were asked for; `mistakes` are those that did not stop it."""

    value: Any
    root: Place | None
    mistakes: tuple[Mistake, ...]


def text_of(data: bytes | str, source: str) -> str:
    """The text of a file: UTF-8, without byte order mark, within `limits.DOCUMENT_BYTES`.

    Raises:
        DocumentError: it is not, or a character in it is none that YAML allows.
    """
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    if len(raw) > limits.DOCUMENT_BYTES:
        limit = f"{limits.DOCUMENT_BYTES // 1024 // 1024} MiB"
        raise DocumentError(source, [Mistake(message=f"the file is larger than {limit}", remedy="split it")])
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise DocumentError(source, [Mistake(message="the file is UTF-16", remedy="save it as UTF-8")])
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        if isinstance(data, str):
            text = data
        else:
            before = raw[: error.start].decode()
            message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
            raise _stopped(source, before + "�", len(before), message, "save the file as UTF-8") from None
    text = text.removeprefix("\ufeff")
    if bad := _UNREADABLE.search(text):
        name = f"U+{ord(bad[0]):04X}"
        remedy = f'inside double quotes it is written "\\u{ord(bad[0]):04X}"; elsewhere take it out'
        raise _stopped(source, text, bad.start(), f"the character {name} cannot stand in a file like this", remedy)
    return text


def read(text: str, source: str, *, places: bool = False) -> Reading:
    """Every value of a text that `text_of` let through.

    Raises:
        DocumentError: a mistake after which nothing more can be read.
    """
    loader = _LOADER(text)
    try:
        return _Reader(text, source, places=places).run(loader.get_event)
    except yaml.YAMLError as error:
        from simulator.documents.wording import syntax  # late: most files are right

        lines = text.splitlines()
        message, remedy, line, column = syntax(error, lines)
        raise DocumentError(source, [_mistake(lines, line, column, message, remedy)]) from None
    finally:
        loader.dispose()


class _Reader:
    """Builds values from events, one after another; nothing here recurses with the depth of the text."""

    def __init__(self, text: str, source: str, *, places: bool) -> None:
        self._text = text
        self._source = source
        self._places = places
        self._mistakes: list[Mistake] = []
        self._into: Any = []  # the container being filled; first a list that gets the whole document
        self._inside: Any = []  # the places of its content
        self._key: Any = None  # the event of a key whose value is still to come
        self._mapping = False  # whether `_into` is one
        self._stack: list[tuple[Any, Any]] = []
        self._anchors: dict[str, tuple[Any, Any]] = {}
        self._open_anchors: list[str | None] = []
        self._aliased = 0
        self._documents = 0

    def run(self, next_event: Callable[[], Any]) -> Reading:
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        handler_of = handlers.get
        while (event := next_event()) is not None:
            handler = handler_of(type(event))
            if handler is not None:
                handler(event)
        if not self._documents:
            return Reading(None, (0, 0, 0, 0, None, None) if self._places else None, ())
        root = self._inside[0] if self._places else None
        return Reading(self._into[0], root, tuple(self._mistakes))

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._tag(event)
        if self._mapping and self._key is None:
            self._take_key(event)
            return
        value: Any = event.value
        if event.implicit[0] and not event.style:
            try:
                value = plain(value)
            except ValueError as error:
                self._add(event, str(error), "put it in quotes if it is text")
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, None)
        self._put(value, event, None)

    def _start(self, event: Any) -> None:
        if event.tag is not None:
            self._tag(event)
        if self._mapping and self._key is None:
            raise self._stop(event, "a key is a list or a mapping here", "a key is one word or a text")
        if len(self._stack) >= limits.DOCUMENT_DEPTH:
            raise self._stop(event, f"nested deeper than {limits.DOCUMENT_DEPTH} levels", "no file needs so many")
        value: Any = {} if type(event) is yaml.MappingStartEvent else []
        inside: Any = type(value)() if self._places else None
        self._put(value, event, inside)
        self._stack.append((self._into, self._inside))
        self._open_anchors.append(event.anchor)
        self._into, self._inside, self._mapping = value, inside, type(value) is dict
        self._key = None

    def _end(self, event: Any) -> None:
        anchor = self._open_anchors.pop()
        if anchor is not None:
            self._anchors[anchor] = (self._into, self._inside)
        self._into, self._inside = self._stack.pop()
        self._mapping = type(self._into) is dict

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if self._mapping and self._key is None:
            raise self._stop(event, "an alias stands where a key should", "write the key out")
        if name in self._open_anchors:
            raise self._stop(event, f"{quoted('*' + name)} contains itself", "write the value out")
        if name not in self._anchors:
            near = f"no value before it is marked {quoted('&' + name)}"
            raise self._stop(event, f"{quoted('*' + name)} stands for nothing: {near}", "write the value out")
        value, inside = self._anchors[name]
        self._put(self._copy(value, len(self._stack), event), event, inside)

    def _copy(self, value: Any, depth: int, event: Any) -> Any:
        """A value of its own for an alias; recurses no deeper than `limits.DOCUMENT_DEPTH`."""
        self._aliased += 1
        if self._aliased > limits.ALIASED_NODES:
            raise self._stop(event, f"aliases add more than {limits.ALIASED_NODES:,} values", "write fewer of them")
        if not isinstance(value, dict | list):
            return value
        if depth >= limits.DOCUMENT_DEPTH:
            raise self._stop(event, f"nested deeper than {limits.DOCUMENT_DEPTH} levels", "no file needs so many")
        if isinstance(value, list):
            return [self._copy(one, depth + 1, event) for one in value]
        return {key: self._copy(one, depth + 1, event) for key, one in value.items()}

    def _put(self, value: Any, event: Any, inside: Any) -> None:
        if not self._mapping:
            self._into.append(value)
            if self._places:
                self._inside.append(_place(event, event, inside))
            return
        key = self._key.value
        if key not in self._into:  # of two, which is a mistake, the first counts
            self._into[key] = value
            if self._places:
                self._inside[key] = _place(self._key, event, inside)
        self._key = None

    def _take_key(self, event: Any) -> None:
        self._key = event
        key = event.value
        if key in self._into:
            self._add(event, f"{quoted(key)} stands here twice", "keep one of them")
        elif key == "<<" and not event.style:
            self._add(event, "`<<` merges mappings, which YAML 1.2 does not know", "write the keys out")
        elif not key and not event.style:
            self._add(event, "there is no key before the colon", "")

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._stop(event, "a second document begins here", "a file holds one: take out the line `---`")
        if event.version == (1, 1):
            self._add(event, "files are read as YAML 1.2, not 1.1", "take out the line %YAML")

    def _tag(self, event: Any) -> None:
        tag = shown.line(event.tag).replace("tag:yaml.org,2002:", "!!")
        remedy = "put the value in quotes instead" if tag == "!!str" else "write the plain value: tags are not obeyed"
        self._add(event, f"{quoted(tag)} is a tag", remedy)

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.splitlines()

    def _add(self, event: Any, message: str, remedy: str) -> None:
        self._mistakes.append(self._at(event, message, remedy))
        if len(self._mistakes) >= _MOST:
            raise DocumentError(self._source, self._mistakes)

    def _stop(self, event: Any, message: str, remedy: str) -> DocumentError:
        return DocumentError(self._source, [*self._mistakes, self._at(event, message, remedy)])

    def _at(self, event: Any, message: str, remedy: str) -> Mistake:
        mark = event.start_mark
        return _mistake(self._lines, mark.line + 1, mark.column + 1, message, remedy)


def _place(key: Any, event: Any, inside: Any) -> Place:
    there, here = key.start_mark, event.start_mark
    letters = event.value if inside is None and type(event) is yaml.ScalarEvent and not event.style else None
    return (there.line, there.column, here.line, here.column, letters, inside)


def _mistake(lines: list[str], line: int, column: int, message: str, remedy: str) -> Mistake:
    from simulator.documents.source_lines import source_line

    shown = source_line(lines, line, column)
    return Mistake(message=message, remedy=remedy, line=line, column=column, source_line=shown)


def _stopped(source: str, text: str, index: int, message: str, remedy: str) -> DocumentError:
    """A mistake at a character of the text."""
    before = text[:index].splitlines(keepends=True) or [""]
    if before[-1][-1:] in {"\n", "\r"}:
        before.append("")
    line, column = len(before), len(before[-1]) + 1
    return DocumentError(source, [_mistake(text.splitlines(), line, column, message, remedy)])
