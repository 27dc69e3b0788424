"""Says YAML syntax errors in plain words, each with its likeliest remedy."""

import re
from collections.abc import Sequence
from typing import Any, Final

from simulator import shown
from simulator.documents.showing import quoted

_SPACES: Final = "indent with spaces"
_CLOSE: Final = "close it, or check the quotes and commas inside"
_ALIGN: Final = "keys of one mapping begin in the same column; a text with `: `, `#` or quotes in it stands in quotes"
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "mapping values are not allowed": (
        "this colon begins a mapping where none can be",
        "put the text in quotes if the colon belongs to it; otherwise check the indentation of this line",
    ),
    "block sequence entries are not allowed": (
        "a list cannot begin on the line of its key",
        "begin it on the next line, or write [one, two]",
    ),
    "did not find expected ',' or ']'": ("this list is not closed by `]`", _CLOSE),
    "did not find expected ',' or '}'": ("this mapping is not closed by `}`", _CLOSE),
    "found unexpected end of stream": ("this text has no closing quote", "close it"),
    "found unexpected document indicator": ("this text has no closing quote", "close it"),
    "found a tab character": ("a tab is used as indentation", _SPACES),
    "found unknown escape character": (
        "a backslash begins no escape here",
        "write \\\\ for a backslash, or use single quotes",
    ),
    "found invalid Unicode character escape code": (
        "this escape is half a character",
        "write the character itself, or its full escape such as \\U0001F600",
    ),
    "could not find expected ':'": (
        "a colon is missing after this key",
        "write `key: value`, with a blank after the colon",
    ),
    "did not find expected key": ("this does not go on from the lines before", _ALIGN),
    "did not find expected '-' indicator": (
        "a list goes on here with a line that is no item",
        "each item begins with `- ` in the same column",
    ),
    "did not find expected <document start>": ("something follows after the end", "take it out, or check brackets"),
    "did not find expected node content": ("a value is missing here", "write one, or take the comma out"),
    "did not find expected alphabetic or numeric character": (
        "`&` and `*` name anchors and aliases",
        "put the text in quotes",
    ),
    "did not find expected comment or line break": ("a text after `|` or `>` begins on the next line", ""),
    "found incompatible YAML document": ("this version of YAML is not known", "take out the line %YAML"),
    "found unknown directive name": ("a line that begins with `%` is a directive", "put the text in quotes"),
}
_GLUED: Final = re.compile(r"\s*[\w-]+:(?=[^\s/:])")
_OPENING: Final = ("did not find expected ',' or", "found unexpected end of stream", "could not find expected ':'")
"""Where the mistake is where the thing began, not where reading stopped."""


def syntax(error: Any, lines: Sequence[str]) -> tuple[str, str, int, int]:
    """Message, remedy, line and column (from 1) of an error of PyYAML's parser."""
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    if getattr(error, "context_mark", None) is not None and problem.startswith(_OPENING):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if problem.startswith("mapping values are not allowed") and (above := _glued_colon(lines, line)):
        return "a blank is missing after the colon", "write `key: value`", *above
    message, remedy = next(
        (words for start, words in _WORDS.items() if problem.startswith(start)),
        (f"this is not YAML: {shown.line(problem)}", "put texts with special characters in quotes"),
    )
    if problem.startswith("found character that cannot start any token"):
        one = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
        if one == "\t":
            return "a tab is used as indentation", _SPACES, line, column
        return f"no value can begin with {quoted(one)}", "put the text in quotes", line, column
    return message, remedy, line, column


def _glued_colon(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """Line and column of a `key:value` without a blank, in the last line with anything on it before `line`."""
    for number in range(line - 1, 0, -1):
        if lines[number - 1].strip():
            match = _GLUED.match(lines[number - 1])
            return (number, match.end()) if match else None
    return None
