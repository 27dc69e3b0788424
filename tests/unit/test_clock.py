import asyncio
import ctypes
import gc
import math
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import Clock, JumpClock, RealClock, Scale, fresh_seed, seconds, spelled, utc_now

OPEN_FILES = Path("/proc/self/fd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0s", 0.0),
        ("300ms", 0.3),
        ("5s", 5.0),
        ("10m", 600.0),
        ("4h", 14400.0),
        ("2d", 172800.0),
        ("9m20s", 560.0),
        ("1d2h3m4s5ms", 93784.005),
        ("1.5h", 5400.0),
        ("0.1s", 0.1),
        (5, 5.0),
        (0, 0.0),
        (2.5, 2.5),
    ],
)
def test_a_duration_is_read_in_seconds(text: str | float, expected: float) -> None:
    assert seconds(text) == expected
    assert type(seconds(text)) is float


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "s",
        "5 s",
        " 5s",
        "5s ",
        "5s\n",
        "-5s",
        "+5s",
        "1e3s",
        ".5s",
        "5.s",
        "5S",
        "5min",
        "5sec",
        "1,5s",
        "∞",
        "5s 3m",
    ],
)
def test_what_is_no_duration_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as caught:
        seconds(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("number", [-1, -0.001, math.inf, math.nan, True, None, [], b"5s"])
def test_a_number_that_is_no_duration_is_refused(number: Any) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(number)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (0.0, "0s"),
        (0.3, "300ms"),
        (0.0001, "0.1ms"),
        (0.012345, "12.345ms"),
        (1.0, "1s"),
        (1.5, "1.5s"),
        (60.0, "1m"),
        (560.0, "9m20s"),
        (14400.0, "4h"),
        (86400.0, "1d"),
        (93784.0, "1d2h3m4s"),
        (-2.0, "-2s"),
        (-0.25, "-250ms"),
    ],
)
def test_a_duration_is_spelled_as_a_person_writes_it(duration: float, text: str) -> None:
    assert spelled(duration) == text


@given(st.integers(min_value=0, max_value=10**12))
def test_what_is_spelled_to_the_millisecond_is_read_as_the_same(milliseconds: int) -> None:
    duration = milliseconds / 1000
    assert seconds(spelled(duration)) == pytest.approx(duration, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "factor"),
    [("real", 1.0), ("instant", math.inf), ("60x", 60.0), ("0.5x", 0.5), ("1h=1s", 3600.0), ("1h = 500ms", 7200.0)],
)
def test_a_time_scale_says_how_many_story_seconds_pass_in_one(text: str, factor: float) -> None:
    assert Scale.parse(text) == Scale(factor)
    assert Scale.parse(str(Scale.parse(text))) == Scale(factor)


@pytest.mark.parametrize("text", ["", "x", "60", "fast", "-1x", "1h=", "=1s", "1h=x", "60X", "Real", "1x2"])
def test_what_is_no_time_scale_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (time scale|duration)"):
        Scale.parse(text)


@pytest.mark.parametrize("text", ["0x", "0s=1s", "1h=0s", "0s=0s", f"{'9' * 400}x"])
def test_a_time_scale_that_stands_still_or_never_waits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="`instant` does not wait at all"):
        Scale.parse(text)


def test_a_scale_turns_story_seconds_into_wall_seconds() -> None:
    assert Scale.parse("1h=1s").wall(7200.0) == 2.0
    assert Scale().wall(5.0) == 5.0
    assert Scale.parse("instant").wall(86400.0) == 0.0


@pytest.mark.parametrize(
    ("text", "compressed", "instant"),
    [("real", False, False), ("0.5x", False, False), ("2x", True, False), ("instant", True, True)],
)
def test_a_scale_answers_questions(text: str, compressed: bool, instant: bool) -> None:
    assert (Scale.parse(text).compressed, Scale.parse(text).instant) == (compressed, instant)


async def ask(clock: Clock) -> list[float]:
    """Where a clock stands after being asked to wait for later, for earlier, and for where it is."""
    readings = [clock.now()]
    for moment in (0.02, 0.01, 0.02):
        await clock.until(moment)
        readings.append(clock.now())
    return readings


def test_a_jumping_clock_is_where_it_is_asked_to_be_and_never_goes_back() -> None:
    assert asyncio.run(ask(JumpClock())) == [0.0, 0.02, 0.02, 0.02]


def test_a_jumping_clock_lets_others_run_while_it_waits() -> None:
    async def two() -> list[str]:
        clock, order = JumpClock(), []

        async def walk(name: str) -> None:
            for step in (1.0, 2.0):
                order.append(f"{name}{step:g}")
                await clock.until(step)

        await asyncio.gather(walk("a"), walk("b"))
        return order

    assert asyncio.run(two()) == ["a1", "b1", "a2", "b2"]


def test_a_real_clock_never_wakes_anybody_early() -> None:
    first, second, third, fourth = asyncio.run(ask(RealClock()))
    assert first >= 0.0
    assert 0.02 <= second <= third <= fourth


