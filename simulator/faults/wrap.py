"""A notification within something else, where the partner sends it by itself."""

from random import Random
from typing import Any, Final

from simulator.model import Script

_ARRAY: Final = "array"


def wrap(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body as the one element of a JSON `array`; Content-Length fits what is sent.

    Raises:
        ValueError: the setting is not `array`.
    """
    if setting != _ARRAY:
        raise ValueError(f"wrap takes {_ARRAY}, not {setting!r}")
    before = head[: head.rindex(b"Content-Length: ")]
    return (b"%bContent-Length: %d\r\n\r\n[%b]" % (before, len(body) + len(b"[]"), body),)
