"""Where words go: people's words, the one JSON value of `--json`, and files."""

import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from simulator import shown
from simulator.errors import DocumentError, PartnersimError, StorageError
from simulator.version import __version__


def say(text: str, *, as_json: bool = False, quiet: bool = False) -> None:
    """A line for people: on stdout, or on stderr when stdout belongs to a program; nothing when quiet."""
    if quiet:
        return
    if as_json:
        tell_people(text)
    else:
        click.echo(text)


def tell(value: Any) -> None:
    """The one JSON value of `--json`, on stdout."""
    click.echo(json.dumps(value, indent=2))


def colour_wanted() -> bool:
    """Whether stdout is a terminal that wants colours (NO_COLOR and TERM=dumb are heard)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fail(message: str, remedy: str, code: int, *, as_json: bool, error: PartnersimError | None = None) -> int:
    """Say what went wrong, on stderr and, where asked, as JSON on stdout; gives the exit code."""
    tell_people(shown.block(f"partnersim: {message}" + (f"\n  {remedy}" if remedy else "")))
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


def wrote(what: str, path: Path, *, quiet: bool = False) -> None:
    """Say on stderr what was written where: `wrote the badge badge.svg`; nothing when quiet."""
    tell_people(f"wrote {what} {shown.line(str(path))}", quiet=quiet)


def free(stem: str) -> Path:
    """A file in this folder that is not there yet: `late-initiated-shrunk.yaml`."""
    path, number = Path(f"{stem}.yaml"), 1
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.yaml")
    return path


def write_file(what: str, path: Path, text: str) -> None:
    """The text in a file, whole or not at all; folders that are missing are made. `what` names it in messages.

    Where the file cannot be replaced (a device, /dev/stdout, a mount, a folder that takes no other file), it is
    written in place.

    Raises:
        StorageError: it could not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (_replaceable(path) and _replaced(path.resolve(), text.encode())):
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {what} {path}: {error.strerror or error}", "name another file") from error


def _replaceable(path: Path) -> bool:
    """Whether another file may take its place: nothing is there, or a plain file that is ours to write."""
    if str(path.absolute()).startswith(("/dev/", "/proc/")):  # what is open already, though it be a plain file
        return False
    return not path.exists() or (path.is_file() and path.stat().st_nlink == 1 and os.access(path, os.W_OK))


def _replaced(path: Path, data: bytes) -> bool:
    """Whether a neighbour with these bytes took the file's place, and its permissions; raises OSError."""
    neighbour = path.with_name(f".partnersim-{os.getpid()}.part")
    try:
        opened = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError:
        return False
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(data)
        with suppress(OSError):  # nothing was there, or it takes no permissions
            neighbour.chmod(stat.S_IMODE(path.stat().st_mode))
        with suppress(OSError):
            neighbour.replace(path)
            return True
        return False
    finally:
        neighbour.unlink(missing_ok=True)


def tell_people(text: str, *, quiet: bool = False) -> None:
    """Words on stderr, none when quiet; that nobody takes them changes nothing."""
    if quiet:
        return
    with suppress(OSError):
        click.echo(text, err=True)
