"""How a desk is set up: where it keeps its state, whom it may send to, and where its story begins."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simulator.receiver import Receiver, Tls

Misfire = Literal["send", "skip"]
"""What becomes of that which fell due while nothing ran."""

_SYSTEM = Tls()


@dataclass(frozen=True, kw_only=True)
class DeskSettings:
    """`folder` keeps the state. What fell due while nothing ran is sent or skipped, by `misfire`.

    `allow` names public hosts that may be sent to, `never` has ports of this machine that are our own. `receiver` is
    whom scenarios are played against unless they say otherwise. `seed`, `start` (epoch seconds), `scale` and `held` are
    for a state that begins (`scale` in story seconds a second); one that is there goes on as it was, but for `scale`
    and `held` where they are given: held, nothing has passed since the service ended.
    """

    folder: Path
    misfire: Misfire = "send"
    allow: frozenset[str] = frozenset()
    never: frozenset[int] = frozenset()
    tls: Tls = _SYSTEM
    receiver: Receiver | None = None
    seed: int | None = None
    start: float | None = None
    scale: float | None = None
    held: bool | None = None
