"""A body whose Content-Type says something else, or is not there."""

import re
from random import Random
from typing import Any, Final

from simulator.documents.headers import check_value
from simulator.model import Script

_LINE: Final = re.compile(rb"\r\ncontent-type:[^\r\n]*", re.IGNORECASE)


def content_type(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send another Content-Type (`text/plain`, `application/json; charset=utf-8`), or none (null), with the same body.

    Raises:
        ValueError: the setting is neither null nor a text that can be sent as a header's value.
    """
    if setting is not None and not (isinstance(setting, str) and setting):
        raise ValueError(f"content-type takes a text such as text/plain, or null for none, not {setting!r}")
    without = _LINE.sub(b"", head)
    if setting is None:
        return (without + body,)
    try:
        check_value(setting)
    except ValueError as error:
        raise ValueError(f"content-type: {setting!r} {error}") from error
    at = found.start() if (found := _LINE.search(head)) else len(head) - len(b"\r\n\r\n")
    return (b"%b\r\nContent-Type: %b%b%b" % (without[:at], setting.encode(), without[at:], body),)
