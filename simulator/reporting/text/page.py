"""Lines of a text report: wrapped, folded, made safe, coloured."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from simulator.clock import spelled
from simulator.model import Result
from simulator.shown import cut, line

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"
_WORDS = 2048  # characters of a reason that are shown


class Line(NamedTuple):
    """A line to be, not yet safe to show. `hue` colours the first `width` characters, 0 for all."""

    text: str = ""
    hue: str = ""
    width: int = 0


class Page(NamedTuple):
    """How wide the text may be, with which marks, and whether a command may hold more than ASCII."""

    width: int
    marks: dict[Result, str]
    unicode: bool


def painted(one: Line, coloured: bool) -> str:
    """A line made safe, then coloured: the only control characters in the whole text are ours."""
    safe = line(one.text)
    if not coloured or not one.hue:
        return safe
    end = one.width or len(safe)
    return f"\x1b[{one.hue}m{safe[:end]}\x1b[0m{safe[end:]}"


def field(name: str, value: str, page: Page, *, indent: int) -> Iterator[Line]:
    """`name   value`, the value wrapped beside its name."""
    margin = indent + 10
    first, *rest = wrapped(value, page.width - margin) or [""]
    yield Line(f"{' ' * indent}{name:<9} {first}", DIM, margin)
    yield from (Line(" " * margin + text) for text in rest)


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of that width, made safe before it is measured."""
    return textwrap.wrap(line(cut(text, _WORDS)), max(width, 20), break_on_hyphens=False)


def gutter(sign: str, texts: Iterable[str], page: Page) -> Iterator[Line]:
    """Lines behind a sign: > sent, < received; long ones folded."""
    room = max(page.width - 10, 20)
    for text in texts:
        safe = line(text)
        yield Line(f"      {sign} {safe[:room]}".rstrip())
        yield from (Line(f"      {sign}   {safe[at : at + room]}") for at in range(room, len(safe), room))


def told(text: str, page: Page) -> Iterator[Line]:
    """What we say of it ourselves, behind a *."""
    first, *rest = wrapped(text, page.width - 8) or [""]
    yield Line(f"      * {first}".rstrip())
    yield from (Line(f"        {one}") for one in rest)


def span(seconds: float) -> str:
    """A duration to three figures or so: `12.3ms`, `5s`."""
    return spelled(round(seconds, 5 if seconds < 1 else 3))


def count(number: int, one: str, many: str = "") -> str:
    """`1 scenario`, `2 scenarios`, `1,234 deliveries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
