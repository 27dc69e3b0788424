"""Moments and durations as the API writes and reads them: ISO 8601 with an offset, `9m20s` or a number of seconds."""

from datetime import UTC, datetime
from typing import Final

from simulator import clock
from simulator.console.refusal import Refusal
from simulator.documents import quoted, story_moment
from simulator.timeline.story import EARLIEST, LATEST

LONGEST: Final = 36525 * 86400.0
"""Seconds of the longest duration that is taken: a century, as in scenarios."""


def moment(epoch: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, milliseconds at most and only where there are any.

    >>> moment(1767571200.0), moment(1767571200.5)
    ('2026-01-05T00:00:00Z', '2026-01-05T00:00:00.500Z')
    """
    whole, thousandths = divmod(round(epoch * 1000), 1000)
    told = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{told}.{thousandths:03d}Z" if thousandths else f"{told}Z"


def moment_or_none(epoch: float | None) -> str | None:
    """The same of a moment that may be none."""
    return None if epoch is None else moment(epoch)


def read_moment(text: str) -> float:
    """A moment with its offset in epoch seconds.

    >>> read_moment("2026-01-05T05:30:00+05:30")
    1767571200.0

    Raises:
        Refusal: it is none (unfit), has no offset, or is none that partners can write: before 1980 or after 9998.
    """
    try:
        read = story_moment(text)
    except ValueError as error:
        raise Refusal("unfit", f"{quoted(text)} {error}", "e.g. 2026-01-05T00:00:00Z") from None
    if read.tzinfo is None:
        raise Refusal(
            "unfit", f"{quoted(text)} does not say of which place on earth it speaks", "add an offset: Z, or +05:30"
        )
    try:
        epoch = read.timestamp()
    except OverflowError:  # the first and last day of the calendar, seen from UTC
        epoch = EARLIEST - 1
    if not EARLIEST <= epoch < LATEST:
        raise Refusal("unfit", f"{quoted(text)} lies before 1980 or after 9998", "e.g. 2026-01-05T00:00:00Z")
    return epoch


def duration(value: str | float) -> float:
    """A duration in seconds: `9m20s`, `300ms`, `2d`, or a number of seconds.

    >>> duration("9m20s"), duration(2.5)
    (560.0, 2.5)

    Raises:
        Refusal: it is none (unfit), or longer than a century.
    """
    try:
        length = clock.seconds(value)
    except (ValueError, OverflowError):
        shown = quoted(value)
        raise Refusal("unfit", f"{shown} is not a duration", "e.g. 300ms, 5s, 9m20s, 4h, 2d, or 2.5") from None
    if length > LONGEST:
        raise Refusal("unfit", f"{quoted(value)} is longer than a century", "e.g. 2d")
    return length
