"""Reads YAML 1.2 and JSON from PyYAML's stream of events: values, and where each stands.

Nothing is composed or constructed by PyYAML: its C loader crashes on deep nesting, knows YAML 1.1 only, and obeys tags.
"""

import json
import re
from typing import Any, Final

import yaml

from simulator import limits
from simulator.documents.building import Builder, Reading
from simulator.documents.places import Place, mistake_at
from simulator.errors import DocumentError, Mistake

__all__ = ["Place", "Reading", "read", "text_of"]

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")
# two escapes of one character; before them, backslashes that escape each other
_TWO_ESCAPES: Final = re.compile(r"((?<!\\)(?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


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
        return Builder(text, source, places=places).run(loader.get_event)
    except yaml.YAMLError as error:
        if (whole := _with_whole_escapes(text)) != text:
            return read(whole, source, places=places)
        from simulator.documents.wording import syntax  # late: most files are right

        lines = text.splitlines()
        message, remedy, line, column = syntax(error, lines)
        raise DocumentError(source, [mistake_at(lines, line, column, message, remedy)]) from None
    finally:
        loader.dispose()


def _with_whole_escapes(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes, which YAML does not know: the text with one in their place.

    Any other text is left as it is.
    """
    if not text.lstrip().startswith(("{", "[")) or not _TWO_ESCAPES.search(text):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _TWO_ESCAPES.sub(lambda found: found[1] + "\\U" + f"{ord(_joined(found)):08x}", text)


def _joined(found: re.Match[str]) -> str:
    halves = bytes.fromhex(found[2]) + bytes.fromhex(found[3])
    return halves.decode("utf-16-be")


def _stopped(source: str, text: str, index: int, message: str, remedy: str) -> DocumentError:
    """A mistake at a character of the text."""
    before = text[:index].splitlines(keepends=True) or [""]
    if before[-1][-1:] in {"\n", "\r"}:
        before.append("")
    line, column = len(before), len(before[-1]) + 1
    return DocumentError(source, [mistake_at(text.splitlines(), line, column, message, remedy)])
