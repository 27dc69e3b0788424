"""The same text in other bytes: behind a byte order mark, compressed, or in UTF-16."""

import codecs
import struct
import zlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from simulator.model import Script

_GZIP: Final = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"  # RFC 1952: deflate, no name, no time, smallest, no system


def encoding(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body with a byte order mark (`bom`), compressed (`gzip`), or as `utf-16`.

    Content-Length fits what is sent, and a header tells of `gzip`. Content-Type stays: of `bom` and `utf-16` no header
    tells.

    Raises:
        ValueError: the setting is none of these, or the body is no UTF-8 text that could be written otherwise.
    """
    if not isinstance(setting, str) or setting not in _MADE:
        raise ValueError(f"encoding takes {', '.join(_MADE)}, not {setting!r}")
    try:
        made = _MADE[setting](body)
    except UnicodeDecodeError as error:
        raise ValueError(f"encoding: the body is not UTF-8 ({error}); take gzip") from error
    before = head[: head.rindex(b"Content-Length: ")]
    told = b"Content-Encoding: gzip\r\n" if setting == "gzip" else b""
    return (b"%b%bContent-Length: %d\r\n\r\n%b" % (before, told, len(made), made),)


def _gzip(body: bytes) -> bytes:
    """A gzip member that is the same on every machine and at any time."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return _GZIP + deflate.compress(body) + deflate.flush() + struct.pack("<II", zlib.crc32(body), len(body) % 2**32)


_MADE: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "bom": lambda body: codecs.BOM_UTF8 + body,
    "gzip": _gzip,
    "utf-16": lambda body: codecs.BOM_UTF16_LE + body.decode().encode("utf-16-le"),
}
