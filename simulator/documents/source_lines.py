"""How a line of a file is shown in a message: no control characters, no secrets, not too long."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_WIDEST: Final = 160  # characters of a source line
_FARTHEST: Final = 20_000  # lines that are looked through for the key above one
_UNSEEN: Final = frozenset(("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"))
_TELLING: Final = r"(?!credentials\b)[\w-]*(?:auth|token|secret|passw|cookie|credential|signature|api[-_ ]?key)[\w-]*"
_VALUE: Final = r"""("(?:[^"\\]|\\.)*"?|'[^']*'?|(?:\$\{[^}]*\}|[^,}\s"'])(?:\$\{[^}]*\}|[^,}])*)"""
_REFERENCE: Final = re.compile(r"(\$\{env:\w+\})")
_SECRETS: Final = (
    re.compile(rf"""(?i){_TELLING}["']?\s*:\s*{_VALUE}"""),
    re.compile(r"(?i)\b(?:basic|bearer|digest|token)\s+([^\s\"',}$][^\s\"',}]*)"),
    re.compile(r"://([^/@\s]+)@"),
    re.compile(r"[?&][\w.-]+=([^&\s\"'},]+)"),
)
_COMMAND: Final = re.compile(r"(?<![^\s]):(?=:)|#(?=#(?:\[|vso\[|teamcity\[))")  # what build servers would obey
_HEADERS_INLINE: Final = re.compile(r"headers[\"']?\s*:\s*(\{(?:\$\{[^}]*\}|[^}])*\}?)")
_ABOVE_SECRETS: Final = re.compile(rf"(?i)[\"']?(headers|{_TELLING})[\"']?\s*:")
_PAIR: Final = re.compile(rf"[\w\"'-]+\s*:\s+{_VALUE}")


def source_line(lines: Sequence[str], line: int, column: int) -> str:
    """Line `line` (from 1) as it may be shown: columns stay where they are, secrets become asterisks.

    Empty when there is no such line or `column` lies too far to the right for a caret below it.
    """
    if not 0 < line <= len(lines) or column > _WIDEST:
        return ""
    text = _without_secrets(lines[line - 1][: 2 * _WIDEST], _secret_above(lines, line))
    text = _COMMAND.sub("·", text)
    text = "".join(" " if one == "\t" else "�" if unicodedata.category(one) in _UNSEEN else one for one in text)
    return text.rstrip() if len(text) <= _WIDEST else text[:_WIDEST] + "…"


def _without_secrets(text: str, above: str) -> str:
    """A line with asterisks for secrets; `above` is the key it lies below, where that tells something."""
    found = [match.span(1) for pattern in _SECRETS for match in pattern.finditer(text)]
    if inline := _HEADERS_INLINE.search(text):
        found += [match.span(1) for match in _PAIR.finditer(text, *inline.span(1))]
    if above:
        found.append((text.find(":") + 1 if above == "headers" else 0, len(text)))
    for start, end in found:
        text = text[:start] + _starred(text[start:end]) + text[end:]
    return text


def _starred(text: str) -> str:
    """As many asterisks, but for blanks and references to the environment, which give nothing away."""
    parts = _REFERENCE.split(text)
    return "".join(part if number % 2 else re.sub(r"\S", "*", part) for number, part in enumerate(parts))


def _secret_above(lines: Sequence[str], line: int) -> str:
    """The key that a line lies below, when that is `headers` or tells of credentials; else an empty text."""
    indent = _indent(lines[line - 1])
    for number in range(line - 2, -1, -1):
        text = lines[number]
        if line - number > _FARTHEST:
            return "too far to tell"
        if not text.strip() or _indent(text) >= indent:
            continue
        if match := _ABOVE_SECRETS.match(text.strip()[:_WIDEST]):
            return match[1].lower()
        indent = _indent(text)
        if not indent:
            return ""
    return ""


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
