"""A body that is cut short: below headers that promise all of it, or that much as comes."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from simulator.documents.amounts import amount
from simulator.model import EndWriting, HangUp, Script

_ENDS: Final[Mapping[str, HangUp | EndWriting]] = {
    "close": HangUp(),
    "reset": HangUp(reset=True),
    "half-close": EndWriting(),
}
_FITTING: Final = "fitting"


def truncate(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send `60%` of the body, or that many bytes of it, and end the connection.

    `{at: 60%, end: reset}` says how it ends: `close` (in order), `reset`, or `half-close`, which ends the partner's
    own side only, so that what the receiver answers to it is seen. With `{at: 60%, length: fitting}` the
    Content-Length is that of what comes, and the connection stays: the body is whole for HTTP, and cut short for
    whoever parses it.

    Raises:
        ValueError: the setting is none of these, or would leave nothing out.
    """
    written = setting if isinstance(setting, dict) else {"at": setting}
    if "at" not in written or not ({"at", "end"} >= set(written) or {"at", "length"} >= set(written)):
        raise ValueError("truncate takes {at: a share or bytes} with end or length, such as {at: 60%, end: reset}")
    rest = body[: amount("truncate", body, written["at"])]
    if "length" in written:
        if written["length"] != _FITTING:
            raise ValueError(f"truncate takes length: {_FITTING}, not {written['length']!r}")
        before = head[: head.rindex(b"Content-Length: ")]
        return (b"%bContent-Length: %d\r\n\r\n%b" % (before, len(rest), rest),)
    end = written.get("end", "close")
    if end not in _ENDS:
        raise ValueError(f"truncate ends by {', '.join(_ENDS)}, not by {end!r}")
    return (head + rest, _ENDS[end])
