"""`partnersim report`: journals as text, JSON or JUnit."""

from pathlib import Path

import click

_ENDINGS = {"text": ".txt", "json": ".json", "junit": ".xml"}


@click.command()
@click.argument("journals", nargs=-1, required=True, metavar="JOURNAL...")
@click.option("--format", "formats", default="text", metavar="FORMATS", help="text, json, junit; several with commas.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file; for several formats, a folder."
)
def command(journals: tuple[str, ...], formats: str, output: Path | None) -> int:
    """Render journals as a report. The exit code says whether rendering worked, not what the verdict is.

    \b
    partnersim report run/*.ndjson --format junit --output report.xml
    partnersim report run/*.ndjson --format text,json --output reports/
    """
    from simulator.cli.output import say
    from simulator.cli.telling import check_reports, write_reports
    from simulator.errors import UsageError
    from simulator.reporting import REPORTERS
    from simulator.runner.judged import report_of

    named = [one.strip() for one in formats.split(",") if one.strip()]
    check_reports([(one, Path()) for one in named])
    if not named or (len(named) > 1 and output is None):
        raise UsageError("several formats need a place each", "name a folder with --output")
    report = report_of(journals)
    if output is None:
        say(REPORTERS[named[0]](report).rstrip("\n"))
    elif len(named) == 1 and not output.is_dir():
        write_reports(report, [(named[0], output)])
    else:
        write_reports(report, [(one, output / ("report" + _ENDINGS.get(one, ""))) for one in named])
    return 0
