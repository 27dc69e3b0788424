"""Which core a process has: what sends and what receives do not take turns on one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> list[int]:
    """Those that this process may use; [0] where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


@contextmanager
def held_to(core: int | None) -> Iterator[None]:
    """Processes started inside have that core alone; None, or a system that cannot: as they are."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
