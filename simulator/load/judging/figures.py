"""How long things took in a load: spreads of a great many durations, and what happened second by second."""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.load.demands import Demand
from simulator.load.durations import Durations, percentiles
from simulator.model import Attempt, Outcome, Second


@dataclass
class _Second:
    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    late_max: float = 0.0
    acks: "array[float]" = field(default_factory=lambda: array("f"))


class Figures:
    """Takes in every attempt of a load.

    `open_model`: deliveries were due at a time of their own; else each was due when its user was free.
    What ran into its timeout was not answered earlier: it counts in `ack` and `service` with all the time it took.
    """

    def __init__(self, *, open_model: bool) -> None:
        self.ack, self.service, self.late, self.held = Durations(), Durations(), Durations(), Durations()
        self.ack_begun = Durations()  # the same as `ack` without what the sender itself was late to begin
        self.acknowledged = self.attempts = 0
        self.given_up: Counter[str] = Counter()  # by the reason why
        self._open = open_model
        self._seconds: dict[int, _Second] = {}

    def add(self, attempt: Attempt, demand: Demand, *, acknowledged: bool, unmet: bool) -> None:
        """Count one attempt, by what its answer was to be; `unmet`: it may not be that."""
        second = self._seconds.setdefault(int(max(attempt.due if self._open else attempt.intended, 0.0)), _Second())
        if attempt.outcome is Outcome.SKIPPED:
            self.given_up[attempt.detail] += 1
            return
        self.attempts += 1
        second.sent += attempt.attempt == 1
        if attempt.outcome is Outcome.IN_DOUBT:
            return
        late = max(attempt.late - attempt.held, 0.0)
        if attempt.attempt == 1:
            self.late.add(late)
            self.held.add(attempt.held)
            second.late_max = max(second.late_max, late)
        self.acknowledged += acknowledged
        second.acknowledged += acknowledged
        second.failed += unmet and attempt.final and not attempt.hung_up
        rightful = attempt.genuine and demand is not Demand.NO
        if rightful and attempt.attempt == 1 and (acknowledged or attempt.outcome.timed_out):
            took = self._took(attempt)
            self.ack.add(took)
            self.ack_begun.add(took - late)
            self.service.add(attempt.took)
            second.acks.append(took)

    def timeline(self, due: Mapping[int, int]) -> tuple[Second, ...]:
        """Every second in which something was due, in order; `due` is how many by second."""
        return tuple(
            _told(at, due.get(at, 0), self._seconds.get(at, _Second())) for at in sorted({*due, *self._seconds})
        )

    def _took(self, attempt: Attempt) -> float:
        """From when it was due, or its user began to send it, to its whole answer."""
        return max(attempt.done - (attempt.due if self._open else attempt.intended), 0.0)


def _told(at: int, due: int, second: _Second) -> Second:
    p50, p99 = percentiles(second.acks, (0.5, 0.99))
    return Second(
        at=at,
        due=due,
        sent=second.sent,
        acknowledged=second.acknowledged,
        failed=second.failed,
        ack_p50=p50,
        ack_p99=p99,
        late_max=round(second.late_max, 6),
    )
