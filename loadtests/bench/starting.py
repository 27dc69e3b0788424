"""How long it takes to start, in starts of a Python that does nothing."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.spending import spent_by

_COMMANDS: Final[Mapping[str, tuple[Sequence[str], float]]] = {
    "partnersim --version": (("-m", "simulator", "--version"), 5.0),
    "import simulator": (("-c", "import simulator"), 4.0),
    "partnersim plan of a small scenario": (("-m", "simulator", "plan", "clevertap/one-time-export"), 15.0),
}


def figures(asked: Asked) -> Iterator[Figure]:
    """CPU time of each to that of `python -c pass`, which is run beside it.

    Both find their modules compiled, as whoever installed the package does, also where this process is told to leave
    no bytecode behind.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    bare = [sys.executable, "-c", "pass"]
    for name, (words, wanted) in _COMMANDS.items():
        command = [sys.executable, *words]
        spent_by(command, env)  # once before, so that what can be compiled is
        runs = tuple(spent_by(command, env)[1] / spent_by(bare, env)[1] for _ in range(asked.runs))
        yield Figure(what=name, runs=runs, unit="× python -c pass", at_most=wanted)
