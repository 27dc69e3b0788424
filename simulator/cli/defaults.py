"""Defaults that a project keeps in `[tool.partnersim]` of its pyproject.toml."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from simulator.errors import UsageError


def defaults_from_pyproject(command: str, folder: Path | None = None) -> dict[str, Any]:
    """Option → value for one command: keys of the table, then of its sub-table named like the command.

    A key is an option's long name (`time-scale = "60x"`). The file is looked for in `folder`, by default where the
    command runs, and above it.

    Raises:
        UsageError: the file is no TOML, or a key is no option of any command (sub-table: of this command).
    """
    here = (folder or Path.cwd()).resolve()
    file = next(
        (place / "pyproject.toml" for place in (here, *here.parents) if (place / "pyproject.toml").is_file()), None
    )
    if file is None or b"tool.partnersim" not in file.read_bytes():
        return {}
    import tomllib  # late: most projects have no such table

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("partnersim", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {error}", "mend the file; [tool.partnersim] is read from it") from error
    from simulator.cli import COMMANDS

    general = {name: value for name, value in table.items() if not isinstance(value, dict)}
    tables = {name: value for name, value in table.items() if isinstance(value, dict)}
    unknown = sorted(set(tables) - set(COMMANDS)) + sorted(
        name for name in general if not any(_is_option(name, one) for one in COMMANDS)
    )
    own = tables.get(command, {})
    unknown += [f"{command}.{name}" for name in own if not _is_option(name, command)]
    if unknown:
        raise UsageError(f"{file}: [tool.partnersim] has no {', '.join(unknown)}", f"see: partnersim {command} --help")
    chosen = {**{name: value for name, value in general.items() if _is_option(name, command)}, **own}
    return {_parameter(name, command): _placed(name, value, command, file.parent) for name, value in chosen.items()}


def _placed(name: str, value: Any, command: str, folder: Path) -> Any:
    """A file that the project names is looked for beside its pyproject.toml, wherever the command runs."""
    options = import_module(f"simulator.cli.{command}_command").command.params
    (option,) = [one for one in options if one.name == _parameter(name, command)]
    names_a_file = isinstance(option.type, click.Path) or option.metavar == "FILE"
    return str(folder / value) if names_a_file and isinstance(value, str) else value


def _options(command: str) -> dict[str, str]:
    module = import_module(f"simulator.cli.{command}_command")
    return {
        spelling.lstrip("-"): option.name or ""
        for option in module.command.params
        if isinstance(option, click.Option)
        for spelling in (*option.opts, *option.secondary_opts)
    }


def _is_option(name: str, command: str) -> bool:
    return name.replace("_", "-") in _options(command)


def _parameter(name: str, command: str) -> str:
    return _options(command)[name.replace("_", "-")]
