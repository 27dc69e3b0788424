"""What a bench gives: figures beside the ones that are wanted, and the table they all stand in."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

WHAT_WIDE: Final = 66
_SEEN_WIDE: Final = 34
_WANTED_WIDE: Final = 12


class Asked(NamedTuple):
    """How often each figure is to be taken, and for how many seconds; None: for as many as the bench thinks right."""

    runs: int = 3
    seconds: float | None = None

    def lasting(self, usual: float) -> float:
        """Seconds for a bench that usually takes so many."""
        return usual if self.seconds is None else self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing that was measured, once in each run; `runs` is empty where it could not be, and `note` says why.

    `unit` goes behind the number: `×`, `deliveries/s`, `ms`; a `%` is of a share of 1.
    """

    what: str
    runs: tuple[float, ...]
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def median(self) -> float | None:
        """Of all runs."""
        return statistics.median(self.runs) if self.runs else None

    @property
    def reached(self) -> bool | None:
        """Whether the median is what is wanted; None where nothing is, or nothing was measured."""
        median = self.median
        if median is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or median >= self.at_least) and (self.at_most is None or median <= self.at_most)

    @property
    def seen(self) -> str:
        """The median, and the lowest and the highest where they differ."""
        median = self.median
        if median is None:
            return f"not measured: {self.note}" if self.note else "not measured"
        low, high, middle = (_number(one, self.unit) for one in (min(self.runs), max(self.runs), median))
        spread = f" ({low} – {high})" if low != high else ""
        return f"{_with(middle, self.unit)}{spread}"

    @property
    def wanted(self) -> str:
        """The bounds in signs, in the same unit; nothing where there are none."""
        factor, unit = (100 if self.unit == "%" else 1), self.unit[:1] if self.unit[:1] in {"×", "%"} else ""
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(_with(f"{sign} {one * factor:,.10g}", unit) for sign, one in bounds if one is not None)

    @property
    def answer(self) -> str:
        """Whether it is reached, in a word."""
        open_ = "–" if self.wanted else ""
        return {True: "yes", False: "NO", None: open_}[self.reached]


def as_line(figure: Figure) -> str:
    """One line of the table on a terminal."""
    told = f"  {figure.what:{WHAT_WIDE}}{figure.seen:{_SEEN_WIDE}}{figure.wanted:{_WANTED_WIDE}}{figure.answer}"
    return told.rstrip()


HEADING: Final = f"  {'':{WHAT_WIDE}}{'seen (lowest – highest)':{_SEEN_WIDE}}{'wanted':{_WANTED_WIDE}}reached"


def as_markdown(named: Iterable[tuple[str, Iterable[Figure]]], ran_on: Iterable[str], runs: int) -> str:
    """The whole as a page: on what it ran, and a table for all benches."""
    rows = ["| bench | what | seen (lowest – highest) | wanted | reached |", "|---|---|---|---|---|"]
    for name, figures in named:
        rows += [f"| {name} | {_cell(one.what)} | {_cell(one.seen)} | {one.wanted} | {one.answer} |" for one in figures]
    about = f"Made by `make bench SAVE=FILE`: {taken(runs)}."
    return "\n".join(["# How fast it is", "", about, "", *(f"- {one}" for one in ran_on), "", *rows, ""])


def taken(runs: int) -> str:
    """What each figure is."""
    return f"the median of {runs} runs" if runs > 1 else "one run, which says little"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _number(value: float, unit: str) -> str:
    """Three figures or so: 0.043, 5.21, 12.5, 138,000."""
    value = value * 100 if unit == "%" else value
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.3f}"


def _with(number: str, unit: str) -> str:
    return f"{number} {unit}".rstrip()
