"""One line that moves while something long goes on: only on a terminal, and gone when it is over."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from simulator.clock import RealClock, spelled

_PATIENCE = 1.0  # seconds before the line appears: short runs need none
_EVERY = 0.2  # seconds between two looks


@contextmanager
def progress_line(title: str, *, quiet: bool) -> Iterator[Callable[[int, float], None]]:
    """While inside, gives what the runner calls after each delivery: how many, and the story second."""
    if not seen(quiet=quiet):
        yield lambda _, __: None
        return
    from rich.console import Console
    from rich.text import Text

    console, clock = Console(stderr=True), RealClock()
    shown_at = 0.0
    status = console.status(Text(""))

    def step(done: int, story: float) -> None:
        nonlocal shown_at
        now = clock.now()
        if now < _PATIENCE or now - shown_at < _EVERY:
            return
        first, shown_at = not shown_at, now
        # Text, not markup: a title is an author's word and may hold brackets.
        status.update(Text(f"{_plain(title)}: {done} deliveries, {spelled(round(story))} into the story"))
        if first:
            status.start()

    try:
        yield step
    finally:
        status.stop()


@contextmanager
def standing(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """While inside, gives what shows where a search stands, in a line of its own words."""
    if not seen(quiet=quiet):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    clock, shown_at = RealClock(), -_EVERY
    with Console(stderr=True).status(Text("")) as status:

        def show(text: str) -> None:
            nonlocal shown_at
            if clock.now() - shown_at >= _EVERY:
                shown_at = clock.now()
                status.update(Text(text))

        yield show


@contextmanager
def counting_line(
    most: int, *, quiet: bool
) -> Iterator[Callable[[str], AbstractContextManager[Callable[[int, float], None]]]]:
    """While inside, gives what is entered for each play, by its title, several at once: how many are over is shown."""
    over = 0

    @contextmanager
    def unseen(_: str) -> Iterator[Callable[[int, float], None]]:
        yield lambda _, __: None

    if not seen(quiet=quiet):
        yield unseen
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text("")) as status:

        @contextmanager
        def watching(title: str) -> Iterator[Callable[[int, float], None]]:
            nonlocal over
            status.update(Text(f"{over} of {most} played: {_plain(title)}"))
            yield lambda _, __: None
            over += 1

        yield watching


def seen(*, quiet: bool) -> bool:
    """Whether there is a terminal that a line can move on, and it is wanted."""
    return not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _plain(title: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in title)[:60]
