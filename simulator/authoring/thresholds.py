"""Which thresholds of a load say nothing: those that nothing can keep to, and those that nothing can break."""

from collections.abc import Mapping
from typing import Any, Final

from simulator import clock
from simulator.authoring.findings import Findings
from simulator.model.load import DURATIONS, LONGEST

_SHORTEST: Final = 1e-6  # seconds: what is shorter is measured as nothing
_NO_TIME: Final = {"ack": "no answer comes in no time", "effect": "no effect shows in no time"}


def senseless(name: str, limit: float, *, below: bool = False) -> tuple[str, str] | None:
    """Why a limit on this figure says nothing, and what to write instead; None when it does say something.

    A figure is to be `limit` at most; with `below`, less. Durations are in seconds.

    >>> senseless("lost", 0.0, below=True)
    ('no number is below 0', 'e.g. lost<=0')
    >>> senseless("ack_p99", 0.2), senseless("drain", 0.0)
    (None, None)
    """
    if name not in DURATIONS:
        return ("no number is below 0", f"e.g. {name}<=0") if below and limit <= 0 else None
    of, _, share = name.partition("_")
    reason = ""
    if limit < _SHORTEST:
        reason = "nothing takes less than no time" if below else _NO_TIME.get(of, "")
    elif limit > LONGEST and share.startswith("p"):
        longest = clock.spelled(LONGEST)
        reason = f"what takes longer than {longest} counts as {longest}, so that nothing could break it"
    return (reason, f"e.g. {name}<200ms") if reason else None


def check_thresholds(findings: Findings, block: Mapping[str, Any]) -> None:
    """Tell of each in a `load:` block that says nothing: none of them is to be exceeded."""
    for name, value in block.get("thresholds", {}).items():
        if name in DURATIONS and (wrong := senseless(name, clock.seconds(value))):
            findings.add(("load", "thresholds", name), wrong[0], f"e.g. {name}: 200ms")
