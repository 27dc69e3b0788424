"""Sleep until a moment, unless nudged before: how one who looks at what changed waits for the next change."""

import asyncio

from simulator.clock import Clock


class Nudge:
    """For one sleeper, on one event loop. A nudge that comes while it is awake counts: its next sleep ends at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleep: asyncio.Future[None] | None = None
        self._nudged = False

    def nudge(self) -> None:
        """Something changed: look again."""
        self._nudged = True
        if self._sleep and not self._sleep.done():
            self._sleep.set_result(None)

    def forget(self) -> None:
        """Whatever changed so far is looked at from here on: it ends no sleep."""
        self._nudged = False

    async def sleep(self, until: float | None = None) -> None:
        """Return when nudged, or at about that moment of the clock; None is never."""
        if not self._nudged:
            self._sleep = asyncio.get_running_loop().create_future()
            cancel = self._clock.alarm(until, self.nudge) if until is not None else None
            try:
                await self._sleep
            finally:
                self._sleep = None
                if cancel:
                    cancel()
        self.forget()
