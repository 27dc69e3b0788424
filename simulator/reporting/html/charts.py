"""Charts over the seconds of a load, as SVG within the page."""

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from simulator.clock import spelled

WIDE: Final = 800
_HIGH, _LEFT, _RIGHT, _TOP, _BOTTOM = 220, 64, 12, 30, 28
_POINTS = 400  # of one line, at most
_TICKS = 4


class Series(NamedTuple):
    """One line of a chart: its name, its value at each second, and what becomes of several that share a point."""

    name: str
    values: Sequence[float]
    merged: Callable[[Sequence[float]], float] = max


def mean(values: Sequence[float]) -> float:
    """For rates: several seconds at their average."""
    return sum(values) / len(values)


def chart(title: str, series: Sequence[Series], spelled_value: Callable[[float], str]) -> Markup:
    """A figure with its caption and legend; the first value of each series is that of second 0."""
    seconds = max(len(one.values) for one in series)
    at_once = math.ceil(seconds / _POINTS)
    lines = [_thinned(one, at_once) for one in series]
    top = _ceiling(max((value for values in lines for value in values), default=0.0))
    parts = [_grid(top, seconds, spelled_value)]
    parts += [_line(number, values, at_once, seconds, top) for number, values in enumerate(lines)]
    parts += [_legend(number, one.name) for number, one in enumerate(series)]
    label = f"{title}: {', '.join(_told(one, spelled_value) for one in series)}"
    return Markup(
        "<figure>\n<figcaption>{}</figcaption>\n"
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">\n{}\n</svg>\n</figure>'
    ).format(title, WIDE, _HIGH, label, Markup("\n").join(parts))


def _told(one: Series, spelled_value: Callable[[float], str]) -> str:
    return f"{one.name} at most {spelled_value(max(one.values, default=0.0))}"


def _thinned(one: Series, at_once: int) -> list[float]:
    return [one.merged(one.values[at : at + at_once]) for at in range(0, len(one.values), at_once)]


def _ceiling(highest: float) -> float:
    """The next number that is easy to read: 1, 2, 2.5 or 5 times a power of ten."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= highest * (1 - 1e-9))


def _x(second: float, seconds: int) -> float:
    return _LEFT + (WIDE - _LEFT - _RIGHT) * second / max(seconds, 1)


def _y(value: float, top: float) -> float:
    return _TOP + (_HIGH - _TOP - _BOTTOM) * (1.0 - value / top)


def _grid(top: float, seconds: int, spelled_value: Callable[[float], str]) -> Markup:
    rows = []
    for tick in range(_TICKS + 1):
        value, y = top * tick / _TICKS, _y(top * tick / _TICKS, top)
        rows.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(_LEFT, WIDE - _RIGHT, y, y, _LEFT - 6, y + 4, spelled_value(value))
        )
    for tick in range(_TICKS + 1):
        second = seconds * tick / _TICKS
        anchor = "start" if not tick else "end" if tick == _TICKS else "middle"
        rows.append(
            Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
                _x(second, seconds), _HIGH - 8, anchor, spelled(round(second, 1 if seconds < 20 else 0))
            )
        )
    return Markup("\n").join(rows)


def _line(number: int, values: Sequence[float], at_once: int, seconds: int, top: float) -> Markup:
    """Each value in the middle of its seconds; a line of one value is as long as these."""
    places = [(min((place + 0.5) * at_once, seconds), value) for place, value in enumerate(values)]
    if len(places) == 1:
        places = [(0.0, values[0]), (float(seconds), values[0])]
    points = " ".join(f"{_x(second, seconds):.1f},{_y(value, top):.1f}" for second, value in places)
    return Markup('<polyline class="s{}" points="{}"/>').format(number, points)


def _legend(number: int, name: str) -> Markup:
    x = _LEFT + number * 150
    return Markup('<polyline class="s{}" points="{},14 {},14"/><text x="{}" y="18">{}</text>').format(
        number, x, x + 24, x + 30, name
    )
