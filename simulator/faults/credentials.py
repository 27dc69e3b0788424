"""Credentials that are wrong in one exact way each, so that a receiver that lets one pass shows how it compares."""

import string
from base64 import b64decode, b64encode
from collections.abc import Callable
from random import Random


def authorization(right: str | None, how: str, dice: Random) -> tuple[str, ...]:
    """The values of the Authorization headers a request carries, in order.

    `right` is the configured value, None when none is. `how` is one of `Credentials`: right, wrong (as long, of the
    same scheme), absent, empty, prefix (its last letter missing), suffix (something added), other-case (letters
    swapped, the scheme left alone), decoded-case (of `Basic` the password's letters swapped; as other-case where there
    is no password, or no letter in it), other-user (of `Basic` another user, as long, with the right password; as wrong
    where there is no user), twice (the right one, then a wrong one), twice-wrong-first (the other way round). Without a
    configured value a made-up bearer token stands for it. Of `Basic` the password is what is wrong in all the others,
    so that the value still decodes; of other-case it is the letters as sent.

    Raises:
        ValueError: this value cannot be made wrong in that way.
    """
    if how == "right":
        return () if right is None else (right,)
    if how == "absent":
        return ()
    if how == "empty":
        return ("",)
    value = right if right is not None else "Bearer " + _letters(dice, 24)
    if how == "twice":
        return (value, _wrong(value, dice))
    if how == "twice-wrong-first":
        return (_wrong(value, dice), value)
    made = _made(value, how, dice)
    if made == value:
        raise ValueError(f"the configured authorization has nothing to make {how} of")
    return (made,)


def _made(value: str, how: str, dice: Random) -> str:
    """The value, wrong in that way; never with a blank at its end, which receivers would take away."""
    if how == "wrong":
        return _wrong(value, dice)
    if how == "other-user":
        return _other_user(value, dice)
    if how == "suffix":
        return _within(value, lambda secret: secret + _letters(dice, 3))
    if how == "prefix":  # padding goes too: a decoder that does not mind its absence would read the same bytes
        return _within(value, lambda secret: secret.rstrip("=")[:-1]).rstrip()
    if how == "decoded-case" and (swapped := _within(value, str.swapcase)) != _within(value, str):
        return swapped  # compared with the value encoded anew: an encoding of its own is no other password
    scheme, space, secret = _parts(value)
    return scheme + space + secret.swapcase()


def _wrong(value: str, dice: Random) -> str:
    return _within(value, lambda secret: _other(secret, dice))


def _within(value: str, change: Callable[[str], str]) -> str:
    """The value with its secret part changed: of Basic the password, else what follows the scheme."""
    user, password = _basic(value)
    if password:
        return _with(value, user, change(password))
    scheme, space, secret = _parts(value)
    return scheme + space + change(secret)


def _other_user(value: str, dice: Random) -> str:
    user, password = _basic(value)
    return _with(value, _other(user, dice), password) if user else _wrong(value, dice)


def _basic(value: str) -> tuple[str, str]:
    """The user and the password that Basic credentials stand for; both empty where they are none."""
    scheme, _, secret = _parts(value)
    try:
        user, colon, password = b64decode(secret, validate=True).decode().partition(":")
    except ValueError:  # no Basic after all: its letters are the secret
        return "", ""
    return (user, password) if colon and scheme.lower() == "basic" else ("", "")


def _with(value: str, user: str, password: str) -> str:
    """Basic credentials for these, with the scheme as in the value."""
    scheme, space, _ = _parts(value)
    return scheme + space + b64encode(f"{user}:{password}".encode()).decode()


def _parts(value: str) -> tuple[str, str, str]:
    """Scheme, space and the rest; all of a value without a scheme is secret."""
    scheme, space, secret = value.partition(" ")
    return (scheme, space, secret) if secret else ("", "", value)


def _other(secret: str, dice: Random) -> str:
    """As long, of the same kinds of characters, and another in every place that has a letter or digit."""
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    made = ""
    for char in secret:
        kind = next((kind for kind in kinds if char in kind), "")
        made += dice.choice(kind.replace(char, "")) if kind else char
    return made if made != secret else dice.choice(string.ascii_lowercase) + secret[1:]


def _letters(dice: Random, count: int) -> str:
    return "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(count))
