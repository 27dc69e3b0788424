"""What a person sets up of an export definition in ReachFive's console, read and found right. Pure.

Documented by ReachFive's page "Export job webhook": three types of definition; an End Job Notification that is enabled
for each by itself, with a URL, a timeout in seconds and an optional static Authorization value of any pattern. Assumed,
for nobody says: that exports run by schedule or at a person's word; cron as the way to say when; a timeout of 10 s
unless configured and of 300 s at most; a name of 200 characters at most. How long a job takes and how it ends is the
script of a play, no setting of ReachFive's.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Self

from simulator.console.reachfive import cron_schedule
from simulator.console.reachfive.cron_schedule import Schedule
from simulator.console.refusal import Refusal
from simulator.documents import parse_url, quoted
from simulator.documents.headers import wrong_value
from simulator.providers import reachfive
from simulator.redaction import MARK
from simulator.redaction import url as shown_url

LONGEST_TIMEOUT: Final = 300.0
LONGEST_NAME: Final = 200
LONGEST_AUTHORIZATION: Final = 4096
MOST_OPERATIONS: Final = 2_147_483_647
_NOT_IN_A_NAME: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))  # control, half a character, line and paragraph ends


class Scripted(NamedTuple):
    """How a job ends: success, partial failure or failed; of `total` operations `failed` did."""

    result: str = "success"
    total: int = 3
    failed: int = 0


class Notification(NamedTuple):
    """The End Job Notification of a definition; `timeout` in real seconds, "" for what is not set."""

    enabled: bool = False
    url: str = ""
    timeout: float = 10.0
    authorization: str = ""


_OFF: Final = Notification()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that can be set of a definition. `outcomes` are of successive runs; the last one goes on for ever."""

    name: str = ""
    kind: str = ""
    notification: Notification = _OFF
    schedule: Schedule | None = None
    takes: float = 5.0  # story seconds
    outcomes: tuple[Scripted, ...] = (Scripted(),)

    def changed(self, wanted: Mapping[str, Any], now: float) -> "Settings":
        """These with the members of `wanted` in their place, as the API spells them; `takes`, `timeout` in seconds.

        Of `end_job_notification` too, only the members that are given are changed, and credentials or a URL that come
        back as they are shown, redacted, stay what they are.

        Raises:
            Refusal: something in it makes no sense (unfit).
        """
        changes: dict[str, Any] = {name: wanted[name] for name in ("name", "takes") if name in wanted}
        if "type" in wanted:
            changes["kind"] = wanted["type"]
        if "end_job_notification" in wanted:
            changes["notification"] = _notification(self.notification, wanted["end_job_notification"])
        if "schedule" in wanted:
            changes["schedule"] = self._schedule(wanted["schedule"], now)
        if "outcomes" in wanted:
            changes["outcomes"] = tuple(
                scripted(one, f"outcomes[{place}]: ") for place, one in enumerate(wanted["outcomes"])
            )
        settings = replace(self, **changes)
        settings._check()
        return settings

    def kept(self) -> dict[str, Any]:
        """A JSON value; `of` reads it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "notification": self.notification._asdict(),
            "schedule": self.schedule and self.schedule._asdict(),
            "takes": self.takes,
            "outcomes": [one._asdict() for one in self.outcomes],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Settings as they were kept."""
        parts = {
            "notification": Notification(**kept["notification"]),
            "schedule": Schedule(**kept["schedule"]) if kept["schedule"] else None,
            "outcomes": tuple(Scripted(**one) for one in kept["outcomes"]),
        }
        return cls(**{**kept, **parts})

    def _schedule(self, wanted: Mapping[str, Any] | None, now: float) -> Schedule | None:
        return cron_schedule.read(wanted["cron"], wanted.get("zone", "UTC"), now) if wanted else None

    def _check(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise Refusal(
                "unfit", f"name: a definition has a name of 1 to {LONGEST_NAME} characters", "e.g. User export"
            )
        if any(unicodedata.category(one) in _NOT_IN_A_NAME for one in self.name):
            raise Refusal("unfit", f"name: {quoted(self.name)} has a control character in it", "write it in one line")
        if self.kind not in reachfive.KINDS:
            known = ", ".join(reachfive.KINDS)
            raise Refusal("unfit", f"type: {quoted(self.kind)} is no type of definition", f"ReachFive has {known}")
        if not self.outcomes:
            raise Refusal("unfit", "outcomes: none is given", "leave it out for runs that always succeed")


def scripted(wanted: Mapping[str, Any], place: str = "") -> Scripted:
    """How a job is to end: `result`, `total` and `failed`, each with its default. `place` begins every message.

    Raises:
        Refusal: a result that there is not, or counts that do not add up (unfit).
    """
    try:
        job = reachfive.about(wanted)
    except (TypeError, ValueError) as error:
        remedy = "success: none fails; partial failure: some do and some do not; failed: any of them"
        raise Refusal("unfit", f"{place}{error}", remedy) from None
    if job.total > MOST_OPERATIONS:
        raise Refusal("unfit", f"{place}a job has {MOST_OPERATIONS:,} operations at most", "e.g. total: 3")
    return Scripted(str(wanted.get("result", "success")), job.total, job.failed)


def _notification(current: Notification, wanted: Mapping[str, Any]) -> Notification:
    """The same with what is given in its place."""
    given: dict[str, Any] = {name: wanted[name] for name in ("enabled", "timeout") if name in wanted}
    given |= {name: wanted[name] or "" for name in ("url", "authorization") if name in wanted}
    if current.url and given.get("url") == shown_url(current.url):
        del given["url"]
    if current.authorization and given.get("authorization") == MARK:
        del given["authorization"]
    found = current._replace(**given)
    _check_notification(found)
    return found


def _check_notification(found: Notification) -> None:
    place = "end_job_notification."
    if found.enabled and not found.url:
        raise Refusal("unfit", f"{place}url: a webhook that is enabled needs one", "give a URL, or enabled: false")
    if MARK in found.url or found.authorization == MARK:
        member = "url" if MARK in found.url else "authorization"
        raise Refusal("unfit", f"{place}{member}: {MARK} stands for a value that is not known here", "give the value")
    if found.url:
        try:
            parse_url(found.url)
        except ValueError as error:
            raise Refusal("unfit", f"{place}url: {error}", "e.g. http://127.0.0.1:8000/hooks/reachfive") from None
    if not 0 < found.timeout <= LONGEST_TIMEOUT:
        raise Refusal("unfit", f"{place}timeout: it is above 0 s, and {LONGEST_TIMEOUT:g} s at most", "e.g. 10")
    if wrong := wrong_value("Authorization", found.authorization):
        raise Refusal("unfit", f"{place}authorization: {wrong[0]}", wrong[1])
    if len(found.authorization) > LONGEST_AUTHORIZATION:
        raise Refusal("unfit", f"{place}authorization: it has over {LONGEST_AUTHORIZATION:,} characters", "shorten it")
