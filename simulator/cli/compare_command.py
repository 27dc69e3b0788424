"""`partnersim compare`: where two reports of `conform` differ."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from simulator.cli.options import NAMED, json_option

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAKES: Final = "compare takes what `partnersim conform --report json=FILE` writes"


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

    data = content(Path(name), "report")
    _refuse_what_is_no_json(data, name)
    report: Mapping[str, Any] = parse(data, name, "report").value
    if not rules_of(report):
        said = "has no verdict" if not report["verdicts"] else "is a report, but none of rules"
        raise UsageError(f"{name} {said}", _TAKES)
    return report


def _refuse_what_is_no_json(data: bytes, name: str) -> None:
    """Before it is read as what people write: of a report for people, what YAML says of it helps nobody.

    Raises:
        DocumentError: where it is no JSON.
    """
    from simulator.errors import DocumentError, Mistake
    from simulator.limits import DOCUMENT_BYTES
    from simulator.shown import line

    if len(data) > DOCUMENT_BYTES:  # which is said of it, and of what was cut off nothing
        return
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        message = f"this is no JSON report of `conform`: {error.msg}"
        raise DocumentError(
            line(name), [Mistake(message=message, remedy=_TAKES, line=error.lineno, column=error.colno)]
        ) from None
    except (ValueError, RecursionError):  # other bytes, numbers or depths than a report's: the reading says it better
        return
