"""What may be sent as a header, whoever gives it: file, command line or partner."""

import re
from typing import Final

from simulator.documents.showing import quoted

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
RESERVED: Final = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer", "keep-alive")
)
"""Headers that frame a request or name its connection, in lower case: the sender's own affair."""


def check_name(text: str) -> None:
    """Return when a text is the name of a header.

    Raises:
        ValueError: it is not; words that go on after the text.
    """
    if not _TOKEN.fullmatch(text):
        raise ValueError("is not the name of a header: letters, digits and - _ . are")


def check_value(text: str) -> None:
    """Return when a text can be sent as the value of a header: printable ASCII, no blank at either end.

    Raises:
        ValueError: it cannot; words that go on after the text.
    """
    if bad := next((one for one in text if not (" " <= one <= "~" or one == "\t")), ""):
        what = "a line break" if bad in "\r\n" else "a letter beyond ASCII" if bad > "\x9f" else "a control character"
        raise ValueError(f"has {what} in it, with which it cannot be sent as a header")
    if text != text.strip():
        raise ValueError("begins or ends with a blank, which receivers take away")


def wrong_name(name: str) -> tuple[str, str] | None:
    """Message and remedy for a header that nobody may add; None for one that is free."""
    try:
        check_name(name)
    except ValueError as error:
        return f"{quoted(name)} {error}", "e.g. X-Env"
    if name.lower() == "authorization":
        return "credentials do not stand among headers", "give them as `authorization`: wrong ones are made from it"
    if name.lower() in RESERVED:
        return f"{quoted(name)} is set by the sender itself", "take it out"
    return None


def wrong_value(name: str, value: str) -> tuple[str, str] | None:
    """Message and remedy for a value that cannot be sent; None for one that can. The value itself is not told."""
    try:
        check_value(value)
    except ValueError as error:
        return f"the value of {quoted(name)} {error}", "give it in printable ASCII, without blanks around it"
    return None
