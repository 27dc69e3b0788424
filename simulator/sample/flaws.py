"""Ways to make the sample receiver a bad one, each in a few lines: what hurried authors write, and what it leads to.

`partnersim receive --flaw NAME` serves it so. A flaw is named like the rule that is meant to catch it.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Event
from typing import Final

from simulator.documents import did_you_mean
from simulator.errors import UsageError
from simulator.sample.notification import Notification
from simulator.sample.store import Store

_THOUGHT: Final = 0.005  # seconds between a look and an act that relies on it


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One flaw: the parts of the receiver that are replaced; what is left out is as it should be.

    `lets_in` compares the Authorization header that came with the right one, `takes_for` is what the receiver makes of
    a notification that was read right, `accepts_by` is the status that acknowledges.
    """

    says: str
    store: type[Store] = Store
    lets_in: Callable[[bytes, bytes], bool] = hmac.compare_digest
    takes_for: Callable[[Notification], Notification] = lambda one: one
    accepts_by: int = 200


NONE: Final = Flaw(says="It does as it should")


def named(name: str | None) -> Flaw:
    """The flaw of that name; for None there is none.

    Raises:
        UsageError: there is no such flaw.
    """
    if name is None:
        return NONE
    if name not in FLAWS:
        raise UsageError(
            f"there is no flaw {name!r}{did_you_mean(name, FLAWS)}", "`partnersim list flaws` says which there are"
        )
    return FLAWS[name]


class _ActsAgain(Store):
    """Takes every copy of an end for a new one."""

    _copies = count(1)

    def _moment(self, one: Notification) -> int:
        return super()._moment(one) + (next(self._copies) if one.ends else 0)


class _LooksThenActs(_ActsAgain):
    """Looks whether the notification is there, thinks, and writes it: two at once both find nothing."""

    def keep(self, notification: Notification, received: datetime) -> bool:
        if self._known(notification):
            return False
        Event().wait(_THOUGHT)
        return super().keep(notification, received)

    def _known(self, one: Notification) -> bool:
        with self._lock, self._trouble("read"):
            return _written(self, one) is not None


class _OneRun(Store):
    """Knows a notification by its export and status alone."""

    def _moment(self, one: Notification) -> int:
        return 0


class _LastWordStands(Store):
    """Takes the order of arrival for the order of the story."""

    def _moment(self, one: Notification) -> int:
        known = _written(self, one)
        return self._db.execute("SELECT count(*) FROM notifications").fetchone()[0] if known is None else known


class _UpdatesOnly(Store):
    """Has an end update the row of its start; where there is none, nothing is updated, and nobody minds."""

    def keep(self, notification: Notification, received: datetime) -> bool:
        if notification.provider == "clevertap" and notification.ends and not self.export("clevertap", notification.id):
            return True
        return super().keep(notification, received)


class _InMemory(Store):
    """Answers without having written anything to the disk."""

    def __init__(self, path: Path) -> None:
        super().__init__(Path(":memory:"))


def _written(store: Store, one: Notification) -> int | None:
    """The moment under which the store has it; the caller holds the lock."""
    row = store._db.execute(
        "SELECT moment FROM notifications JOIN exports ON exports.number = notifications.export"
        " WHERE provider = ? AND kind = ? AND id = ? AND status = ? AND at IS ?",
        (one.provider, one.kind, one.id, one.status, one.at and one.at.isoformat()),
    ).fetchone()
    return None if row is None else int(row[0])


def _month_first(one: Notification) -> Notification:
    if one.provider != "clevertap" or one.at is None or one.at.day > 12:
        return one
    return replace(one, at=one.at.replace(month=one.at.day, day=one.at.month))


def _in_utc(one: Notification) -> Notification:
    return replace(one, at=one.at.replace(tzinfo=UTC)) if one.provider == "clevertap" and one.at else one


def _good_news(one: Notification) -> Notification:
    return replace(one, status="SUCCESS", weight=1) if one.status in {"FAILED", "FAILURE"} else one


def _all_of_them(one: Notification) -> Notification:
    if one.status != "SUCCESS" or "total_operations" not in one.details:
        return one
    total = one.details["total_operations"]
    return replace(one, details={**one.details, "total_succeeded": total, "total_failed": 0})


def _with_all_its_fields(one: Notification) -> Notification:
    for key in ("partner", "type", "frequency") if one.provider == "clevertap" else ("name", "definition_id"):
        one.details[key]
    return one


FLAWS: Final[Mapping[str, Flaw]] = {
    "ack/exactly-200": Flaw(says="It answers 204, since it has nothing to say", accepts_by=204),
    "auth/absent": Flaw(
        says="Whoever sends no Authorization header is let in",
        lets_in=lambda given, right: not given or hmac.compare_digest(given, right),
    ),
    "auth/value-case": Flaw(
        says="The credential is compared without regard to case",
        lets_in=lambda given, right: given.lower() == right.lower(),
    ),
    "payload/missing-field": Flaw(
        says="Whatever the partner's page documents is taken to be there", takes_for=_with_all_its_fields
    ),
    "repeats/one-after-another": Flaw(says="Every copy is acted on", store=_ActsAgain),
    "repeats/at-once": Flaw(
        says="It looks whether it knows a notification, and writes it 5 ms later", store=_LooksThenActs
    ),
    "runs/same-id": Flaw(says="Notifications are known by export and status, without the time", store=_OneRun),
    "order/late-start": Flaw(says="The last notification to arrive is the state", store=_LastWordStands),
    "order/end-only": Flaw(says="A Completed updates what its Initiated has made, or nothing", store=_UpdatesOnly),
    "meaning/failed": Flaw(says="Whatever ends a job is taken for its success", takes_for=_good_news),
    "meaning/partial-failure": Flaw(says="A SUCCESS is taken for one of all records", takes_for=_all_of_them),
    "time/day-first": Flaw(says="The month is read first, where there is such a month", takes_for=_month_first),
    "time/zone": Flaw(says="The time is taken for UTC", takes_for=_in_utc),
    "cut/restart": Flaw(says="It answers from memory, and the disk knows nothing", store=_InMemory),
}
"""By name: that of the rule that is meant to catch it."""
