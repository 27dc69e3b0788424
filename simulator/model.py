"""The words: deliveries, attempts, observations, verdicts. Frozen; they know how to answer questions and do nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple

Level = Literal["must", "should", "may"]

Pairs = tuple[tuple[str, str], ...]
"""Headers as a list of pairs: order, case and repetition survive."""


class Outcome(StrEnum):
    """How one attempt ended: a closed list."""

    ANSWERED = "answered"
    REDIRECTED = "redirected"
    TIMEOUT_CONNECT = "timeout.connect"
    TIMEOUT_TLS = "timeout.tls"
    TIMEOUT_WRITE = "timeout.write"
    TIMEOUT_HEADERS = "timeout.headers"
    TIMEOUT_BODY = "timeout.body"
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"
    DNS = "dns"
    TLS = "tls"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    IN_DOUBT = "in-doubt"

    @property
    def reached(self) -> bool:
        """Whether a receiver was there at all: a connection stood, and bytes could be sent."""
        return self not in _NOT_REACHED


_NOT_REACHED = frozenset(
    {
        Outcome.TIMEOUT_CONNECT,
        Outcome.TIMEOUT_TLS,
        Outcome.REFUSED,
        Outcome.DNS,
        Outcome.TLS,
        Outcome.BLOCKED,
        Outcome.SKIPPED,
        Outcome.IN_DOUBT,
    }
)


class Url(NamedTuple):
    """Where requests go, taken apart once: `target` is path and query as written on the request line."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the Host header says: brackets round IPv6, no default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The constant part of every request to one endpoint.

    `head` is the request line and all headers up to, without, Content-Length; `shown` is the same text with every
    value removed that is not known to be harmless. `timeout` is in real seconds.
    """

    endpoint: str
    url: Url
    method: str
    head: bytes
    shown: str
    timeout: float


class Pause(NamedTuple):
    """A rest between two pieces of a request, in real seconds."""

    seconds: float


class AwaitContinue(NamedTuple):
    """A rest until the receiver says `100 Continue`, or for so many real seconds; a final answer ends the request."""

    seconds: float


class EndWriting(NamedTuple):
    """The partner ends its own side of the connection here (FIN), and still reads the answer."""


class HangUp(NamedTuple):
    """The partner ends the connection here, in order (FIN) or by reset (RST), and awaits no answer.

    `at_deadline`: not at once but when the delivery's timeout is over, and whatever comes until then is not read.
    """

    reset: bool = False
    at_deadline: bool = False


Script = tuple["bytes | Pause | AwaitContinue | EndWriting | HangUp", ...]
"""A request that misbehaves on purpose: bytes and rests, perhaps an end of the connection at its end."""


class Delivery(NamedTuple):
    """One planned notification to one receiver. Times are story seconds from the scenario's start."""

    number: int  # from 1, in order of `due`
    step: str  # the step or export of the scenario that made it: what `expect` names
    copy: int  # 0 for the first, 1… for repeats of the same bytes
    event: str  # the provider's word: initiated, completed, finished
    export: str  # the export's name in the scenario; "" when the step has none
    run: int  # from 1; 0 when the step has no export
    id: str  # the values that probes and checks ask for, as the payload spells them
    status: str
    time: str
    definition_id: str
    end: bool  # whether this event ends the run it speaks of
    valid: bool  # whether the body fits the partner's schema
    credentials: str  # "right", or how they are wrong
    at: float  # when the event happens: what the payload says
    due: float  # when it is sent
    route: Route
    body: bytes
    script: Script | None = None  # what goes on the wire when it is not simply `data`
    together: int = 1  # how many copies, all at this very moment, leave together with it, itself included

    @property
    def head(self) -> bytes:
        """Request line and headers, to the empty line."""
        return b"%bContent-Length: %d\r\n\r\n" % (self.route.head, len(self.body))

    @property
    def shown_head(self) -> str:
        """The same without secrets."""
        return f"{self.route.shown}Content-Length: {len(self.body)}\r\n\r\n"

    @property
    def data(self) -> bytes:
        """Every byte of the request as the partner means it."""
        return b"%bContent-Length: %d\r\n\r\n%b" % (self.route.head, len(self.body), self.body)

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it: valid, right credentials, no fault on the wire."""
        return self.valid and self.credentials == "right" and self.script is None

    @property
    def name(self) -> str:
        """A name for people: `nightly[3].completed`, `done`, `done+2` for its second repeat."""
        own = f"{self.export}[{self.run}].{self.event}" if self.step == self.export else self.step
        return f"{own}+{self.copy}" if self.copy else own


class Exchange(NamedTuple):
    """What one request on the wire came to. Moments are seconds of the wire's clock."""

    outcome: Outcome
    status: int = 0  # 0 when there was no answer
    head: bytes = b""  # the answer's status line and headers, as received
    body: bytes = b""  # at most limits.ANSWER_KEPT of what was read
    size: int = 0  # bytes of body read
    sha256: str = ""  # of all that was read; "" when nothing was
    capped: bool = False  # whether reading stopped at limits.ANSWER_READ
    sent: float = 0.0  # when the first byte was handed to the connection; 0.0 when none was
    done: float = 0.0  # when the outcome was known
    connection: int = 0  # which connection of this run, from 1; 0 when none stood
    reused: bool = False  # whether it had carried a request before
    detail: str = ""  # the reason in words: "certificate has expired"
    hung_up: bool = False  # whether it was the partner that ended the connection, as a fault on the wire wants it

    @property
    def took(self) -> float:
        """Seconds from the first byte sent to the end of the answer, or to what went wrong."""
        return max(self.done - self.sent, 0.0) if self.sent else 0.0


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
    sent: float = 0.0
    done: float = 0.0
    connection: int = 0
    reused: bool = False
    capped: bool = False
    hung_up: bool = False  # by the partner, on purpose
    detail: str = ""
    final: bool = True  # whether the partner makes no further attempt at this delivery

    @property
    def genuine(self) -> bool:
        """Whether the partner itself would send it: valid, right credentials, no fault on the wire."""
        return self.valid and self.credentials == "right" and not self.fault

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


