"""Journals that a command line names, read again."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import orjson

from simulator.cli.telling import Render
from simulator.conforming.from_journals import folded
from simulator.documents import schema
from simulator.errors import StorageError, UsageError
from simulator.journal import Journal
from simulator.model import Report
from simulator.reporting.text import conformity, render
from simulator.runner.from_journals import files_in, report_of

Made = TypeVar("Made")


def from_journals(paths: Sequence[str], make: Callable[[Report, Render], Made]) -> Made:
    """What `make` makes of the journals' report, and of what renders it for people.

    Those of rules are told as `conform` tells of them; beside others each is one verdict among theirs.

    Raises:
        StorageError: one cannot be read, or a line in it is none of a journal.
        UsageError: one is that of a load.
    """
    for path in paths:
        _refuse_load(Path(path))
    try:
        report, judged = folded(report_of(paths))
        return make(report, partial(conformity.render, judged=judged) if len(judged) == len(report.plays) else render)
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError):
        # A line that is JSON but says what no journal says. Which one it is, is looked for only now: it takes a while.
        for file in (file for path in paths for file in files_in(Path(path))):
            _look_through(file)
        raise


def _refuse_load(path: Path) -> None:
    """A load is judged by what the receiver kept of it: what a scenario says of its one export speaks of none there.

    Its journals say so in their heads; what lies beside them may be anybody's.
    """
    if any(Journal.open(file).header.get("load_test") for file in files_in(path)):
        raise UsageError(
            f"{path} is of a load, which is judged when it is sent, not from its journals",
            "partnersim load … --report json=PATH judges what it sends; what `locust` sends by itself, Locust tells of",
        )


def _look_through(path: Path) -> None:
    lines = schema("journal")
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n") and not lines.accepts(orjson.loads(line)):
                raise StorageError(
                    f"{path}: line {number} is no journal entry", "see: partnersim schema journal; nothing mends it"
                )
