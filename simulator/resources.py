"""Finds the files that ship with the package, schemas and scenarios, in a checkout and in an installed wheel."""

from pathlib import Path

from simulator.errors import PartnersimError

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `schemas`, `scenarios` or `loadtests`, wherever this installation keeps it.

    Raises:
        PartnersimError: the installation is incomplete.
    """
    for parent in (_HERE / "_bundled", _HERE.parent):
        if (parent / name).is_dir():
            return parent / name
    raise PartnersimError(f"this installation lacks its folder {name!r}", "install partnersim again")


def shipped_scenarios() -> dict[str, Path]:
    """Name → file of every scenario that ships, in order of name: `clevertap/one-time-export`."""
    root = folder("scenarios")
    return {file.relative_to(root).with_suffix("").as_posix(): file for file in sorted(root.rglob("*.yaml"))}
