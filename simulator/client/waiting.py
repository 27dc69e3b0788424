"""Looks again and again until something is so; the only module of the client that waits."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar

from simulator.client.problem import NotInTime
from simulator.clock import RealClock, spelled

Found = TypeVar("Found")


def wait_for(
    what: str, look: Callable[[], Found | None], seen: Callable[[], str], *, timeout: float, pause: float
) -> Found:
    """What `look` gives that is not None; it is asked at least once, then every `pause` real seconds.

    Raises:
        NotInTime: it gave nothing within `timeout` real seconds; `seen` says what there was instead.
    """
    clock = RealClock()
    while (found := look()) is None:
        rest = timeout - clock.now()
        if rest <= 0:
            raise NotInTime(f"{what} within {spelled(timeout)}: {seen()}")
        Event().wait(min(pause, rest))
    return found
