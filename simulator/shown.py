"""Makes what a receiver or an author wrote safe to show: nothing in it moves a cursor, hides, reorders or commands."""

import base64
import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad"  # control characters, ESC among them; the soft hyphen
    "\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends of another kind, direction
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Every character of the categories control, format, surrogate and line or paragraph separator, and those that Unicode
lets a display leave out. What is left is also what XML 1.0 allows."""

_LINE_END = re.compile(r"\r?\n")
_BUILD_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)|\A(?P<lead>\s*):(?=:)")
"""What build servers take for an order to themselves: `##[…]`, `##vso[…]` anywhere, `::` at the start of a line."""


def line(text: str) -> str:
    r"""A text as one line that is safe in a terminal, a build log, XML and HTML-escaped HTML.

    >>> line("a\x1b[31mb\r\n::error::c"), line("::error::c"), line("##[error]")
    ('a\\x1b[31mb\\r\\n::error::c', '\\x3a:error::c', '#\\x23[error]')
    """
    return _BUILD_COMMAND.sub(_disarmed, _UNSAFE.sub(_escape, text))


def lines(text: str) -> list[str]:
    r"""A text line by line, each safe; tabs become four spaces.

    >>> lines("a\tb\r\n\u202ec")
    ['a    b', '\\u202ec']
    """
    return [line(one) for one in _LINE_END.split(text.replace("\t", "    "))]


def block(text: str) -> str:
    """The same as one text."""
    return "\n".join(lines(text))


def as_text(data: bytes) -> str:
    r"""Bytes as the text they are, or in base64 with a word about it; not yet safe.

    >>> as_text(b"ok"), as_text(b"\xff\x00")
    ('ok', '(2 bytes that are not UTF-8, in base64) /wA=')
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"({len(data):,} bytes that are not UTF-8, in base64) {base64.b64encode(data).decode()}"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of a text, and a note of how many there would have been."""
    return text if len(text) <= limit else f"{text[:limit]}... (cut: {limit:,} of {len(text):,} characters)"


def _escape(match: re.Match[str]) -> str:
    """A character as Python and JavaScript people write it."""
    match match[0]:
        case "\n":
            return r"\n"
        case "\r":
            return r"\r"
        case "\t":
            return r"\t"
        case other if ord(other) < 0x100:
            return f"\\x{ord(other):02x}"
        case other if ord(other) < 0x10000:
            return f"\\u{ord(other):04x}"
        case other:
            return f"\\U{ord(other):08x}"


def _disarmed(match: re.Match[str]) -> str:
    return r"#\x23" if match["lead"] is None else rf"{match['lead']}\x3a"
