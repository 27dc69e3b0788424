"""Who sleeps until nudged."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from simulator.clock import JumpClock
from simulator.runner.nudge import Nudge


async def sleeps_on(nudge: Nudge, moment: float | None = None) -> bool:
    """Whether it sleeps, and goes on sleeping while nobody nudges."""
    sleeping = asyncio.ensure_future(nudge.sleep(moment))
    for _ in range(5):
        await asyncio.sleep(0)
    if sleeping.done():
        return False
    sleeping.cancel()
    return True


def test_a_nudge_ends_the_sleep() -> None:
    async def story() -> None:
        nudge = Nudge(JumpClock())
        sleeping = asyncio.ensure_future(nudge.sleep())
        await asyncio.sleep(0)
        assert not sleeping.done()
        nudge.nudge()
        nudge.nudge()
        await sleeping
        assert await sleeps_on(nudge), "it was nudged for the sleep that is over"

    asyncio.run(story())


def test_so_does_the_moment() -> None:
    clock = JumpClock()
    asyncio.run(Nudge(clock).sleep(7.0))
    assert clock.now() == 7.0


async def _awake(nudge: Nudge) -> None:
    nudge.nudge()
    assert not await sleeps_on(nudge)
    assert await sleeps_on(nudge)


async def _forgotten(nudge: Nudge) -> None:
    nudge.nudge()
    nudge.forget()
    assert await sleeps_on(nudge)


async def _given_up(nudge: Nudge) -> None:
    assert await sleeps_on(nudge)
    nudge.nudge()
    assert not await sleeps_on(nudge)


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(_awake, id="a nudge while awake ends the next sleep, and no other"),
        pytest.param(_forgotten, id="one that is forgotten ends none"),
        pytest.param(_given_up, id="a sleep that was given up takes no nudge with it"),
    ],
)
def test_a_nudge_counts_until_it_is_slept_upon(story: Any) -> None:
    told: Coroutine[Any, Any, None] = story(Nudge(JumpClock()))
    asyncio.run(told)
