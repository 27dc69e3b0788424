"""Reads JSON strictly: what two readers could understand differently, or could choke on, is refused."""

import json
import math
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from simulator import shown
from simulator.limits import DOCUMENT_DEPTH, NUMBER_DIGITS
from simulator.web.problems import Problem


def decode(body: bytes) -> Any:
    """The value that `body` spells in UTF-8.

    Raises:
        Problem: bad-request. It is no JSON, says one key twice, has NaN, Infinity, a number beyond all measure or half
            a surrogate pair, or is nested deeper than `limits.DOCUMENT_DEPTH`.
    """
    try:
        value = _DECODER.decode(body.decode("utf-8"))
        _walk(value)
    except UnicodeDecodeError:
        raise _bad("the body is not UTF-8") from None
    except UnicodeEncodeError:
        raise _bad("the body has half of a surrogate pair, which is no character") from None
    except RecursionError:
        raise _bad("the body is nested too deep") from None
    except json.JSONDecodeError as error:
        raise _bad(f"the body is not JSON: {error.msg} at character {error.pos + 1}") from None
    except ValueError as error:
        raise _bad(f"the body is not good JSON: {error}") from None
    return value


def _bad(reason: str) -> Problem:
    return Problem("bad-request", reason, "send one JSON value in UTF-8")


def _walk(value: Any) -> None:
    """See that every text can be written, and nothing is nested too deep."""
    level = [value]
    for _ in range(DOCUMENT_DEPTH + 1):
        inside: list[Any] = []
        for one in level:
            if isinstance(one, str):
                one.encode()
            elif isinstance(one, dict):
                inside += [*one, *one.values()]
            elif isinstance(one, list):
                inside += one
        if not inside:
            return
        level = inside
    raise ValueError(f"it is nested deeper than {DOCUMENT_DEPTH} levels")


def _each_key_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 leaves open which of two equal keys counts, so neither does."""
    value: dict[str, Any] = {}
    for key, one in pairs:
        if key in value:
            raise ValueError(f"it says {shown.line(ascii(key)[:60])} twice")
        value[key] = one
    return value


def _whole_number(digits: str) -> int:
    if len(digits) > NUMBER_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is not taken")
    return int(digits)


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:60]} is beyond all measure")
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_each_key_once, parse_int=_whole_number, parse_float=_fraction, parse_constant=_no_constant
)
