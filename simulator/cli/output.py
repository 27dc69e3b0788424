"""Where words go: people's words and the one JSON value of `--json`."""

import json
import sys
from typing import Any

import click

from simulator.errors import DocumentError, PartnersimError
from simulator.version import __version__


def say(text: str, *, as_json: bool = False, quiet: bool = False) -> None:
    """A line for people: on stdout, or on stderr when stdout belongs to a program; nothing when quiet."""
    if not quiet:
        click.echo(text, err=as_json)


def tell(value: Any) -> None:
    """The one JSON value of `--json`, on stdout."""
    click.echo(json.dumps(value, indent=2))


def colour_wanted() -> bool:
    """Whether stdout is a terminal that wants colours (NO_COLOR and TERM=dumb are heard)."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fail(message: str, remedy: str, code: int, *, as_json: bool, error: PartnersimError | None = None) -> int:
    """Say what went wrong, on stderr and, where asked, as JSON on stdout; gives the exit code."""
    try:
        click.echo(f"partnersim: {message}", err=True)
        if remedy:
            click.echo(f"  {remedy}", err=True)
        if as_json:
            told: dict[str, Any] = {"message": message, "remedy": remedy}
            if isinstance(error, DocumentError):
                told["mistakes"] = [
                    {"file": error.source, "line": one.line, "column": one.column, "path": one.path}
                    | {"message": one.message, "remedy": one.remedy}
                    for one in error.mistakes
                ]
            tell({"partnersim": __version__, "outcome": "error", "exit_code": code, "error": told})
    except BrokenPipeError:
        pass  # nobody listens any more
    return code
