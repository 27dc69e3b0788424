"""The receiver that was started here: kills it in the middle of a story, and starts it again."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from simulator.clock import RealClock
from simulator.errors import NeverReached, StorageError, UsageError
from simulator.runner.child import Child
from simulator.runner.stop import Stop
from simulator.scenario import Scenario


class Restart(NamedTuple):
    """When in the story, in seconds from its start, and what does it."""

    at: float
    go: Callable[[], Awaitable[None]]


Note = Callable[[str, str], object]
"""Writes into the journal what happened, and more about it."""


class Running:
    """A receiver's own process, shared by all that is played.

    `vacant` makes sure that nobody answers in its place, `ready` waits until it is there again; each returns at once
    when the run is to end.
    """

    def __init__(
        self, child: Child, vacant: Callable[[], Awaitable[None]], ready: Callable[[], Awaitable[None]], stop: Stop
    ) -> None:
        self._child = child
        self._vacant = vacant
        self._ready = ready
        self._stop = stop
        self._lost = False

    async def there(self, note: Note) -> None:
        """Start it, where it did not come back before.

        Raises:
            NeverReached: it does not come back now either.
        """
        if self._lost:
            await self._come_back(note)

    async def restart(self, note: Note) -> None:
        """Kill all its processes at once, start it again, and return when it is ready, or the run is to end.

        Raises:
            NeverReached: it did not come back, or something else answers in its place.
            StorageError: its log cannot be written.
        """
        try:
            self._child.check()
        except NeverReached as error:
            self._lost = True
            words = f"before it was to be killed, {_in_one_line(error.message)}"
            raise NeverReached(words, error.remedy) from error
        self._child.kill()
        note("killed", "every process of the receiver, by SIGKILL")
        self._lost = True
        await self._child.gone()
        await self._come_back(note)

    async def _come_back(self, note: Note) -> None:
        clock = RealClock()
        began = clock.now()
        try:
            await self._vacant()
            if self._stop.asked:
                return
            await self._child.start()
            await self._ready()
        except StorageError:
            raise
        except (NeverReached, UsageError) as error:
            words = f"the receiver was killed, and did not come back: {_in_one_line(error.message)}"
            raise NeverReached(words, error.remedy) from error
        if not self._stop.asked:
            self._lost = False
            note("started again", f"ready after {clock.now() - began:.3f} s")


def _in_one_line(message: str) -> str:
    """What a process that ended said last stands in lines of its own."""
    first, *said = (one.strip() for one in message.splitlines())
    return f"{first}, and said: {' / '.join(said)}" if said else first


def check_restart(scenario: Scenario, start: str | None, *, in_process: bool) -> None:
    """Make sure that a scenario's restart can be played, before anything is sent.

    Raises:
        UsageError: nothing says how the receiver is started, or it runs in this very process.
    """
    if scenario.restart is None:
        return
    if in_process:
        raise UsageError(
            f"{scenario.source} kills the receiver, and this one is part of this very process",
            "play it with `partnersim run` and a receiver file that says how to `start` it",
        )
    if not start:
        raise UsageError(
            f"{scenario.source} kills the receiver and starts it again, and no receiver file says how",
            "add `start` to a receiver file, the command that starts it, "
            "e.g. start: python -m simulator receive --port 8000",
        )
