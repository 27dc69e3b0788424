"""A partner that loses patience: the whole request goes out, then the connection ends without an answer."""

from random import Random
from typing import Any

from simulator.clock import seconds
from simulator.model import HangUp, Pause, Script


def hang_up(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send everything, wait for `after` (a duration), and end the connection; the receiver may have read it all.

    Raises:
        ValueError: the setting is not `{after: duration}`.
    """
    if not isinstance(setting, dict) or set(setting) != {"after"}:
        raise ValueError("hang-up takes {after: a duration}, such as {after: 5s}")
    return (head + body, Pause(seconds(setting["after"])), HangUp())
