"""Story time and wall time. The only module that asks what time it is or makes up a seed."""

import math
import os
import re
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    import asyncio  # late below: durations and scales are read by many who never wait

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_DURATION = re.compile(r"(?:\d{1,15}(?:\.\d{1,15})?(?:ms|s|m|h|d))+", re.ASCII)


def seconds(text: str | float) -> float:
    """A duration in seconds: `300ms`, `5s`, `9m20s`, `4h`, `2d`; a bare number is seconds.

    >>> seconds("9m20s"), seconds("300ms"), seconds(5)
    (560.0, 0.3, 5.0)

    Raises:
        ValueError: it is not a duration.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        if not math.isfinite(text) or text < 0:
            raise ValueError(f"{text!r} is not a duration")
        return float(text)
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration such as 300ms, 5s, 9m20s, 4h or 2d")
    total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return float(round(total, 9))


def spelled(duration: float) -> str:
    """A duration as a person writes it: `9m20s`, `0s`, `1.5s`, `300ms`.

    >>> spelled(560.0), spelled(0.3), spelled(14400)
    ('9m20s', '300ms', '4h')
    """
    if duration < 0:
        return "-" + spelled(-duration)
    duration = round(duration, 6 if duration < 1 else 3)
    if 0 < duration < 1:
        return f"{duration * 1000:.3f}".rstrip("0").rstrip(".") + "ms"
    words, rest = "", duration
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, _UNITS[unit])
        words += f"{count:.0f}{unit}" if count else ""
    if rest or not words:
        words += f"{rest:.3f}".rstrip("0").rstrip(".") + "s"
    return words


@dataclass(frozen=True, slots=True)
class Scale:
    """How many story seconds pass in one wall second; infinite is `instant`."""

    factor: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Scale":
        """`real`, `instant`, `60x`, or `1h=1s` (story=wall).

        Raises:
            ValueError: it is none of these.
        """
        if text == "real":
            return cls(1.0)
        if text == "instant":
            return cls(math.inf)
        if match := re.fullmatch(r"(\d+(?:\.\d+)?)x", text):
            factor = float(match[1])
        elif "=" in text:
            story, _, wall = text.partition("=")
            wall_seconds = seconds(wall.strip())
            factor = seconds(story.strip()) / wall_seconds if wall_seconds else 0.0
        else:
            raise ValueError(f"{text!r} is not a time scale: real, instant, 60x or 1h=1s")
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"{text!r}: a time scale is above zero; `instant` does not wait at all")
        return cls(factor)

    def wall(self, story: float) -> float:
        """Wall seconds that a span of story seconds takes."""
        return story / self.factor

    @property
    def compressed(self) -> bool:
        """Whether the story passes faster than life."""
        return self.factor > 1.0

    @property
    def instant(self) -> bool:
        """Whether the story does not wait at all."""
        return math.isinf(self.factor)

    def __str__(self) -> str:
        if self.factor == 1.0:
            return "real"
        return "instant" if math.isinf(self.factor) else f"{self.factor:g}x"


class Clock(Protocol):
    """What the runner asks: wall seconds since the clock was made, and to be woken at one of them."""

    def now(self) -> float:
        """Seconds since the clock was made; never goes back."""

    async def until(self, moment: float) -> None:
        """Return at `moment`, never earlier; at once when it has passed."""

    def alarm(self, moment: float, ring: Callable[[], None]) -> Callable[[], None]:
        """Call `ring` once from the event loop at about `moment`; gives what cancels it.

        It may ring a little early: whoever is woken looks at `now`.
        """


class RealClock:
    """Seconds of the machine's monotonic clock; alarms ring to about 0.1 ms with Linux's timerfd, else to 1 ms."""

    def __init__(self) -> None:
        self._zero = time.perf_counter()
        self._timer: _TimerFd | None = None

    def now(self) -> float:
        return time.perf_counter() - self._zero

    async def until(self, moment: float) -> None:
        import asyncio

        while (rest := moment - self.now()) > 0:
            await asyncio.sleep(rest)

    def alarm(self, moment: float, ring: Callable[[], None]) -> Callable[[], None]:
        import asyncio

        loop = asyncio.get_running_loop()
        if self._timer is None or self._timer.loop is not loop:
            self._timer = _TimerFd.on(loop)
        # A timerfd has one time: a second alarm beside it uses the loop.
        if self._timer is None or self._timer.ring is not None:
            return loop.call_later(max(moment - self.now(), 0.0), ring).cancel
        return self._timer.set(self._zero + moment, ring)


class JumpClock:
    """A clock that is always where it is asked to be: waiting costs nothing."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    async def until(self, moment: float) -> None:
        import asyncio

        self._now = max(self._now, moment)
        await asyncio.sleep(0)

    def alarm(self, moment: float, ring: Callable[[], None]) -> Callable[[], None]:
        import asyncio

        self._now = max(self._now, moment)
        return asyncio.get_running_loop().call_soon(ring).cancel


class _TimerFd:
    """One alarm on Linux's timerfd: an event loop's own timers are 1 ms coarse."""

    _MONOTONIC, _ABSOLUTE = 1, 1

    def __init__(self, loop: "asyncio.AbstractEventLoop", libc: Any, descriptor: int) -> None:
        import ctypes

        self.loop = loop
        self.ring: Callable[[], None] | None = None
        self._alarms = 0
        self._libc = libc
        self._descriptor = descriptor
        self._buffer = (ctypes.c_char * 32)()
        loop.add_reader(descriptor, self._rang)

    @classmethod
    def on(cls, loop: "asyncio.AbstractEventLoop") -> Self | None:
        """One for this loop; None where the system has none."""
        import ctypes

        try:
            libc = ctypes.CDLL(None, use_errno=True)
            descriptor = libc.timerfd_create(cls._MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError):
            return None
        return cls(loop, libc, descriptor) if descriptor >= 0 else None

    def set(self, moment: float, ring: Callable[[], None]) -> Callable[[], None]:
        self._alarms += 1
        self.ring = ring
        self._arm(max(moment, 0.000_001))
        return partial(self._cancel, self._alarms)

    def _arm(self, moment: float) -> None:
        moment = min(moment, 2.0**31)  # a far one rings early, which an alarm may
        whole = int(moment)
        struct.pack_into("qqqq", self._buffer, 0, 0, 0, whole, int((moment - whole) * 1e9))
        self._libc.timerfd_settime(self._descriptor, self._ABSOLUTE, self._buffer, None)

    def _cancel(self, alarm: int) -> None:
        if self.ring is not None and alarm == self._alarms:  # an alarm that rang is not the one that waits now
            self.ring = None
            self._arm(0.0)

    def _rang(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._descriptor, 8)
        ring, self.ring = self.ring, None
        if ring:
            ring()

    def __del__(self) -> None:
        if not self.loop.is_closed():
            self.loop.remove_reader(self._descriptor)
        os.close(self._descriptor)


def utc_now() -> datetime:
    """The wall's date and time, UTC."""
    return datetime.now(UTC)


def fresh_seed() -> int:
    """A seed nobody chose, from 0 to 2**32 - 1."""
    return int.from_bytes(os.urandom(4), "big")
