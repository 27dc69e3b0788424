"""What a command says at its end: the verdicts, the reports that were asked for, and the exit code."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulator.cli.output import colour_wanted, say
from simulator.errors import StorageError, UsageError
from simulator.model import Report
from simulator.reporting import REPORTERS

Render = Callable[..., str]
"""Makes the text for people of a report: takes the keywords of `simulator.reporting.text.render`."""


def conclude(report: Report, options: Mapping[str, Any], render: Render | None = None) -> int:
    """Write the reports that were asked for, say the verdicts, and give the exit code.

    With `render`, the text for people is what that makes of the report.
    """
    words = shown(report, as_json=options["as_json"], brief=not options["verbose"], render=render)
    write_reports(report, options["reports"], render)
    if options["as_json"]:
        say(REPORTERS["json"](report).rstrip("\n"))
    say(words, as_json=options["as_json"], quiet=options["quiet"])
    return report.exit_code


def shown(report: Report, *, as_json: bool = False, brief: bool = False, render: Render | None = None) -> str:
    """The report for people, in colour where the terminal takes it."""
    from simulator.reporting import text

    stream = sys.stderr if as_json else sys.stdout
    encoding = stream.encoding or "utf-8"
    render = render or text.render
    return render(report, colour=colour_wanted() and not as_json, encoding=encoding, brief=brief).rstrip("\n")


def check_reports(reports: Sequence[tuple[str, Path]]) -> None:
    """Refuse an unknown format before anything is sent.

    Raises:
        UsageError: it lists those there are.
    """
    for form, _ in reports:
        if form not in REPORTERS:
            raise UsageError(f"there is no report format {form!r}", f"there are {', '.join(REPORTERS)}")


def write_reports(report: Report, reports: Sequence[tuple[str, Path]], render: Render | None = None) -> None:
    """Write each report to its file.

    Raises:
        StorageError: a file could not be written; the others were.
    """
    trouble = None
    for form, path in reports:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            made = render(report) if render and form == "text" else REPORTERS[form](report)
            path.write_text(made, encoding="utf-8")
        except OSError as error:
            trouble = StorageError(
                f"cannot write the {form} report {path}: {error.strerror or error}", "name another file"
            )
    if trouble:
        raise trouble
