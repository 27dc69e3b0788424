"""All that is known of a load at its end, as far as promises are judged by it."""

from dataclasses import dataclass, field

from simulator.check.state import duration
from simulator.load.judging.book import Book
from simulator.load.judging.effects import Shown
from simulator.load.judging.parts import Part
from simulator.load.judging.reading import Read
from simulator.load.mix import Mix
from simulator.load.usual import TOO_LATE
from simulator.model import LoadResult, Spread


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a load at its end.

    `read` is None where the receiver's state was not read; `effect` is how soon what was followed showed; `mix` is what
    somebody asked for, of which none may be missing. `can_be_stale`: more of the same load could have something that
    comes after what overtook it. `ack_begun` is how long answers took without what the sender itself was late to begin.
    """

    parts: tuple[Part, ...]
    book: Book
    result: LoadResult
    read: Read | None
    effect: Shown = field(default_factory=Shown)
    ack_begun: Spread = field(default_factory=Spread)
    mix: Mix = field(default_factory=Mix)
    can_be_stale: bool = True
    too_late: float = TOO_LATE

    @property
    def sender_too_late(self) -> bool:
        """Whether the sender's own lateness is more than what can be measured beside it."""
        return self.result.late.p99 > self.too_late

    @property
    def lateness(self) -> str:
        """That, in words."""
        return f"the sender itself was {duration(self.result.late.p99)} late in 1 of 100"

    @property
    def probe(self) -> str:
        """The name of the probe that is asked; "" for none."""
        return next((one.probe.name for one in self.parts if one.probe), "")

    @property
    def select(self) -> frozenset[str]:
        """What it shows."""
        return frozenset(name for one in self.parts if one.probe for name in one.probe.select)

    @property
    def sampled(self) -> str:
        """What is to be said beside every count where not all ids were read."""
        if self.read is None or self.read.asked == self.read.all:
            return ""
        return f" (a sample: {self.read.asked:,} of {self.read.all:,} exports were read)"

    @property
    def lost_workers(self) -> str:
        """Who was lost on the way, and why; "" for nobody."""
        lost = [f"worker {one.worker}: {one.lost}" for one in self.result.shares if one.lost]
        return f"lost on the way: {'; '.join(lost)}" if lost else ""
