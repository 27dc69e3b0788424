"""`partnersim judge`: journals again, offline."""

from typing import Any

import click

from simulator.cli.options import NAMED, telling_options


@click.command()
@click.argument("journals", nargs=-1, type=NAMED, required=True, metavar="JOURNAL...")
@telling_options
def command(journals: tuple[str, ...], **options: Any) -> int:
    """Judge journals again, from the files alone: nothing is sent. The exit code is that of the run.

    Journals of `conform` give the verdicts of its rules; a rule that was not played has none, and what --explore found
    lies elsewhere.

    \b
    partnersim judge .partnersim/20260105T101500
    partnersim judge .partnersim/20260105T101500/01-clevertap-one-time-export.ndjson
    """
    from simulator.cli.journals import from_journals
    from simulator.cli.telling import check_reports, conclude

    check_reports(options["reports"])
    return from_journals(journals, lambda report, render: conclude(report, options, render))
