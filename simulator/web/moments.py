"""Moments, durations and time scales as the API writes and reads them: ISO 8601 with an offset, `9m20s`, `60x`."""

from datetime import UTC, datetime
from typing import Final

from simulator import clock
from simulator.clock import Scale
from simulator.console.hands import FASTEST
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


def time_scale(value: str | float, *, instant: bool = False) -> float:
    """Story seconds in a second: a number, or `60x`, `1h=1s`, `real`; `instant` where that can be.

    >>> time_scale("1h=1s"), time_scale(60)
    (3600.0, 60.0)

    Raises:
        Refusal: it is none of these, or no story passes so fast (unfit).
    """
    try:
        scale = Scale.parse(value) if isinstance(value, str) else Scale(float(value))
    except (ValueError, OverflowError):
        raise Refusal("unfit", f"{quoted(value)} is not a time scale", "e.g. 60, 60x, 1h=1s or real") from None
    if not (0 < scale.factor <= FASTEST or (instant and scale.instant)):
        raise Refusal(
            "unfit",
            f"{quoted(value)} is not a time scale above 0 and up to 1,000,000",
            "e.g. 60; to wait for nothing, hold the clock and advance it",
        )
    return scale.factor
