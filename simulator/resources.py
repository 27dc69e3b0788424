"""Finds the files that ship with the package, schemas, scenarios and rules, in a checkout and in an installed wheel."""

import re
from pathlib import Path

from simulator.errors import PartnersimError

_HERE = Path(__file__).resolve().parent
RULES = "rules/"
"""Where rules lie below `scenarios`, and how the names of what they play begin."""

_NAME = re.compile(r"[a-z0-9-]{1,100}(?:/[a-z0-9-]{1,100}){0,3}")


def folder(name: str) -> Path:
    """The folder `schemas`, `scenarios` or `loadtests`, wherever this installation keeps it.

    Raises:
        PartnersimError: the installation is incomplete.
    """
    for parent in (_HERE / "_bundled", _HERE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise PartnersimError(f"this installation lacks its folder {name!r}", "install partnersim again")


def shipped_scenario(name: str) -> Path | None:
    """The file of the shipped scenario of that name, without looking through all of them; None when none is."""
    file = folder("scenarios") / f"{name}.yaml"
    return file if _NAME.fullmatch(name) and not name.startswith(RULES) and file.is_file() else None


def shipped_scenarios() -> dict[str, Path]:
    """Name → file of every scenario that ships, in order of name: `clevertap/one-time-export`."""
    return {name: file for name, file in _below("scenarios").items() if not name.startswith(RULES)}


def shipped_rule(name: str) -> Path | None:
    """The file of the shipped rule of that name, `auth/absent`; None when none is."""
    file = folder("scenarios") / RULES / f"{name}.yaml"
    return file if _NAME.fullmatch(name) and file.is_file() else None


def shipped_rules() -> dict[str, Path]:
    """Name → file of every rule that ships, in order of name: `auth/absent`."""
    return {name.removeprefix(RULES): file for name, file in _below("scenarios").items() if name.startswith(RULES)}


def _below(name: str) -> dict[str, Path]:
    root = folder(name)
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in sorted(root.rglob("*.yaml"))}
