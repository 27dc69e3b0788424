"""`partnersim report`: journals as text, JSON, JUnit or HTML."""

from pathlib import Path

import click

from simulator.cli.options import NAMED, PATH

_ENDINGS = {"text": ".txt", "json": ".json", "junit": ".xml", "html": ".html"}


@click.command()
@click.argument("journals", nargs=-1, type=NAMED, required=True, metavar="JOURNAL...")
@click.option(
    "--format", "formats", default="text", metavar="FORMATS", help="text, json, junit, html; several with commas."
)
@click.option("--output", type=PATH, metavar="PATH", help="A file; for several formats, a folder.")
def command(journals: tuple[str, ...], formats: str, output: Path | None) -> int:
    """Render journals as a report. The exit code says whether rendering worked, not what the verdict is.

    \b
    partnersim report run/*.ndjson --format junit --output report.xml
    partnersim report run/*.ndjson --format text,json --output reports/
    """
    from simulator.cli.choosing import is_folder
    from simulator.cli.journals import from_journals
    from simulator.cli.output import say
    from simulator.cli.telling import check_reports, write_reports
    from simulator.errors import UsageError
    from simulator.reporting import REPORTERS

    named = [one.strip() for one in formats.split(",") if one.strip()]
    check_reports([(one, Path()) for one in named])
    if not named or (len(named) > 1 and output is None):
        raise UsageError("several formats need a place each", "name a folder with --output")
    if output is None:
        form = named[0]
        made = from_journals(journals, lambda report, text: text(report) if form == "text" else REPORTERS[form](report))
        say(made.rstrip("\n"))
        return 0
    one_file = len(named) == 1 and not is_folder(str(output))
    places = [(one, output if one_file else output / ("report" + _ENDINGS.get(one, ""))) for one in named]
    from_journals(journals, lambda report, render: write_reports(report, places, render))
    return 0
