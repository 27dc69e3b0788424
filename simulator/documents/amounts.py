"""How much of a body an author means: a share of it, or a number of bytes."""

import re
from typing import Any


def amount(fault: str, body: bytes, written: Any) -> int:
    """How many bytes of the body come first: fewer than it has. `fault` is named where something is wrong.

    >>> amount("truncate", b"0123456789", "60%"), amount("pause", b"0123456789", 3)
    (6, 3)

    Raises:
        ValueError: it is neither a share nor a number of bytes, or nothing of the body would be left.
    """
    if isinstance(written, int) and not isinstance(written, bool) and written >= 0:
        place = written
    elif isinstance(written, str) and (match := re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%", written)):
        place = int(len(body) * float(match[1]) / 100)
    else:
        raise ValueError(f"{fault} takes a share of the body such as 60%, or a number of bytes, not {written!r}")
    if place >= len(body):
        raise ValueError(f"{fault} at {written}: the body has {len(body)} bytes, so nothing would be left")
    return place
