"""A body with a rest in the middle."""

from random import Random
from typing import Any

from simulator.clock import seconds
from simulator.documents.amounts import amount
from simulator.model import Pause, Script


def pause(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body up to `after` (`60%`, or that many bytes), rest `for` a duration, send what is left.

    Raises:
        ValueError: the setting is not `{after: …, for: duration}`, or nothing would be left.
    """
    if not isinstance(setting, dict) or set(setting) != {"after", "for"}:
        raise ValueError("pause takes {after: a share or bytes, for: a duration}, such as {after: 50%, for: 3s}")
    place = amount("pause", body, setting["after"])
    return (head + body[:place], Pause(seconds(setting["for"])), body[place:])
