"""Defaults that a project keeps in `[tool.partnersim]` of its pyproject.toml."""

import os
from datetime import date, time
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from simulator.errors import UsageError


def defaults_from_pyproject(command: str) -> dict[str, Any]:
    """Option → value for one command: keys of the table, then of its sub-table named like the command.

    A key is an option's long name (`time-scale = "60x"`); its value is read as on the command line. The file is looked
    for where the command runs, and above it.

    Raises:
        UsageError: the file cannot be read, is no TOML, a key is no option of any command (sub-table: of this
            command), or a value is none for it.
    """
    file = _file()
    table = _table(file) if file else {}
    if not file or not table:
        return {}
    from simulator.cli import COMMANDS

    general = {name: value for name, value in table.items() if not isinstance(value, dict)}
    tables = {name: value for name, value in table.items() if isinstance(value, dict)}
    unknown = sorted(set(tables) - set(COMMANDS)) + sorted(
        name for name in general if not any(_option(name, one) for one in COMMANDS)
    )
    own = tables.get(command, {})
    unknown += [f"{command}.{name}" for name in own if not _option(name, command)]
    if unknown:
        raise UsageError(f"{file}: [tool.partnersim] has no {', '.join(unknown)}", f"see: partnersim {command} --help")
    chosen = {}
    for name, value in {**general, **own}.items():
        if option := _option(name, command):
            chosen[option.name or ""] = _placed(_value(f"{file}: {name}", value, option), option, file)
    return chosen


def _file() -> Path | None:
    """The nearest pyproject.toml; none where the folder itself is gone."""
    try:
        here = Path.cwd().resolve()
    except FileNotFoundError:
        return None
    places = (place / "pyproject.toml" for place in (here, *here.parents))
    return next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113 - one that never raises


def _table(file: Path) -> dict[str, Any]:
    """What stands in [tool.partnersim]; of a file that never names it, nothing is looked at."""
    try:
        data = file.read_bytes()
        if b"partnersim" not in data:
            return {}
        import tomllib  # late: most projects have no such table

        tools = tomllib.loads(data.decode()).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{file}: {reason}", "mend the file; [tool.partnersim] is read from it") from error
    table = tools.get("partnersim", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{file}: tool.partnersim is no table", "write [tool.partnersim], and the options below it")
    return table


def _option(name: str, command: str) -> click.Option | None:
    spelling = f"--{name.replace('_', '-')}"
    module = import_module(f"simulator.cli.{command}_command")
    options = (one for one in module.command.params if isinstance(one, click.Option))
    return next((one for one in options if spelling in {*one.opts, *one.secondary_opts}), None)


def _value(place: str, value: Any, option: click.Option) -> Any:
    """A value as it would stand on the command line, so that it means the same."""
    if isinstance(value, bool) and not option.is_flag:
        raise UsageError(f"{place} is not to be {str(value).lower()}", "write it as on the command line")
    if option.multiple:
        return [_word(place, one) for one in (value if isinstance(value, list) else [value])]
    return _word(place, value)


def _placed(value: Any, option: click.Option, file: Path) -> Any:
    """A file that the project names is looked for beside its pyproject.toml, wherever the command runs."""
    names_a_file = isinstance(option.type, click.Path) or option.metavar == "FILE"
    return str(file.parent / value) if names_a_file and isinstance(value, str) else value


def _word(place: str, value: Any) -> str | bool:
    match value:
        case str() | bool():
            return value
        case int() | float():
            return str(value)
        case date() | time():  # a date with its time is a date
            return value.isoformat()
        case _:
            raise UsageError(f"{place} is no text, number, time or true", "write it as on the command line")
