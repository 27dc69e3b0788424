"""How a value is shown in a message: safe, and not too long."""

from typing import Any, Final

from simulator import shown

_LONGEST: Final = 60  # characters of a value inside a sentence


def quoted(value: Any) -> str:
    """A value in the words of a message: text between backquotes, cut when it is long.

    >>> quoted("five"), quoted(True), quoted([1]), quoted(None)
    ('`five`', '`true`', 'a list', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = shown.line(str(value).lower() if isinstance(value, bool) else str(value))
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[:_LONGEST]}…`"