def test_a_real_clock_waits_again_when_it_was_woken_early(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 0.9, 1.0])
    slept: list[float] = []

    async def sleep(rest: float) -> None:
        slept.append(rest)

    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    monkeypatch.setattr(asyncio, "sleep", sleep)
    coroutine = RealClock().until(1.0)
    with pytest.raises(StopIteration):
        coroutine.send(None)  # without a loop: nothing in it waits
    assert slept == [1.0, pytest.approx(0.1)]


Rung = list[str]


def in_a_loop(test: Callable[[RealClock, Rung], Awaitable[None]]) -> Rung:
    """Runs with a clock and a list of who rang, with every clock's descriptors closed after it."""
    rung: Rung = []

    async def inside() -> None:
        await test(RealClock(), rung)

    asyncio.run(inside())
    gc.collect()
    return rung


async def until_rung(rung: Rung, count: int) -> None:
    """As long as it takes; a test that hangs here has lost an alarm."""
    async with asyncio.timeout(10):
        while len(rung) < count:
            await asyncio.sleep(0)


def test_an_alarm_rings_once_from_the_loop_and_never_at_once() -> None:
    async def one(clock: RealClock, rung: Rung) -> None:
        clock.alarm(clock.now() + 0.001, lambda: rung.append("a"))
        assert rung == []
        await until_rung(rung, 1)
        await clock.until(clock.now() + 0.01)

    assert in_a_loop(one) == ["a"]


def test_an_alarm_in_the_past_rings_too() -> None:
    async def one(clock: RealClock, rung: Rung) -> None:
        clock.alarm(-5.0, lambda: rung.append("a"))
        await until_rung(rung, 1)

    assert in_a_loop(one) == ["a"]


def test_two_alarms_ring_in_the_order_of_their_times() -> None:
    async def two(clock: RealClock, rung: Rung) -> None:
        clock.alarm(clock.now() + 0.05, lambda: rung.append("late"))
        clock.alarm(clock.now() + 0.005, lambda: rung.append("soon"))
        await until_rung(rung, 2)

    assert in_a_loop(two) == ["soon", "late"]


def test_a_cancelled_alarm_stays_silent_and_the_next_one_rings() -> None:
    async def two(clock: RealClock, rung: Rung) -> None:
        cancel = clock.alarm(clock.now() + 0.002, lambda: rung.append("cancelled"))
        cancel()
        cancel()
        clock.alarm(clock.now() + 0.005, lambda: rung.append("next"))
        await until_rung(rung, 1)
        await clock.until(clock.now() + 0.01)

    assert in_a_loop(two) == ["next"]


def test_an_alarm_can_be_set_again_from_its_own_ring() -> None:
    async def chain(clock: RealClock, rung: Rung) -> None:
        def ring() -> None:
            rung.append(str(len(rung)))
            if len(rung) < 3:
                clock.alarm(clock.now() + 0.001, ring)

        ring()
        await until_rung(rung, 3)

    assert in_a_loop(chain) == ["0", "1", "2"]


@pytest.mark.parametrize("reason", ["no libc", "no timerfd", "refused"])
def test_without_a_timerfd_alarms_ring_by_the_loops_own_timers(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Without:
        """A C library as on a system without timerfd, or out of descriptors."""

        def __init__(self, *_: Any, **__: Any) -> None:
            if reason == "no libc":
                raise OSError("no C library")
            if reason == "refused":
                self.timerfd_create = lambda *_: -1

    monkeypatch.setattr(ctypes, "CDLL", Without)

    async def one(clock: RealClock, rung: Rung) -> None:
        clock.alarm(clock.now() + 0.002, lambda: rung.append("a"))
        clock.alarm(clock.now() + 0.001, lambda: rung.append("cancelled"))()
        await until_rung(rung, 1)

    assert in_a_loop(one) == ["a"]


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="descriptors are counted through /proc")
def test_a_clock_leaves_no_descriptor_behind() -> None:
    async def one(clock: RealClock, rung: Rung) -> None:
        clock.alarm(clock.now() + 0.001, lambda: rung.append("a"))
        await until_rung(rung, 1)

    in_a_loop(one)
    before = len(list(OPEN_FILES.iterdir()))
    for _ in range(5):
        in_a_loop(one)
    assert len(list(OPEN_FILES.iterdir())) == before


def test_a_jumping_clock_rings_at_once_and_stands_at_the_alarm() -> None:
    async def one() -> tuple[float, Rung]:
        clock, rung = JumpClock(), []
        clock.alarm(3.0, lambda: rung.append("a"))
        cancel = clock.alarm(2.0, lambda: rung.append("cancelled"))
        cancel()
        assert rung == []
        await clock.until(0.0)
        return clock.now(), rung

    assert asyncio.run(one()) == (3.0, ["a"])


def test_the_date_is_in_utc() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", utc_now().isoformat())


def test_seeds_nobody_chose_differ_and_fit_in_32_bits() -> None:
    seeds = {fresh_seed() for _ in range(100)}
    assert len(seeds) > 90
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_an_alarm_further_off_than_the_system_can_count_is_set_all_the_same() -> None:
    async def story() -> None:
        RealClock().alarm(1e300, lambda: None)()

    asyncio.run(story())
