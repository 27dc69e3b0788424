"""Reads JSON into records: strict about a member that is missing or of another kind, blind to those added later."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from simulator.client.problem import Unreadable

Record = TypeVar("Record")

_REMEDY: Final = "the service is of another version than this client, or is not partnersim: compare both versions"
_WORDS: Final[Mapping[Any, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    datetime: "a moment such as 2026-01-05T00:00:00Z",
    bytes: "a text, or base64",
}


def record(kind: type[Record], value: Any, source: str, place: str = "") -> Record:
    """A frozen dataclass of the members of a JSON object that have its fields' names.

    A field with a default may be missing. A field of bytes is read from the member of its name, or from that name with
    `_base64` behind it. `source` says whose answer it is, for errors.

    Raises:
        Unreadable: a member is missing or of another kind; names it and the source.
    """
    if not isinstance(value, dict):
        raise _odd(source, place, "an object")
    members: dict[str, Any] = {}
    for name, hint, needed in _fields(kind):  # type: ignore[arg-type]  # a class is hashable
        if hint is bytes and f"{name}_base64" in value:
            members[name] = _bytes(value[f"{name}_base64"], source, f"{place}/{name}_base64")
        elif name in value:
            members[name] = _value(hint, value[name], source, f"{place}/{name}")
        elif needed:
            raise Unreadable(f"{source} answered without the member {place}/{name}", _REMEDY)
    return kind(**members)


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Name, type, and whether it must be there, of each field of a record."""
    hints = get_type_hints(kind)
    return tuple(
        (one.name, hints[one.name], one.default is MISSING and one.default_factory is MISSING) for one in fields(kind)
    )


def _value(hint: Any, value: Any, source: str, place: str) -> Any:
    if get_origin(hint) is UnionType:
        kinds = get_args(hint)
        if value is None and NoneType in kinds:
            return None
        hint = next((one for one in kinds if one is type(value)), kinds[0])
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _odd(source, place, "a list")
        return tuple(_value(get_args(hint)[0], one, source, f"{place}/{at}") for at, one in enumerate(value))
    if get_origin(hint) is not None:  # Mapping[str, X]
        if not isinstance(value, dict):
            raise _odd(source, place, "an object")
        return {name: _value(get_args(hint)[1], one, source, f"{place}/{name}") for name, one in value.items()}
    return _single(hint, value, source, place)


def _single(hint: Any, value: Any, source: str, place: str) -> Any:
    """A value that is no list and no map."""
    if hint is Any:
        return value
    if isinstance(hint, type) and is_dataclass(hint):
        return record(hint, value, source, place)
    if hint is datetime:
        return _moment(value, source, place)
    if hint is bytes and isinstance(value, str):
        return value.encode(errors="surrogatepass")
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if type(value) is hint:  # not isinstance: true is no number
        return value
    raise _odd(source, place, _WORDS[hint])


def _moment(value: Any, source: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _odd(source, place, _WORDS[datetime])
    return moment


def _bytes(value: Any, source: str, place: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _odd(source, place, "base64") from None


def _odd(source: str, place: str, wanted: str) -> Unreadable:
    what = f"the member {place}" if place else "the answer"
    return Unreadable(f"{source}: {what} is not {wanted}", _REMEDY)
