"""A partner that loses patience: the whole request goes out, then the connection ends without an answer."""

from random import Random
from typing import Any

from simulator.clock import seconds
from simulator.model import HangUp, Pause, Script


def hang_up(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send everything, wait for `after` (a duration), and end the connection; the receiver may have read it all.

    `end` is `close` (in order) or `reset`. An answer that comes before a duration is over is taken. `after: timeout`
    ends the connection when the delivery's timeout is over and reads no answer until then, whatever comes.

    Raises:
        ValueError: the setting is not `{after: duration or timeout, end: close or reset}`.
    """
    if not isinstance(setting, dict) or "after" not in setting or set(setting) - {"after", "end"}:
        raise ValueError("hang-up takes {after: a duration or timeout}, such as {after: 5s}, and end besides")
    end = setting.get("end", "close")
    if end not in ("close", "reset"):
        raise ValueError(f"hang-up ends by close or reset, not by {end!r}")
    if setting["after"] == "timeout":
        return (head + body, HangUp(reset=end == "reset", at_deadline=True))
    return (head + body, Pause(seconds(setting["after"])), HangUp(reset=end == "reset"))
