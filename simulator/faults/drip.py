"""A partner on a line so slow that headers or body come a few bytes at a time."""

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from simulator.clock import seconds
from simulator.model import Pause, Script

_PIECES: Final = 1000  # unless the setting says otherwise
_MOST: Final = 100_000


def drip(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send `part` (headers or body) in pieces of so many `bytes`, one `every` so often; nothing is missing.

    After `pieces` of them (1000 where nothing is said) the rest comes at once.

    Raises:
        ValueError: the setting is not `{part: headers or body, bytes: number, every: duration, pieces: number}`, or
            there is nothing to drip.
    """
    if not isinstance(setting, dict) or not {"part", "every"} <= set(setting) <= {"part", "bytes", "every", "pieces"}:
        raise ValueError("drip takes {part: body, bytes: 1, every: 20ms}, and pieces besides")
    part, size, pieces = setting["part"], setting.get("bytes", 1), setting.get("pieces", _PIECES)
    if part not in ("headers", "body"):
        raise ValueError(f"drip takes part: headers or body, not {part!r}")
    for name, number, most in (("bytes", size, None), ("pieces", pieces, _MOST)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1 or (most and number > most):
            bounds = f" from 1 to {most:,}" if most else " above 0"
            raise ValueError(f"drip takes {name}: a whole number{bounds}, not {number!r}")
    rest = Pause(seconds(setting["every"]))
    if part == "headers":
        return (*_apart(_pieces(head, size, pieces), rest), body)
    if not body:
        raise ValueError("drip: the body has 0 bytes, so there is nothing to drip; take part: headers")
    return (head, rest, *_apart(_pieces(body, size, pieces), rest))


def _pieces(data: bytes, size: int, most: int) -> Iterator[bytes]:
    """The first so many pieces, and what is left as one."""
    end = min(len(data), size * most)
    yield from (data[at : min(at + size, end)] for at in range(0, end, size))
    if end < len(data):
        yield data[end:]


def _apart(pieces: Iterator[bytes], rest: Pause) -> Iterator[bytes | Pause]:
    yield next(pieces)
    for piece in pieces:
        yield rest
        yield piece
