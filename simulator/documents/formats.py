"""The formats that schemas name: what each kind of text is to be, for both validators alike.

Each check takes a text and raises ValueError when it is wrong. A message that begins with a verb (is, has, begins) goes
on after the text ("is not a duration such as 5s"); any other is a sentence by itself.
"""

import re
import zoneinfo
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from simulator import clock
from simulator.documents.headers import check_name, check_value
from simulator.documents.urls import parse_url

LONGEST_DURATION: Final = 36525 * 86400.0  # seconds: a century
REFERENCE: Final = re.compile(r"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", flags=re.ASCII
)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", flags=re.ASCII)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)%", flags=re.ASCII)
_NOT_A_DURATION: Final = "is not a duration such as 300ms, 5s, 9m20s, 4h or 2d"


def story_moment(text: str) -> datetime:
    """A story-clock time, with or without offset.

    >>> story_moment("2026-01-05T00:00:00+05:30").isoformat()
    '2026-01-05T00:00:00+05:30'

    Raises:
        ValueError: it is none, or no day of the calendar.
    """
    if not _ISO.fullmatch(text):
        raise ValueError("is not a date and time such as 2026-01-05T16:41:32 or 2026-01-05T16:41:32+05:30")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"is not in the calendar: {error}") from None


def _duration(text: str) -> None:
    try:
        length = clock.seconds(text)
    except ValueError:
        raise ValueError(_NOT_A_DURATION) from None
    if length > LONGEST_DURATION:
        raise ValueError("is longer than a century")


def _story_time(text: str) -> None:
    if text[:4].isdigit() and text[4:5] == "-":
        story_moment(text)
        return
    try:
        _duration(text)
    except ValueError as error:
        if str(error) != _NOT_A_DURATION:
            raise
        raise ValueError(
            "is neither a duration from the start, such as 10m or 4h, nor a time such as 2026-01-05T16:41:32"
        ) from None


def _story_moment(text: str) -> None:
    story_moment(text)


def _time_scale(text: str) -> None:
    try:
        clock.Scale.parse(text)
    except ValueError:
        raise ValueError("is not a time scale such as real, instant, 60x or 1h=1s") from None


def _zone(text: str) -> None:
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not a time zone of the IANA list, such as Asia/Kolkata or UTC") from None


def _http_url(text: str) -> None:
    parse_url(text)


def _percent(text: str) -> None:
    match = _PERCENT.fullmatch(text)
    if not match:
        raise ValueError("is not a percentage such as 60%")
    if float(match[1]) > 100:
        raise ValueError("is more than 100%")


def _jsonpath(text: str) -> None:
    import jsonpath_rfc9535

    try:
        jsonpath_rfc9535.compile(text)
    except (jsonpath_rfc9535.JSONPathError, ValueError, RecursionError) as error:
        reason = str(error).partition(", line")[0].splitlines()[0] if str(error) else "it cannot be read"
        raise ValueError(f"is not a JSONPath such as $.status (RFC 9535): {reason}") from None


def _reference(text: str) -> None:
    rest = REFERENCE.sub("", text)
    if "${" in rest:
        raise ValueError("`${` begins a reference to the environment, which is written ${env:NAME}")


def _date_time(text: str) -> None:
    try:
        if not _INSTANT.fullmatch(text):
            raise ValueError
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not an instant such as 2020-11-21T14:26:10.345Z") from None


FORMATS: Final[Mapping[str, Callable[[str], None]]] = {
    "duration": _duration,
    "story-time": _story_time,
    "story-moment": _story_moment,
    "time-scale": _time_scale,
    "iana-zone": _zone,
    "header-name": check_name,
    "header-value": check_value,
    "http-url": _http_url,
    "percent": _percent,
    "jsonpath": _jsonpath,
    "env-ref": _reference,
    "date-time": _date_time,
}


def fits(name: str, text: object) -> bool:
    """Whether a text is what that format says; what is no text always is."""
    if not isinstance(text, str):
        return True
    try:
        FORMATS[name](text)
    except ValueError:
        return False
    return True
