"""Which event loop things are played on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_on_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to, on a loop of its own: uvloop's, or asyncio's where that is not installed."""
    try:
        import uvloop

        factory: Callable[[], asyncio.AbstractEventLoop] | None = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(work)
