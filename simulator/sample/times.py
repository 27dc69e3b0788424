"""Reads the partners' times to exact instants, each with its zone."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

_CLEVERTAP = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2})[ \u00a0\u202f]?([AaPp])[Mm]"
)
_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def day_first(text: str, zone: tzinfo, *, later: bool = False) -> datetime:
    """CleverTap's `25/07/2023 4:50:52 PM`: day before month, a twelve-hour clock, in the account's zone.

    The hour may be padded, AM and PM small, and the space before them a narrow or unbreakable one. Where clocks go
    back an hour comes twice, and the text does not say which is meant: the first, or with `later` the second.

    >>> day_first("05/07/2023 12:00:00 AM", UTC).isoformat()
    '2023-07-05T00:00:00+00:00'

    Raises:
        ValueError: it is not such a time, or there is no such day or hour.
    """
    match = _CLEVERTAP.fullmatch(text)
    if not match:
        raise ValueError("it is not written as 25/07/2023 4:50:52 PM")
    day, month, year, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not 1 <= hour <= 12:
        raise ValueError(f"a twelve-hour clock has no hour {hour}")
    half = 12 if match[7] in "Pp" else 0
    return datetime(year, month, day, hour % 12 + half, minute, second, tzinfo=zone, fold=int(later))


def iso(text: str) -> datetime:
    """ReachFive's `2020-11-21T14:26:10.345Z`: up to nine digits of fraction, or none; Z or an offset.

    >>> iso("2020-11-21T14:26:10.345Z").isoformat()
    '2020-11-21T14:26:10.345000+00:00'

    Raises:
        ValueError: it is not such a time, or there is no such day or hour.
    """
    match = _ISO.fullmatch(text)
    if not match:
        raise ValueError("it is not written as 2020-11-21T14:26:10.345Z")
    fraction = ((match[2] or "") + "000000")[:6]
    return datetime.fromisoformat(f"{match[1]}.{fraction}{match[3].replace('Z', '+00:00')}")


def instant(moment: datetime) -> int:
    """Microseconds since 1970, UTC: equal for equal instants, whatever their zones."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
