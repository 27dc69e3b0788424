"""Faults of the wire for random schedules, by what a right receiver makes of the request. Pure, and seeded.

What `takes_effect` is a correct request that looks unusual: it is acknowledged. What is `without_effect` did not come
whole, or only asks. What is `open_either_way` may be taken or not, and nothing is promised of it. Left out is what
takes as long as the partner's patience (a Content-Length that is too large, a hang-up at the timeout), and what comes
whole with another content (a cut with the fitting length, and `wrap`). The rules have all of these.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, Final

Fault = dict[str, Any]
"""What a step of a scenario says under `fault`."""

_READ_AS_JSON: Final = (
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "Application/JSON; Charset=UTF-8",
)
_OTHER_TYPES: Final = ("text/plain", "text/plain; charset=utf-8", "application/octet-stream", None)
_TEARS: Final = 5  # as likely as so many other ways: few bodies have a letter to be torn
_TRAILERS: Final = {"extension": "part=1", "trailers": {"X-Checksum": "abc"}}


def takes_effect(dice: Random, *, letters: bool) -> Fault:
    """A correct request. `letters`: whether the body has a character of more than one byte."""
    made: Sequence[Fault] = (
        {"pause": {"after": _share(dice), "for": _rest(dice)}},
        {"drip": {"part": "body", "bytes": dice.randint(2, 40), "every": "1ms"}},
        {"drip": {"part": "headers", "bytes": dice.randint(5, 40), "every": "1ms"}},
        {"chunked": dice.choice(({}, {"size": dice.randint(1, 200)}, {"size": "dice"}, {"size": 50, **_TRAILERS}))},
        {"expect-continue": {"wait": "200ms"}},
        {"headers": dice.choice(({"case": "lower"}, {"case": "upper"}, {"order": "dice"}))},
        {"content-type": dice.choice(_READ_AS_JSON)},
        *([{"split": {"place": "inside-a-character", "for": _rest(dice)}}] * _TEARS if letters else []),
    )
    return dict(dice.choice(made))


def without_effect(dice: Random) -> Fault:
    """A request whose message did not come whole, whatever the receiver takes for its end; or one that is safe."""
    made: Sequence[Fault] = (
        {"truncate": _share(dice)},
        {"truncate": {"at": _share(dice), "end": dice.choice(("reset", "half-close"))}},
        {"truncate": dice.choice((0, "98%"))},
        {"content-length": dice.choice(("smaller", "missing"))},
        {"method": "GET"},  # safe: whoever asks wants no effect (RFC 9110, 9.2.1)
    )
    return dict(dice.choice(made))


def open_either_way(dice: Random) -> Fault:
    """One after which the receiver may have the notification, or may not."""
    made: Sequence[Fault] = (
        {"hang-up": {"after": _rest(dice)}},
        {"hang-up": {"after": _rest(dice), "end": "reset"}},
        {"headers": {"repeat": "User-Agent"}},
        {"content-type": dice.choice(_OTHER_TYPES)},
        {"encoding": dice.choice(("bom", "gzip", "utf-16"))},
        {"method": "PUT"},
    )
    return dict(dice.choice(made))


def _share(dice: Random) -> str:
    """Of the body."""
    return f"{dice.randrange(5, 99)}%"


def _rest(dice: Random) -> str:
    return f"{dice.choice((1, 20, 120))}ms"
