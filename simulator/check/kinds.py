"""The two kinds of checks: on answers, one delivery at a time; on the receiver's state, one export at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.check.case import Case
from simulator.check.finding import Finding, Tally
from simulator.check.history import History
from simulator.model import Attempt, Observation
from simulator.scenario import Claim, Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the runner must read for a claim. `window`: real seconds of readings after the last delivery.

    `settled` looks at the end readings so far of one export and says whether more would change nothing; None: the
    whole window is needed, and longer where genuine notifications take longer to show. It sees the journal's header,
    not its entries: they are still being written.
    """

    probe: str
    of: str  # an export's name; "" for all
    run: int | None
    window: float
    settled: Callable[[Case, Sequence[Observation]], bool] | None


def whole_window(claim: Claim) -> Watch:
    """What the claim speaks of, for all of its window: what shows at once may change later."""
    return Watch(probe=claim.probe, of=claim.of, run=claim.run, window=claim.window, settled=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationCheck:
    """A check on answers. `judge` is given the attempt that a delivery ended with."""

    name: str
    judge: Callable[[Case, Expectation, Attempt], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A check on the receiver's state: what to read, and what the readings mean.

    `judge` is given all that was sent and seen of one export id, and gives None when the claim says nothing about it.
    `promise` is the claim in words. `needs` are the select names without which nothing can be said; `control` those
    that the probe must have shown at least once in the run before their absence means anything. `nothing` says why
    there is no evidence when `judge` gave None for every export. `across`, where there is one, compares the exports
    with one another by their marks.
    """

    name: str
    judge: Callable[[Case, Claim, History], Finding | None]
    watch: Callable[[Claim], Watch]
    promise: Callable[[Claim], str]
    nothing: Callable[[Claim], str]
    needs: Callable[[Claim], tuple[str, ...]]
    control: Callable[[Claim], tuple[str, ...] | None] = lambda _: None
    across: Callable[[Claim, Tally], Finding | None] | None = None
