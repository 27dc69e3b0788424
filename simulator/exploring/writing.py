"""Writes a scenario document as people write one: a block of exports, of steps, of claims, a line each."""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator import shown
from simulator.documents.scalars import plain

_WIDTH: Final = 118
_PLAIN: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 _./()+%@-]*[A-Za-z0-9_)%])?")
_BLOCKS: Final = frozenset(("exports", "timeline", "expect"))
_APART: Final = frozenset(("exports", "timeline", "expect", "then"))


def written(document: Mapping[str, Any], remarks: Iterable[str] = ()) -> str:
    """The text of a scenario file; each of the remarks is a paragraph of the comment at its top."""
    lines = []
    for remark in remarks:
        words = " ".join(shown.line(remark).split())
        lines += textwrap.wrap(words, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
    lines += [""] if lines else []
    for key, value in document.items():
        lines += ["", f"{key}:"] if key in _APART and value else []
        if key in _BLOCKS and value:
            lines += [f"  {_scalar(name)}: {_flow(one)}" for name, one in value.items()]
        elif key == "then" and value:
            for claim in value:
                (first, *rest) = claim.items()
                lines += [f"  - {_scalar(first[0])}: {_flow(first[1])}"]
                lines += [f"    {_scalar(name)}: {_flow(one)}" for name, one in rest]
        else:
            lines.append(f"{_scalar(key)}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(name)}: {_flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


def _scalar(text: str) -> str:
    """As it stands where YAML reads it as this very text, else in double quotes."""
    try:
        bare = _PLAIN.fullmatch(text) is not None and plain(text) == text
    except ValueError:
        bare = False
    if bare:
        return text
    return "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in json.dumps(text, ensure_ascii=False))
