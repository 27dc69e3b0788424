"""Who of other machines has come to a load: a file, written by the one that holds the workers together."""

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_FILE = "gathered.json"


class Gathered(NamedTuple):
    """How many are `there`, how many are not waited for any more, how many `left` so far, and why the last ones did.

    `complete` once nobody is waited for any more, neither of other machines nor of this one.
    """

    there: int = 0
    given_up: int = 0
    left: int = 0
    whys: tuple[str, ...] = ()
    complete: bool = False


def note(folder: Path, gathered: Gathered) -> None:
    """Note it in the folder of a load; where that does not work, people are told less."""
    part = folder / f"{_FILE}.part"
    with suppress(OSError):
        part.write_text(json.dumps(gathered._asdict()), encoding="utf-8")
        part.replace(folder / _FILE)


def noted(folder: Path) -> Gathered:
    """What was noted last."""
    try:
        told = Gathered(**json.loads((folder / _FILE).read_text(encoding="utf-8")))
        return told._replace(whys=tuple(told.whys))
    except (OSError, ValueError, TypeError):
        return Gathered()
