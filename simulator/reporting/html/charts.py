"""Charts over the seconds of a load: lines as SVG that takes any width, and words around it that keep their size."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from simulator.clock import spelled
from simulator.reporting.html.pieces import joined

WIDE: Final = 1000
HIGH: Final = 100
_POINTS = 400  # of one line, at most
_TICKS = 4
_CEILINGS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
_STEPS = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    14400,
    21600,
    43200,
    86400,
)  # seconds
_MOMENTS = 7  # below a chart, besides the first, at most
_FIGURE = Markup("""\
<figure>
<figcaption>{title}</figcaption>
<ul class="legend">{legend}</ul>
<div class="plot">
<div class="ys" aria-hidden="true">{ys}</div>
<svg viewBox="0 0 {wide} {high}" preserveAspectRatio="none" role="img" aria-label="{label}">
{marks}
</svg>
<div class="xs" aria-hidden="true">{xs}</div>
</div>
</figure>""")
_KEY = Markup(
    '<li><svg class="key" viewBox="0 0 28 8" aria-hidden="true"><line class="s{number}" x2="28" y1="4" y2="4"/></svg>'
    "{told}</li>"
)


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
    moments = _moments(seconds)
    at_once = math.ceil(seconds / _POINTS)
    lines = [_thinned(one, at_once) for one in series]
    top = _ceiling(max((value for values in lines for value in values), default=0.0))
    told = [f"{one.name}, at most {spelled_value(max(one.values, default=0.0))}" for one in series]
    marks = [_grid(len(moments) - 1)]
    marks += (_line(number, values, at_once, seconds, top, moments[-1]) for number, values in enumerate(lines))
    return _FIGURE.format(
        title=title,
        legend=joined(_KEY.format(number=number, told=words) for number, words in enumerate(told)),
        ys=_labels(spelled_value(top * tick / _TICKS) for tick in range(_TICKS, -1, -1)),
        xs=_labels(map(spelled, moments)),
        wide=WIDE,
        high=HIGH,
        label=f"{title}: {'; '.join(told)}",
        marks=joined(marks),
    )


def _thinned(one: Series, at_once: int) -> list[float]:
    return [one.merged(one.values[at : at + at_once]) for at in range(0, len(one.values), at_once)]


def _ceiling(highest: float) -> float:
    """The next number that is easy to read, also in quarters."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in _CEILINGS if step * power >= highest * (1 - 1e-9))


def _moments(seconds: int) -> range:
    """From 0 to the end of a chart, in steps that are easy to read."""
    step = next((one for one in _STEPS if seconds <= one * _MOMENTS), math.ceil(seconds / _MOMENTS))
    return range(0, math.ceil(seconds / step) * step + 1, step)


def _labels(words: Iterable[str]) -> Markup:
    return Markup("").join(Markup("<span>{}</span>").format(one) for one in words)


def _grid(moments: int) -> Markup:
    """Lines at every tick, across and up."""
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    across = (HIGH * tick / _TICKS for tick in range(_TICKS + 1))
    up = (f"{WIDE * tick / moments:.1f}" for tick in range(moments + 1))
    return joined([*(line.format(0, WIDE, y, y) for y in across), *(line.format(x, x, 0, HIGH) for x in up)])


def _line(number: int, values: Sequence[float], at_once: int, seconds: int, top: float, end: int) -> Markup:
    """Each value in the middle of its seconds; a line of one value is as long as these."""
    places = [(min((place + 0.5) * at_once, seconds), value) for place, value in enumerate(values)]
    if len(places) == 1:
        places = [(0.0, values[0]), (float(seconds), values[0])]
    points = " ".join(f"{WIDE * at / end:.1f},{HIGH * (1 - value / top):.2f}" for at, value in places)
    return Markup('<polyline class="s{}" points="{}"/>').format(number, points)
