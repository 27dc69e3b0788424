"""What verdicts stand on, as the journal tells it: attempts, and observations of the receiver's state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.model.outcomes import Outcome


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One delivery as it went: the intent and what came of it, as the journal tells."""

    line: int  # of the intent
    outcome_line: int  # of the outcome; the intent's when none was written
    number: int
    attempt: int  # from 1; above 1 for a partner's retries
    step: str
    copy: int
    event: str
    export: str
    run: int
    id: str
    status: str
    time: str
    definition_id: str
    end: bool
    valid: bool
    credentials: str
    fault: bool
    at: float
    due: float
    timeout: float
    endpoint: str
    method: str
    url: str
    head: str
    body: bytes
    intended: float  # seconds since the run began: the intent was written
    outcome: Outcome
    answer_status: int = 0
    answer_head: str = ""
    answer_body: bytes = b""
    late: float = 0.0  # seconds between when it was due and when its first byte left
    held: float = 0.0  # how much of `late` is no fault of the sender: no connection was free, or it took long to open
    sent: float = 0.0
    done: float = 0.0
    connection: int = 0
    reused: bool = False
    capped: bool = False
    hung_up: bool = False  # by the partner, on purpose
    detail: str = ""
    fault_name: str = ""  # which fault, as its author wrote it: `truncate 60%`; "" also when the journal does not say
    final: bool = True  # whether the partner makes no further attempt at this delivery

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it: valid, right credentials, no fault on the wire."""
        return self.sound and not self.fault

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it but, perhaps, a fault on the wire."""
        return self.valid and self.credentials == "right"

    @property
    def took(self) -> float:
        """Seconds from the first byte sent to the end of the answer, or to what went wrong."""
        return max(self.done - self.sent, 0.0) if self.sent else 0.0

    @property
    def name(self) -> str:
        """A name for people: `nightly[3].completed`, `done`, `done+2` for its second repeat."""
        own = f"{self.export}[{self.run}].{self.event}" if self.step == self.export else self.step
        return f"{own}+{self.copy}" if self.copy else own

    @property
    def answer(self) -> str:
        """What came back in a word or two: `200`, `302, not followed`, `timeout.headers`, `refused`."""
        if self.outcome is Outcome.ANSWERED:
            return str(self.answer_status)
        if self.outcome is Outcome.REDIRECTED:
            return f"{self.answer_status}, not followed"
        return str(self.outcome)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The receiver's state, once, through a probe: one line of the journal.

    `moment` is `before` (nothing of this export was sent yet), `after` (a delivery was just answered) or `end`.
    `present` is None when the probe itself did not work; `detail` then says why. `values` has the names of the
    probe's `select` that were found.
    """

    line: int
    probe: str
    export: str
    run: int
    id: str
    moment: Literal["before", "after", "end"]
    asked: float  # seconds since the run began
    done: float
    present: bool | None
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0  # of the HTTP answer
    detail: str = ""
