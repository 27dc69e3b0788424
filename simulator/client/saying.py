"""What a caller says, as the API wants it written."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final
from urllib.parse import quote

from simulator.client.records.clevertap import Basic, OAuth2
from simulator.errors import UsageError

Span = str | float | timedelta
"""A duration: `9m20s`, a number of seconds, or a timedelta."""

Moment = str | datetime
"""ISO 8601 with an offset, or a datetime that has one."""


class Keep(Enum):
    """What stands for "leave it as it is", where None means something."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def given(**members: Any) -> dict[str, Any]:
    """A JSON object of what is not None: spans become seconds, moments ISO 8601, records objects.

    Raises:
        UsageError: a moment without an offset is among them.
    """
    return {name: _spelled(name, value) for name, value in members.items() if value is not None}


def changed(**members: Any) -> dict[str, Any]:
    """A JSON object of what is not to be kept; None stays, and empties."""
    return {name: _spelled(name, value) for name, value in members.items() if value is not KEEP}


def part(name: str | int) -> str:
    """A name as one part of a path: what is no letter, digit, `-`, `.`, `_` or `~` is percent-encoded.

    Raises:
        UsageError: it would be another path.
    """
    if name in {"", ".", ".."}:
        raise UsageError(f"{name!r} is no name or id", "take it from what the service answered")
    return quote(str(name), safe="")


def _spelled(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"{name}: {value} does not say of which place on earth it speaks", "give it a tzinfo: UTC")
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Basic | OAuth2):
        return {"type": "basic" if isinstance(value, Basic) else "oauth2", **_members(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return _members(value)
    if isinstance(value, Mapping):
        return {str(key): _spelled(name, one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    return [_spelled(name, one) for one in value] if isinstance(value, list | tuple | range) else value


def _members(value: Any) -> dict[str, Any]:
    return given(**{one.name: getattr(value, one.name) for one in fields(value)})
