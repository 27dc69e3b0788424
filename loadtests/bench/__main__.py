"""Measures how fast it is here: `python -m loadtests.bench [BENCH …] [--runs 3] [--seconds S] [--save FILE]`.

Without names all benches run, one after the other, on a machine that is to be quiet. `--save` writes what was seen,
beside what is wanted, as a Markdown table.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from loadtests.bench import (
    consoles,
    journal,
    lateness,
    planning,
    senders,
    senders_tls,
    starting,
    validation,
    whole_run,
    year,
)
from loadtests.bench.figures import HEADING, Asked, Figure, as_line, as_markdown, taken
from loadtests.bench.machine import ran_on
from simulator.clock import utc_now

BENCHES: Final[Mapping[str, Callable[[Asked], Iterator[Figure]]]] = {
    "starting": starting.figures,
    "planning": planning.figures,
    "journal": journal.figures,
    "year": year.figures,
    "validation": validation.figures,
    "sending": senders.figures,
    "sending over TLS": senders_tls.figures,
    "lateness": lateness.figures,
    "whole run": whole_run.figures,
    "service": consoles.figures,
}


def main() -> None:
    """Measure, print each figure as it comes, and save them all."""
    options = _parser().parse_args()
    unknown = [name for name in options.benches if name not in BENCHES]
    if unknown:
        sys.exit(f"there is no bench {unknown[0]!r}; there are: {', '.join(map(repr, BENCHES))}")
    asked, machine = Asked(options.runs, options.seconds), ran_on(options.date or f"{utc_now():%Y-%m-%d}")
    print(*machine, taken(asked.runs), "", HEADING, sep="\n")
    told = []
    for name in options.benches or BENCHES:
        print(name, flush=True)
        told.append((name, list(_printed(BENCHES[name](asked)))))
    if options.save:
        options.save.write_text(as_markdown(told, machine, asked.runs), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"one of: {', '.join(map(repr, BENCHES))}")
    parser.add_argument("--runs", type=_runs, default=3, help="of each; the median counts")
    parser.add_argument("--seconds", type=_seconds, help="for which each run sends; short ones show only that it works")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write a Markdown table, too")
    parser.add_argument("--date", help="the day that the table names; today where none is given")
    return parser


def _runs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs: give 1 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 600:
        raise argparse.ArgumentTypeError(f"{text!r} are no seconds to measure for: give 0.1 to 600")
    return seconds


def _printed(figures: Iterator[Figure]) -> Iterator[Figure]:
    for figure in figures:
        print(as_line(figure), flush=True)
        yield figure


if __name__ == "__main__":
    main()
