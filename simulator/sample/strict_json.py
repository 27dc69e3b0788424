"""Reads JSON strictly: what two readers could understand differently is refused, never guessed."""

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from simulator.sample.notification import Refused

_DIGITS = 40  # of one whole number; the partners' ids have 10, and nothing here counts further


def decode(body: bytes) -> Any:
    """The value that `body` spells: UTF-8, with or without a byte order mark.

    Raises:
        Refused: 400. It is empty, cut short, nested too deep or no JSON; it says one key twice; it has NaN, Infinity
            or a number of absurd length.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(400, "the body is not UTF-8") from None
    if not text.strip():
        raise Refused(400, "the body is empty")
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise Refused(400, "the body is nested too deep") from None
    except json.JSONDecodeError as error:
        raise Refused(400, f"the body is not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError as error:
        raise Refused(400, f"the body is not good JSON: {error}") from None


def _each_key_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 leaves open which of two equal keys counts, so neither does."""
    value: dict[str, Any] = {}
    for key, one in pairs:
        if key in value:
            raise ValueError(f"it says {shown(key)} twice")
        value[key] = one
    return value


def _whole_number(digits: str) -> int:
    """Exact, whatever its size; a float would spoil ids above 2**53."""
    if len(digits) > _DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is not taken")
    return int(digits)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def shown(value: object) -> str:
    """A value from outside for an error sentence: printable ASCII, never long, and no walk through nested ones."""
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


_DECODER = json.JSONDecoder(object_pairs_hook=_each_key_once, parse_int=_whole_number, parse_constant=_no_constant)
