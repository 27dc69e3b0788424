"""A body that comes in pieces: cut short, or with a rest in the middle. The headers promise all of it either way."""

import re
from random import Random
from typing import Any

from simulator.clock import seconds
from simulator.model import HangUp, Pause, Script


def truncate(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send `60%` of the body, or that many bytes of it, and end the connection.

    Raises:
        ValueError: the setting is neither, or would leave nothing out.
    """
    return (head + body[: _place("truncate", body, setting)], HangUp())


def pause(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body up to `after` (`60%`, or that many bytes), rest `for` a duration, send what is left.

    Raises:
        ValueError: the setting is not `{after: …, for: duration}`, or nothing would be left.
    """
    if not isinstance(setting, dict) or set(setting) != {"after", "for"}:
        raise ValueError("pause takes {after: a share or bytes, for: a duration}, such as {after: 50%, for: 3s}")
    place = _place("pause", body, setting["after"])
    return (head + body[:place], Pause(seconds(setting["for"])), body[place:])


def _place(fault: str, body: bytes, setting: Any) -> int:
    """How many bytes of the body come first: fewer than it has."""
    if isinstance(setting, int) and not isinstance(setting, bool) and setting >= 0:
        place = setting
    elif isinstance(setting, str) and (match := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%", setting)):
        place = int(len(body) * float(match[1]) / 100)
    else:
        raise ValueError(f"{fault} takes a share of the body such as 60%, or a number of bytes, not {setting!r}")
    if place >= len(body):
        raise ValueError(f"{fault} at {setting}: the body has {len(body)} bytes, so nothing would be left")
    return place
