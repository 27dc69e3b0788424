"""Where words go: people's words and the one JSON value of `--json`."""

import json
import sys
from contextlib import suppress
from typing import Any

import click

from simulator import shown
from simulator.errors import DocumentError, PartnersimError
from simulator.version import __version__


def say(text: str, *, as_json: bool = False, quiet: bool = False) -> None:
    """A line for people: on stdout, or on stderr when stdout belongs to a program; nothing when quiet."""
    if quiet:
        return
    if as_json:
        _tell_people(text)
    else:
        click.echo(text)


def tell(value: Any) -> None:
    """The one JSON value of `--json`, on stdout."""
    click.echo(json.dumps(value, indent=2))


def colour_wanted() -> bool:
    """Whether stdout is a terminal that wants colours (NO_COLOR and TERM=dumb are heard)."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fail(message: str, remedy: str, code: int, *, as_json: bool, error: PartnersimError | None = None) -> int:
    """Say what went wrong, on stderr and, where asked, as JSON on stdout; gives the exit code."""
    _tell_people(shown.block(f"partnersim: {message}" + (f"\n  {remedy}" if remedy else "")))
    if as_json:
        told: dict[str, Any] = {"message": message, "remedy": remedy}
        if isinstance(error, DocumentError):
            told["mistakes"] = [
                {"file": error.source, "line": one.line, "column": one.column, "path": one.path}
                | {"message": one.message, "remedy": one.remedy}
                for one in error.mistakes
            ]
        with suppress(OSError):  # nobody listens any more
            tell({"partnersim": __version__, "outcome": "error", "exit_code": code, "error": told})
    return code


def _tell_people(text: str) -> None:
    """Words on stderr; that nobody takes them changes nothing."""
    with suppress(OSError):
        click.echo(text, err=True)
