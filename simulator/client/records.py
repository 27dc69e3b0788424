"""What the service tells, as frozen records, and what it is told that has a shape of its own.

Moments are story time and have an offset; spans are in seconds, story time unless a field says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# --- CleverTap


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """How a webhook says who it is, as far as the service tells: `type` is none, basic or oauth2; no secrets."""

    type: str
    username: str | None = None
    token_url: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP Basic credentials for a webhook."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OAuth2:
    """OAuth 2.0 client credentials for a webhook (RFC 6749, section 4.4)."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook of CleverTap's console; query values of the URL and header values are redacted."""

    name: str
    url: str
    method: str
    headers: Mapping[str, str]
    auth: Authentication
    in_use: bool  # whether the alerts go there
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Status alerts for exports: whether they are on, and where they go."""

    enabled: bool
    webhook: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export of CleverTap's console."""

    id: str
    partner: str
    type: str
    frequency: str
    takes: float
    runs: int | None  # in all; None for ever
    fails: tuple[int, ...]  # the runs that end in silence
    export_request_id: int | str | None  # of the latest run, as payloads spell it; None before the first
    state: str  # scheduled, running, waiting, completed; stopped, though a run may be under way
    alerts: bool  # whether it would alert now
    created_at: datetime
    runs_started: int
    next_run: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRun:
    """One run of an export."""

    number: int
    export_request_id: int | str
    state: str  # running, completed, failed
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What is played where CleverTap's pages leave something open: name → option."""

    readings: Mapping[str, str]


# --- ReachFive


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What ReachFive's account can do, and the readings of its partner that are played."""

    export_jobs: bool
    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Where the report of a definition's jobs is to go. `timeout` is in real seconds, above 0 and at most 300.

    What is None is as the service has it: its default, or what was set before.
    """

    url: str | None = None
    timeout: float | None = None
    authorization: str | None = field(default=None, repr=False)
    enabled: bool | None = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndJobNotification:
    """Where the report of a definition's jobs goes; the authorization is redacted, or None for none."""

    enabled: bool
    url: str | None
    timeout: float
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a definition runs by itself: a cron line of five fields, read in an IANA zone."""

    cron: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a job ends: success, partial failure or failed; None leaves a count to the service."""

    result: str = "success"
    total: int | None = None
    failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An export definition of ReachFive's console; `outcomes` are those of successive jobs, the last one goes on."""

    id: str  # `definition_id` in notifications
    export: str  # what its deliveries have as `export`
    name: str
    type: str
    end_job_notification: EndJobNotification
    schedule: Schedule | None
    takes: float
    outcomes: tuple[Ending, ...]
    created_at: datetime
    updated_at: datetime
    next_run: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a definition; its totals are 0 while it runs."""

    id: str
    type: str
    status: str  # RUNNING, SUCCESS, FAILED or, by the reading failed_word, FAILURE
    created_at: datetime
    updated_at: datetime
    total_operations: int
    total_succeeded: int
    total_failed: int
    definition_id: str
    definition_name: str
    definition: Definition  # as it stands now, or stood when it was deleted

    @property
    def ended(self) -> bool:
        """Whether it is over, however it went."""
        return self.status != "RUNNING"


# --- Control


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the service works: `status` is ok, or failing when it is to be started again."""

    status: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the service is, and from where it started."""

    version: str
    seed: int
    start: datetime
    misfire: str  # what becomes of that which fell due while it was off: send, skip
    folder: str
    journals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """The story's clock: `scale` story seconds pass in a real one, none while it is held."""

    now: datetime
    scale: float
    held: bool
    next_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """Where the clock was moved to, and what was sent on the way: how many deliveries, by outcome."""

    now: datetime
    deliveries: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notification that was sent, and what came of it."""

    number: int  # never given twice
    partner: str  # clevertap, reachfive
    export: str  # an export's id, a definition's `export`
    run: int
    event: str
    id: str  # as its payload spells it
    status: str  # as its payload spells it
    at: datetime  # when the event happened: what the payload says
    due: datetime  # when it was to be sent
    url: str  # query values are redacted
    origin: str  # schedule, test, resend
    again: int | None  # the number of the delivery that it repeats
    journal: str  # the file's name
    outcome: str | None  # of the last attempt: answered, refused, timeout.headers …; None while under way
    answer: int | None  # the HTTP status
    acknowledged: bool
    attempts: int
    late: float  # real seconds by which the sender was late
    took: float  # real seconds of the last attempt
    detail: str

    @property
    def ended(self) -> bool:
        """Whether it is known what came of it."""
        return self.outcome is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the receiver answered: status, redacted status line and headers, and body."""

    status: int
    head: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One attempt at a delivery: what left, redacted, and what came of it."""

    attempt: int
    method: str
    head: str
    outcome: str
    detail: str
    late: float  # real seconds
    took: float  # real seconds
    answer: Answer | None
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeDelivery(Delivery):
    """A delivery with every attempt at it."""

    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario that ships."""

    name: str
    title: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that the receiver broke in a run: the rule, what it promises, and why it is held to be broken."""

    rule: str
    level: str  # must, should, may
    sentence: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a run could not be played."""

    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is: deliveries that are over, and seconds of the story that have passed."""

    deliveries: int
    story: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRun:
    """A scenario that was asked for, and what came of it. `start` is story time, the other moments are real."""

    id: str
    scenario: str | None  # the name of a shipped one
    title: str
    provider: str
    receiver: str  # its name
    seed: int
    start: datetime | None  # None until it is known
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    progress: Progress
    state: str  # queued, running, done, canceled, failed
    outcome: str | None  # passed, failed, inconclusive; None before the end, and where nothing was played
    exit_code: int | None  # what `partnersim run` would have ended with
    failed: tuple[Broken, ...]
    journals: tuple[str, ...]
    error: Trouble | None  # of a run whose state is failed

    @property
    def ended(self) -> bool:
        """Whether it is over, however it went."""
        return self.state not in {"queued", "running"}

    @property
    def passed(self) -> bool:
        """Whether every promise was kept, on real evidence."""
        return self.outcome == "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One entry of the event stream: `kind` is delivery, run or clock; `data` as the service tells it."""

    number: int
    kind: str
    data: Any
