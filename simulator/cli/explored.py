"""What random schedules found, for `explore` and `conform`: said in lines, and written as scenario files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from simulator.cli.command_lines import run_line
from simulator.cli.output import free, write_file
from simulator.exploring import Explored, Found, Shrunk
from simulator.exploring.as_rule import counted, unlike


class Written(NamedTuple):
    """A schedule that failed, what it was cut down to, and the file and the command line that play that."""

    found: Found
    shrunk: Shrunk
    path: Path
    command: str

    @property
    def left(self) -> str:
        """How much of it: `schedule-7-shrunk.yaml: 2 of 31 deliveries are left`."""
        return f"{self.path}: {self.shrunk.after:,} of {self.shrunk.before:,} deliveries are left"


def written(explored: Explored, options: Mapping[str, Any]) -> list[Written]:
    """Write each that was cut down to a file of its own, in this folder.

    Raises:
        StorageError: a file could not be written.
    """
    made = []
    for one in explored.found:
        if isinstance(one.shrunk, Shrunk):
            path = free(f"schedule-{one.seed}-shrunk")
            write_file("the scenario", path, one.shrunk.text)
            made.append(Written(one, one.shrunk, path, run_line(path, options)))
    return made


def said(explored: Explored, files: list[Written]) -> list[str]:
    """All of it, for people."""
    doubts = explored.inconclusive
    lines = [counted(explored)]
    lines += [f"  not judged: {doubts[0].check}: {doubts[0].because}"] if doubts else []
    lines += [f"  it ended early: {explored.stopped}"] if explored.stopped else []
    by_seed = {one.found.seed: one for one in files}
    for failed in explored.found:
        file = by_seed.get(failed.seed)
        if file is None:
            lines.append(f"✗ schedule of seed {failed.seed} failed {unlike(failed)}: {failed.check}: {failed.because}")
            continue
        lines += [
            f"✗ schedule of seed {failed.seed} failed: {file.shrunk.check}: {file.shrunk.because}",
            f"  {file.left}",
            f"  {file.command}",
        ]
    return lines
