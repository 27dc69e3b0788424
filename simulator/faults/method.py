"""The right request by the wrong method: a GET where the partner sends a POST."""

from random import Random
from typing import Any, Final

from simulator.model import Script

METHODS: Final = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")


def method(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the same headers and the same body by another method: GET, HEAD, PUT, PATCH, DELETE or OPTIONS.

    Raises:
        ValueError: the setting is none of these, which are written in capitals.
    """
    if not isinstance(setting, str) or setting not in METHODS:
        raise ValueError(f"method takes {', '.join(METHODS)}, not {setting!r}")
    return (b"%b %b%b" % (setting.encode(), head.partition(b" ")[2], body),)
