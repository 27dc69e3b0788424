"""Finds the files that ship with the package, schemas and scenarios, in a checkout and in an installed wheel."""

import re
from pathlib import Path

from simulator.errors import PartnersimError

_HERE = Path(__file__).resolve().parent
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
    return file if _NAME.fullmatch(name) and file.is_file() else None


def shipped_scenarios() -> dict[str, Path]:
    """Name → file of every scenario that ships, in order of name: `clevertap/one-time-export`."""
    root = folder("scenarios")
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in sorted(root.rglob("*.yaml"))}
