"""Headers that mean the same and look otherwise: names in other letters, another order, one of them twice."""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

from simulator.documents.headers import RESERVED
from simulator.model import Script

_CASES: Final = {"lower": bytes.lower, "upper": bytes.upper}
_ONCE: Final = RESERVED | {"authorization", "content-type", "content-encoding"}  # whose repetition means something


def headers(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send header names in other letters (`case`), in an `order` by dice, or one of them twice (`repeat`); correct.

    `{case: lower}` or `upper`, `{order: dice}`, `{repeat: User-Agent}`, also together. Values stay as they are.

    Raises:
        ValueError: the setting is none of these, or names a header that is not there or may not come twice.
    """
    if not isinstance(setting, dict) or not setting or set(setting) - {"case", "order", "repeat"}:
        raise ValueError("headers takes {case: lower or upper}, {order: dice} or {repeat: a header's name}")
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if "repeat" in setting:
        lines = _repeated(lines, setting["repeat"])
    if "order" in setting:
        lines = _shuffled(lines, setting["order"], dice)
    if "case" in setting:
        if setting["case"] not in _CASES:
            raise ValueError(f"headers takes case: lower or upper, not {setting['case']!r}")
        change = _CASES[setting["case"]]
        lines = [change(name) + colon + value for name, colon, value in (line.partition(b":") for line in lines)]
    return (b"\r\n".join((first, *lines)) + b"\r\n\r\n" + body,)


def _repeated(lines: Sequence[bytes], wanted: Any) -> list[bytes]:
    """With that header once more, right behind itself."""
    names = [line.partition(b":")[0].decode("latin-1") for line in lines]
    harmless = [name for name in dict.fromkeys(names) if name.lower() not in _ONCE]
    if not isinstance(wanted, str) or wanted.lower() not in (name.lower() for name in harmless):
        raise ValueError(f"headers can repeat one of {', '.join(harmless) or 'none of these'}, not {wanted!r}")
    at = next(at for at, name in enumerate(names) if name.lower() == wanted.lower())
    return [*lines[: at + 1], *lines[at:]]


def _shuffled(lines: Sequence[bytes], wanted: Any, dice: Random) -> list[bytes]:
    """In another order than they were."""
    if wanted != "dice":
        raise ValueError(f"headers takes order: dice, not {wanted!r}")
    if len(set(lines)) < 2:
        raise ValueError("headers: there is one header only, and no other order")
    made = list(lines)
    while made == list(lines):
        dice.shuffle(made)
    return made
