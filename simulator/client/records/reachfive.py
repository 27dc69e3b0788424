"""ReachFive's console: the account, definitions with what belongs to them, jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