class Result(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"


class Known(NamedTuple):
    """What a baseline says of a promise that is known not to be kept."""

    reason: str
    until: str = ""  # ISO 8601 day, UTC, from which on it counts again; "" for none
    expired: bool = False  # whether that day had come


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check says of one run, and why; `evidence` are line numbers of the journal."""

    check: str  # what was checked, unique in its scenario: expect/each, then/1-eventually
    result: Result
    because: str
    evidence: tuple[int, ...] = ()
    level: Level = "must"
    sentence: str = ""  # the promise in words, for the report's first line
    scenario: str = ""
    reproduce: str = ""
    known: Known | None = None  # what the baseline says of it, if anything

    @cached_property
    def failed(self) -> bool:
        """Whether the receiver broke the promise."""
        return self.result is Result.FAILED

    @property
    def passed(self) -> bool:
        """Whether the receiver kept it, on evidence."""
        return self.result is Result.PASSED

    @property
    def excused(self) -> bool:
        """Whether it failed as is known, and for as long as that may be."""
        return self.failed and self.known is not None and not self.known.expired

    @property
    def drifted(self) -> bool:
        """Whether it is known to fail, and passed: the baseline is out of date."""
        return self.passed and self.known is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late the sender itself was: seconds between when a first byte was due and when it left."""

    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One scenario played once and judged."""

    title: str
    source: str  # the file, or the name of a shipped scenario
    provider: str
    seed: int
    start: str  # ISO 8601 with zone
    journal: str  # path
    deliveries: int
    attempts: int
    lateness: Lateness
    verdicts: tuple[Verdict, ...]
    reached: bool  # whether any attempt got as far as the receiver
    complete: bool  # whether all that was planned was played
    note: str = ""  # what a reader should know: "interrupted by SIGINT", "TLS was not verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a command has to say at its end."""

    version: str
    started: str  # ISO 8601, UTC
    seed: int
    plays: tuple[Play, ...]
    interrupted: int = 0  # the exit code of the signal that ended it: 130, 143; 0 for none

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All verdicts, in order of play."""
        return tuple(verdict for play in self.plays for verdict in play.verdicts)

    @property
    def exit_code(self) -> int:
        """0, 1, 3, 4, 5, 130 or 143; zero evidence is 4. Only a must fails; what only may be is no evidence.

        The gravest is said: 5 (what is known to fail passed) only where nothing else is wrong, so that whoever lets it
        pass lets nothing else pass with it. A failure that is known counts as one that was looked at, and found so.
        """
        results = [one.result for one in self.verdicts if one.level == "must" and not one.excused]
        shown = {(one.level, one.result) for one in self.verdicts if one.level != "may"}
        if self.interrupted:
            return self.interrupted
        if self.plays and not any(play.reached for play in self.plays if play.attempts):
            return 3 if any(play.attempts for play in self.plays) else 4
        if Result.FAILED in results:
            return 1
        found = shown & {(level, result) for level in ("must", "should") for result in (Result.PASSED, Result.FAILED)}
        if Result.INCONCLUSIVE in results or not found or not all(play.complete for play in self.plays):
            return 4
        return 5 if any(one.drifted for one in self.verdicts) else 0

    @property
    def outcome(self) -> Result:
        """passed, failed or inconclusive."""
        return {0: Result.PASSED, 1: Result.FAILED}.get(self.exit_code, Result.INCONCLUSIVE)
