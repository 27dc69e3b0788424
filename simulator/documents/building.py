"""Builds values from PyYAML's events, one after another; nothing here recurses with the depth of the text."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, NamedTuple

import yaml

from simulator import limits, shown
from simulator.documents.places import Place, mistake_at, place_of
from simulator.documents.scalars import plain
from simulator.documents.showing import quoted
from simulator.errors import DocumentError, Mistake

_MOST: Final = 100  # mistakes of one file that are told


class Reading(NamedTuple):
    """What a text says. `root` has the places when they were asked for; `mistakes` are those that did not stop it."""

    value: Any
    root: Place | None
    mistakes: tuple[Mistake, ...]


class Builder:
    """Builds what one text says, once.

    Raises:
        DocumentError: a mistake after which nothing more can be read, or more mistakes than are told.
    """

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
        """Take events until there is none left."""
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
                self._inside.append(place_of(event, event, inside))
            return
        key = self._key.value
        if key not in self._into:  # of two, which is a mistake, the first counts
            self._into[key] = value
            if self._places:
                self._inside[key] = place_of(self._key, event, inside)
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
        return mistake_at(self._lines, mark.line + 1, mark.column + 1, message, remedy)
