"""A body that comes in pieces: cut short, or with a rest in the middle. Headers promise all of it, or what comes."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from simulator.clock import seconds
from simulator.model import EndWriting, HangUp, Pause, Script

_ENDS: Final[Mapping[str, HangUp | EndWriting]] = {
    "close": HangUp(),
    "reset": HangUp(reset=True),
    "half-close": EndWriting(),
}
_OPEN: Final = "open"  # the connection does not end


def truncate(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send `60%` of the body, or that many bytes of it, and end the connection.

    `{at: 60%, end: reset}` says how it ends: `close` (in order), `reset`, or `half-close`, which ends the partner's
    own side only, so that what the receiver answers to it is seen. `open` leaves it open: Content-Length is that of
    what comes, so that the body is whole for HTTP, and cut short for whoever parses it.

    Raises:
        ValueError: the setting is none of these, or would leave nothing out.
    """
    written = setting if isinstance(setting, dict) else {"at": setting}
    if "at" not in written or set(written) - {"at", "end"}:
        raise ValueError("truncate takes {at: a share or bytes, end: …}, such as {at: 60%, end: reset}")
    end = written.get("end", "close")
    if end not in (*_ENDS, _OPEN):
        raise ValueError(f"truncate ends by {', '.join((*_ENDS, _OPEN))}, not by {end!r}")
    rest = body[: _place("truncate", body, written["at"])]
    if end == _OPEN:
        before = head[: head.rindex(b"Content-Length: ")]
        return (b"%bContent-Length: %d\r\n\r\n%b" % (before, len(rest), rest),)
    return (head + rest, _ENDS[end])


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
