"""How long it takes to start, in starts of a Python that does nothing."""

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
    """CPU time of each to that of `python -c pass`, which is run beside it."""
    bare = [sys.executable, "-c", "pass"]
    for name, (words, wanted) in _COMMANDS.items():
        command = [sys.executable, *words]
        spent_by(command)  # once before, so that what is compiled is compiled
        runs = tuple(spent_by(command)[1] / spent_by(bare)[1] for _ in range(asked.runs))
        yield Figure(what=name, runs=runs, unit="× python -c pass", at_most=wanted)
