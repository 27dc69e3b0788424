"""A payload that somebody had their hands on: keys given other values, keys left out."""

from collections.abc import Mapping, Sequence
from typing import Any


def tamper(fields: Mapping[str, Any], changes: Mapping[str, Any], without: Sequence[str]) -> dict[str, Any]:
    """The payload with `changes` made in place, new keys at the end, and the keys `without` left out.

    Raises:
        ValueError: a key to leave out is not there.
    """
    tampered = {**fields, **changes}
    for key in without:
        if key not in tampered:
            raise ValueError(f"remove names the key {key!r}; the payload has {', '.join(map(repr, fields))}")
        del tampered[key]
    return tampered
