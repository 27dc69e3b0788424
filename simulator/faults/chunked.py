"""A body of which the headers do not say how long it is: Transfer-Encoding: chunked (RFC 9112, 7.1)."""

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, Final

from simulator.documents.headers import wrong_name, wrong_value
from simulator.model import Script

_DICE: Final = range(1, 65)  # bytes of a chunk whose size the dice say
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_EXTENSION: Final = re.compile(rf'{_WORD}(?:=(?:{_WORD}|"[ !#-\[\]-~]*"))?')
_NOT_BELOW: Final = frozenset(("content-type", "content-encoding", "content-range", "set-cookie", "cookie"))


def chunked(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body in chunks, with Transfer-Encoding in the place of Content-Length; a correct request.

    `size` is how many bytes a chunk has, or `dice` for 1 to 64 each; left out, one chunk has it all. `extension` stands
    behind every chunk's size (`part=1`), `trailers` (names and values) come after the last one and are announced.

    Raises:
        ValueError: the setting is not `{size: …, extension: …, trailers: …}`, or one of them cannot be sent.
    """
    if not isinstance(setting, dict) or set(setting) - {"size", "extension", "trailers"}:
        raise ValueError("chunked takes {size: 16} or {size: dice}, with extension and trailers besides")
    extension = setting.get("extension")
    if extension is not None and not (isinstance(extension, str) and _EXTENSION.fullmatch(extension)):
        raise ValueError(f"chunked takes an extension such as part=1, not {extension!r}")
    behind = b";%b" % extension.encode() if extension else b""
    trailers = _trailers(setting.get("trailers", {}))
    before = head[: head.rindex(b"Content-Length: ")]
    announced = b"Trailer: %b\r\n" % b", ".join(name for name, _ in trailers) if trailers else b""
    framed = [b"%x%b\r\n%b\r\n" % (len(piece), behind, piece) for piece in _pieces(body, setting.get("size"), dice)]
    last = b"0%b\r\n%b\r\n" % (behind, b"".join(b"%b: %b\r\n" % pair for pair in trailers))
    return (b"%b%bTransfer-Encoding: chunked\r\n\r\n%b%b" % (before, announced, b"".join(framed), last),)


def _pieces(body: bytes, size: Any, dice: Random) -> Iterator[bytes]:
    """The body, cut into chunks; none is empty, since an empty one is the last."""
    if size != "dice" and size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
        raise ValueError(f"chunked takes size: a number of bytes above 0, or dice, not {size!r}")
    at = 0
    while at < len(body):
        end = at + (dice.choice(_DICE) if size == "dice" else size or len(body))
        yield body[at:end]
        at = end


def _trailers(written: Any) -> list[tuple[bytes, bytes]]:
    if not isinstance(written, Mapping):
        raise ValueError("chunked takes trailers: names and values, such as {X-Checksum: abc}")
    made = []
    for name, value in written.items():
        if not isinstance(value, str) or (wrong := wrong_name(name) or wrong_value(name, value)):
            raise ValueError(f"chunked: {wrong[0] if isinstance(value, str) and wrong else f'{name} is to be a text'}")
        if name.lower() in _NOT_BELOW:  # RFC 9110, 6.5.1: what is needed to read the body cannot follow it
            raise ValueError(f"chunked: {name} cannot be a trailer; take another, such as X-Checksum")
        made.append((name.encode(), value.encode()))
    return made
