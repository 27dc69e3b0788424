"""Bodies to notifications: strict about what says which export and how it fares, calm about everything else.

Asked for: an id, a status the partner is known to use, and a readable time where there is one. Not asked for: names,
counts and other descriptions; but one that is there must have its documented type. Keys nobody knows are let be.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from simulator.sample.notification import EXPORT, Notification, Refused
from simulator.sample.strict_json import decode, shown
from simulator.sample.times import day_first, instant, iso

Fields = Mapping[str, Any]

_LONGEST_ID = 200
_CLEVERTAP_STATUS = {"Initiated": 0, "Completed": 1}
# RUNNING is a word of ReachFive's job model and no end; FAILED and FAILURE are both in use for the same thing.
_REACHFIVE_STATUS = {"RUNNING": 0, "SUCCESS": 1, "FAILED": 2, "FAILURE": 2}


def clevertap(body: bytes, zone: tzinfo) -> Notification | None:
    """A status alert of CleverTap, or None for the body with which its console tests a new webhook.

    Raises:
        Refused: 400 for what is no JSON object, 422 for one that is no status alert.
    """
    fields = _fields(body)
    if fields.get("is_test") is True and "Export Request Id" not in fields:
        return None
    status = _status(fields, "Status", _CLEVERTAP_STATUS)
    ends = _CLEVERTAP_STATUS[status] > 0
    return Notification(
        provider="clevertap",
        # A number in every documented sample. Text is taken too: nothing promises that it stays a number.
        id=_id(fields, "Export Request Id", (int, str)),
        status=status,
        weight=_CLEVERTAP_STATUS[status],
        # In an hour that comes twice an end is taken for the later: it must not seem to come before its own start.
        at=_time(fields, "Date and Time", lambda text: day_first(text, zone, later=ends)),
        details=_details(fields, {"Partner": "partner", "Type": "type", "Frequency": "frequency"}, {}),
        body=body,
    )


def reachfive(body: bytes) -> Notification:
    """A job report of ReachFive. One about another job than an export has that as its `kind`.

    Raises:
        Refused: 400 for what is no JSON object, 422 for one that is no job report.
    """
    fields = _fields(body)
    status = _status(fields, "status", _REACHFIVE_STATUS)
    counts = ("total_succeeded", "total_failed", "total_operations")
    return Notification(
        provider="reachfive",
        kind=_text(fields, "type") or EXPORT,
        id=_id(fields, "id", (str,)),
        status=status,
        weight=_REACHFIVE_STATUS[status],
        at=_time(fields, "updated_at", iso),
        started=_time(fields, "created_at", iso),
        details=_details(
            fields, {"definition_name": "name", "definition_id": "definition_id"}, {name: name for name in counts}
        ),
        body=body,
    )


def _fields(body: bytes) -> Fields:
    value = decode(body)
    if not isinstance(value, dict):
        kind = {list: "an array", str: "a string", type(None): "null", bool: "a boolean"}.get(type(value), "a number")
        raise Refused(400, f"the body is {kind}; a notification is a JSON object")
    return value


def _id(fields: Fields, key: str, types: tuple[type, ...]) -> str:
    value = fields.get(key)
    if type(value) not in types:
        wanted = " or ".join({int: "a whole number", str: "text"}[one] for one in types)
        raise Refused(422, f"{shown(key)} is {_found(fields, key)}; it must be {wanted}")
    text = _storable(str(value), key)
    if not text.strip() or len(text) > _LONGEST_ID:
        raise Refused(422, f"{shown(key)} must have 1 to {_LONGEST_ID} characters")
    return text


def _status(fields: Fields, key: str, known: Mapping[str, int]) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or value not in known:
        raise Refused(422, f"{shown(key)} is {_found(fields, key)}; known are {', '.join(known)}")
    return value


def _time(fields: Fields, key: str, read: Callable[[str], datetime]) -> datetime | None:
    text = _text(fields, key)
    if text is None:
        return None
    try:
        moment = read(text)
        instant(moment)  # a time at the edge of the calendar may have none
    except (ValueError, OverflowError) as error:
        raise Refused(422, f"{shown(key)} is {shown(text)}: {error}") from None
    return moment


def _details(fields: Fields, texts: Mapping[str, str], counts: Mapping[str, str]) -> dict[str, str | int]:
    """Our name → value of each description that is there."""
    found = {ours: _text(fields, key) for key, ours in texts.items()} | {
        ours: _count(fields, key) for key, ours in counts.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def _text(fields: Fields, key: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused(422, f"{shown(key)} is {_found(fields, key)}; it must be text")
    return _storable(value, key)


def _count(fields: Fields, key: str) -> int | None:
    value = fields.get(key)
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise Refused(422, f"{shown(key)} is {_found(fields, key)}; it must be a whole number, 0 or more")
    return value


def _storable(text: str, key: str) -> str:
    """JSON can spell half of a surrogate pair; that is no character, and no file or answer can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(422, f"{shown(key)} is not Unicode text") from None
    return text


def _found(fields: Fields, key: str) -> str:
    return shown(fields[key]) if key in fields else "missing"
