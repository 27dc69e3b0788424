"""Reads plain YAML scalars by the core schema of YAML 1.2: null, true, false, numbers; all else is text."""

import math
import re
from typing import Final

from simulator import limits

_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER: Final = re.compile(
    r"(?P<decimal>[-+]?[0-9]+)|0o(?P<octal>[0-7]+)|0x(?P<hexadecimal>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<endless>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_NUMBER_STARTS: Final = frozenset("0123456789+-.")


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar.

    >>> plain("yes"), plain("12:30:00"), plain("0o17"), plain("1e3"), plain("true"), plain("~")
    ('yes', '12:30:00', 15, 1000.0, True, None)

    Raises:
        ValueError: a number that JSON cannot hold, or longer than `limits.NUMBER_DIGITS`; it says why.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS or not (match := _NUMBER.fullmatch(text)):
        return text
    if len(text) > limits.NUMBER_DIGITS and sum(map(str.isalnum, text)) > limits.NUMBER_DIGITS:
        raise ValueError(f"a number of more than {limits.NUMBER_DIGITS} digits")
    kind = match.lastgroup
    if kind == "decimal":
        return int(text)
    if kind == "octal":
        return int(text[2:], 8)
    if kind == "hexadecimal":
        return int(text[2:], 16)
    value = math.inf if kind == "endless" else float(text)
    if not math.isfinite(value):
        raise ValueError(f"`{text}` is no number that JSON can hold")
    return value
