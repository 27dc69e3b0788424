"""CleverTap's console: webhooks and their credentials, status alerts, exports and their runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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
class Authentication:
    """How a webhook says who it is, as far as the service tells: `type` is none, basic or oauth2; no secrets."""

    type: str
    username: str | None = None
    token_url: str | None = None
    client_id: str | None = None


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
