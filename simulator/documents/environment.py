"""Fills `${env:NAME}` in from a mapping that the caller hands over; nothing here reads the process's environment."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from simulator.documents.formats import REFERENCE
from simulator.documents.showing import quoted

Path = tuple[str | int, ...]


class Expansion(NamedTuple):
    """What filling in came to."""

    written: Mapping[Path, str]  # place → the text with its references, where they were filled in
    wrong: Mapping[Path, tuple[str, str]]  # place → message and remedy


def filled(text: str, env: Mapping[str, str]) -> tuple[str, str, str]:
    """A text with its references filled in; message and remedy when one cannot be, else two empty texts.

    >>> filled("Bearer ${env:TOKEN}", {"TOKEN": "abc"})
    ('Bearer abc', '', '')
    """
    missing = [name for name in REFERENCE.findall(text) if name not in env]
    if missing:
        name = missing[0]
        return text, f"the environment has no variable {quoted(name)}", f"set it, e.g. {name}=… partnersim …"
    if "${" in REFERENCE.sub("", text):
        return text, "`${` begins a reference that is not written ${env:NAME}", "e.g. ${env:RECEIVER_TOKEN}"
    return REFERENCE.sub(lambda match: env[match[1]], text), "", ""


def fill(root: Any, env: Mapping[str, str]) -> Expansion:
    """Fill in every text value below `root`, in place."""
    written: dict[Path, str] = {}
    wrong: dict[Path, tuple[str, str]] = {}
    waiting: list[tuple[Any, Path]] = [(root, ())]
    while waiting:
        into, path = waiting.pop()
        for key, value in into.items() if isinstance(into, dict) else enumerate(into):
            if isinstance(value, dict | list):
                waiting.append((value, (*path, key)))
            elif isinstance(value, str) and "${" in value:
                into[key], message, remedy = filled(value, env)
                if message:
                    wrong[*path, key] = (message, remedy)
                else:
                    written[*path, key] = value
    return Expansion(written, wrong)
