"""A body in two writes, torn where a receiver that decodes as it reads would stumble."""

from random import Random
from typing import Any, Final

from simulator.clock import seconds
from simulator.model import Pause, Script

_PLACE: Final = "inside-a-character"
_FOR: Final = "200ms"


def split(head: bytes, body: bytes, setting: Any, dice: Random) -> Script:
    """Send the body in two pieces that meet inside a UTF-8 character, with a rest between them; nothing is missing.

    `inside-a-character`, or `{place: inside-a-character, for: duration}`; the rest is 200 ms where nothing is said.
    Which of the body's longer characters it is, the dice say.

    Raises:
        ValueError: the setting is neither, or the body is not UTF-8 or has no such character.
    """
    written = setting if isinstance(setting, dict) else {"place": setting}
    if written.get("place") != _PLACE or set(written) - {"place", "for"}:
        raise ValueError(f"split takes {_PLACE}, or {{place: {_PLACE}, for: 1s}}")
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"split: the body is not UTF-8 ({error}), so no character can be split") from error
    places = [at for at, byte in enumerate(body) if byte & 0xC0 == 0x80]  # every byte but a character's first
    if not places:
        raise ValueError(
            "split: every character of the body is one byte; give it a longer one with `set`, such as Zürich"
        )
    place = dice.choice(places)
    return (head + body[:place], Pause(seconds(written.get("for", _FOR))), body[place:])
