"""What a command says at its end: the verdicts, the reports that were asked for, and the exit code."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from simulator.cli.output import colour_wanted, say, tell_people, write_file, wrote
from simulator.clock import utc_now
from simulator.errors import NeverReached, StorageError, UsageError
from simulator.model import Report, Result, Verdict, unplayed
from simulator.reporting import REPORTERS
from simulator.shown import line
from simulator.version import __version__

Render = Callable[..., str]
"""Makes the text for people of a report: takes the keywords of `simulator.reporting.text.render`."""


def conclude(report: Report, options: Mapping[str, Any], render: Render | None = None) -> int:
    """Write the reports that were asked for, say the verdicts, and give the exit code.

    With `render`, the text for people is what that makes of the report.
    """
    words = shown(report, as_json=options["as_json"], brief=not options["verbose"], render=render)
    write_reports(report, options["reports"], render, quiet=options["quiet"])
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


def check_reports(reports: Sequence[tuple[str, Path]], beside: Iterable[str] = ()) -> None:
    """Refuse an unknown format before anything is sent, and one file for two; `beside` has more formats.

    Raises:
        UsageError: it lists those there are, or names the file.
    """
    paths = Counter(path for _, path in reports if path.is_file() or not path.exists())
    for form, path in reports:
        if form not in {*REPORTERS, *beside}:
            raise UsageError(f"there is no report format {form!r}", f"there are {', '.join([*REPORTERS, *beside])}")
        if paths[path] > 1:
            raise UsageError(f"two reports are to be {path}", "the second would replace the first: name another file")


@contextmanager
def told_when_unready(options: Mapping[str, Any]) -> Iterator[None]:
    """While inside, a receiver that does not become ready leaves a JUnit report with one error, if one was asked for.

    The other formats tell of what was played, which is nothing: of each whose file is there from an earlier run, and of
    such a badge, it is said that it stays as it was. The error itself goes on.
    """
    try:
        yield
    except NeverReached as error:
        wanted = [one for one in options["reports"] if one[0] == "junit"]
        with suppress(StorageError):  # that nothing is there to be judged is the greater trouble
            write_reports(_unready(error, options["seed"] or 0), wanted, quiet=options["quiet"])
        _tell_stale(options)
        raise


def _tell_stale(options: Mapping[str, Any]) -> None:
    """Say on stderr which files were to be written, and are there from an earlier run."""
    badge = options.get("badge")
    files = [(f"the {form} report", path) for form, path in options["reports"] if form != "junit"]
    for what, path in [*files, *([("the badge", badge)] if badge else [])]:
        if os.path.isfile(path):  # noqa: PTH113 - never raises
            words = f"{what} {line(str(path))} is of an earlier run: nothing was played, and it was not written anew"
            tell_people(words, quiet=options["quiet"])


def _unready(error: NeverReached, seed: int) -> Report:
    """A run of which there is nothing to say but that error."""
    began = utc_now().isoformat(timespec="seconds")
    verdict = Verdict(
        check="ready",
        result=Result.INCONCLUSIVE,
        because=": ".join(filter(None, [error.message, error.remedy])),
        sentence="the receiver can be reached",
    )
    title = "Before anything was sent"
    play = unplayed(verdict, title=title, source="partnersim", provider="", seed=seed, start=began, complete=False)
    return Report(version=__version__, started=began, seed=seed, plays=(play,))


def write_reports(
    report: Report, reports: Sequence[tuple[str, Path]], render: Render | None = None, *, quiet: bool = True
) -> None:
    """Write each report to its file, and say so unless quiet.

    Raises:
        StorageError: a file could not be written; the others were.
    """
    trouble = None
    for form, path in reports:
        made = render(report) if render and form == "text" else REPORTERS[form](report)
        try:
            write_file(f"the {form} report", path, made)
        except StorageError as error:
            trouble = error
        else:
            wrote(f"the {form} report", path, quiet=quiet)
    if trouble:
        raise trouble
