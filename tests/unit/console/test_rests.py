"""Who waits for a moment of the story."""

import asyncio

from simulator.console.rests import Rests


def test_those_whose_moment_has_come_are_woken_the_earliest_first() -> None:
    async def story() -> None:
        rests = Rests()
        late, early, given_up = rests.add(20.0), rests.add(10.0), rests.add(5.0)
        given_up.cancel()
        assert rests.first == 5.0
        assert rests.end(10.0) == 1, "nobody waits for the one that was given up"
        assert [early.done(), late.done(), rests.first] == [True, False, 20.0]
        assert rests.end(19.0) == 0
        assert rests.end(20.0) == 1
        assert late.done()

    asyncio.run(story())
