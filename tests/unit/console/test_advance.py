"""The story moved by hand."""

import asyncio

import pytest

from simulator.console.advance import FARTHEST, Advance
from simulator.console.refusal import Refusal
from simulator.errors import StorageError

NOW = 1_767_571_200.0  # 5 January 2026


def test_it_tells_what_it_brought_once_it_is_there() -> None:
    async def story() -> None:
        advance = Advance()
        advance.ended("answered")  # before it began
        arrived = advance.begin(NOW, NOW + 60.0)
        assert advance.target == NOW + 60.0
        for outcome in ("answered", "refused", "answered"):
            advance.ended(outcome)
        assert not arrived.done()
        advance.arrive()
        await arrived
        assert advance.brought(NOW + 60.0) == (NOW + 60.0, 3, {"answered": 2, "refused": 1})
        advance.begin(NOW + 60.0, NOW + 60.0)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("now", "to", "why"),
    [
        (NOW, NOW - 0.001, "cannot go back"),
        (NOW, NOW + FARTHEST + 1.0, "400 days"),
        (2e8, 2.1e8, "1980 to 9998"),
    ],
)
def test_it_does_not_go_anywhere(now: float, to: float, why: str) -> None:
    advance = Advance()
    with pytest.raises(Refusal, match=why) as refused:
        advance.begin(now, to)
    assert (refused.value.reason, advance.target) == ("unfit", None)


def test_it_goes_to_one_place_at_a_time_and_nowhere_once_it_was_stopped() -> None:
    async def story() -> None:
        advance = Advance()
        arrived = advance.begin(NOW, NOW + 60.0)
        with pytest.raises(Refusal, match="already"):
            advance.begin(NOW, NOW + 30.0)
        advance.stop()
        for refused in (arrived, asyncio.ensure_future(_begun(advance))):
            with pytest.raises(Refusal, match="the service ends"):
                await refused

    asyncio.run(story())


async def _begun(advance: Advance) -> None:
    await advance.begin(NOW, NOW + 60.0)


def test_who_waits_hears_why_it_cannot_go_on() -> None:
    async def story() -> None:
        advance = Advance()
        arrived = advance.begin(NOW, NOW + 60.0)
        advance.stop(StorageError("cannot write j.ndjson: No space left on device", "free the disk"))
        with pytest.raises(Refusal, match=r"cannot go on: cannot write j\.ndjson: No space left on device"):
            await arrived

    asyncio.run(story())
