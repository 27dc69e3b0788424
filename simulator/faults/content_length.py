"""A Content-Length that is wrong, or none."""

from random import Random
from typing import Any, Final

from simulator.model import EndWriting, Script

_MORE: Final = 10  # bytes that are promised and never come


def content_length(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Promise a body longer than it is (`larger`), or shorter (`smaller`), or say nothing (`missing`).

    `larger` promises ten bytes that never come, so the receiver waits for them; `smaller` half of the body; a number
    that many bytes. With `missing` the partner ends its own side of the connection after the body, and reads the
    answer.

    Raises:
        ValueError: the setting is none of these, or what it says would be right.
    """
    before = head[: head.rindex(b"Content-Length: ")]
    if setting == "missing":
        return (before + b"\r\n" + body, EndWriting())
    if setting == "larger":
        length = len(body) + _MORE
    elif setting == "smaller":
        length = len(body) // 2
    elif isinstance(setting, int) and not isinstance(setting, bool) and setting >= 0:
        length = setting
    else:
        raise ValueError(f"content-length takes larger, smaller, missing or a number of bytes, not {setting!r}")
    if length == len(body):
        raise ValueError(f"content-length: the body has {length} bytes, so that would be right; take larger")
    return (b"%bContent-Length: %d\r\n\r\n%b" % (before, length, body),)
