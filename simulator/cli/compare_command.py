"""`partnersim compare`: where two reports of `conform` differ."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.options import NAMED, json_option

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command()
@click.argument("a", type=NAMED, metavar="A.json")
@click.argument("b", type=NAMED, metavar="B.json")
@json_option
def command(a: str, b: str, as_json: bool) -> int:
    """Say where two reports of conform differ: of two receivers, or of two versions of one.

    The exit code is 1 when a rule that passed in A fails in B, else 0; 2 when a file is no report of conform.

    \b
    partnersim conform --receiver receiver.yaml --report json=before.json
    partnersim conform --receiver receiver.yaml --report json=after.json
    partnersim compare before.json after.json
    """
    import sys

    from simulator.cli.output import colour_wanted, say, tell
    from simulator.errors import UsageError
    from simulator.reporting.comparing import compared, rules_of
    from simulator.reporting.text.comparison import render

    before, after = _report(a), _report(b)
    if not rules_of(before).keys() & rules_of(after).keys():
        raise UsageError(f"{a} and {b} have no rule in common", "compare reports of the same rules and partners")
    found = compared(before, after)
    stream = sys.stderr if as_json else sys.stdout
    words = render(found, (a, b), colour=colour_wanted() and not as_json, encoding=stream.encoding or "utf-8")
    if as_json:
        tell(found)
    say(words.rstrip("\n"), as_json=as_json)
    return int(found["exit_code"])


def _report(name: str) -> "Mapping[str, Any]":
    """The report in a file.

    Raises:
        UsageError: it is none of `conform`, or cannot be read.
        DocumentError: it is no report.
    """
    from simulator.authoring.files import content
    from simulator.documents import parse
    from simulator.errors import UsageError
    from simulator.reporting.comparing import rules_of

    report: Mapping[str, Any] = parse(content(Path(name), "report"), name, "report").value
    if not rules_of(report):
        said = "has no verdict" if not report["verdicts"] else "is a report, but none of rules"
        raise UsageError(f"{name} {said}", "compare takes what `partnersim conform --report json=FILE` writes")
    return report
