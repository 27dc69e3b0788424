"""Ctrl-C, SIGTERM and a closed terminal, whatever the command is doing."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_heard: list[int] = []


class _Interrupted(KeyboardInterrupt):
    """Not KeyboardInterrupt itself: where that comes while a text is executed, `python -m` dies of SIGINT at its end.

    Named tuples and dataclasses are texts that are executed when an import makes them; and it is SIGINT whatever the
    signal was, and whatever exit code was asked for.
    """


@contextmanager
def interrupting() -> Iterator[None]:
    """While inside, SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, so that whatever was begun is ended in order.

    What somebody set otherwise stays so, `nohup` for one; off the main thread nothing changes.
    """
    _heard.clear()
    before: dict[int, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) not in {signal.SIG_DFL, signal.default_int_handler}:
            continue
        try:
            before[number] = signal.signal(number, _interrupt)
        except ValueError:  # not the main thread
            break
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def heard() -> int:
    """The first signal that was heard, else 0. The exception may have got lost in a library that swallows it."""
    return _heard[0] if _heard else 0


def _interrupt(number: int, _: Any) -> None:
    _heard.append(number)
    raise _Interrupted
