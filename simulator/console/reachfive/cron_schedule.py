"""When a schedule falls due: cron's five fields in a time zone. Pure: the moment comes in as an argument.

The changes of the clocks are met as Debian's cron meets them: a run at a fixed time that clocks skip comes when they go
on (02:30 at 03:00), one at a time that they show twice comes the first time only; a schedule whose minute or hour
begins with `*` counts real hours, and knows no such days. Where clocks move by half an hour (Australia/Lord_Howe), runs
within the hour of such a move may be lost.
"""

import math
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from simulator.console.refusal import Refusal
from simulator.documents import did_you_mean, quoted

_LONGEST: Final = 200  # characters of an expression
_REPEATED: Final = 4096  # minutes of a day that clocks show twice, and more
_FIELDS: Final = "give five fields: minute, hour, day of month, month, day of week, e.g. 0 */4 * * *"
_NOT_A_PLACE: Final = frozenset(("localtime", "posixrules", "Factory"))
_OTHER_SECONDS: Final = ("right/", "posix/")


class Schedule(NamedTuple):
    """A cron expression and the IANA zone whose clocks it speaks of; `read` makes those that are right."""

    cron: str
    zone: str = "UTC"

    def after(self, moment: float) -> float | None:
        """The first moment after that one at which a run is due, in epoch seconds; None when there is none.

        It looks 50 years ahead. What is no schedule is never due.
        """
        try:
            start = datetime.fromtimestamp(math.floor(moment), ZoneInfo(self.zone))
            found = map(datetime.timestamp, islice(CronSim(self.cron, start), _REPEATED))
            return next((due for due in found if due > moment), None)
        except (CronSimError, ValueError, OverflowError, OSError, KeyError):  # the end of the calendar among them
            return None


def read(cron: str, zone: str, now: float) -> Schedule:
    """A schedule somebody wrote, found right; blanks between fields are one.

    Raises:
        Refusal: it is none, or it would never be due after `now` (unfit).
    """
    _check_zone(zone)
    fields = cron.split()
    if not (cron.isascii() and len(cron) <= _LONGEST and len(fields) == 5):
        raise Refusal("unfit", f"schedule.cron: {quoted(cron)} has not the five fields of cron", _FIELDS)
    schedule = Schedule(" ".join(fields), zone)
    try:
        CronSim(schedule.cron, datetime.fromtimestamp(math.floor(now), ZoneInfo(zone)))
    except CronSimError as error:
        wrong = str(error).removeprefix("Bad ").replace("-", " ")
        raise Refusal("unfit", f"schedule.cron: the {wrong} of {quoted(cron)} is not right", _FIELDS) from None
    if schedule.after(now) is None:
        raise Refusal("unfit", f"schedule.cron: {quoted(cron)} is never due", "take a day that its months have")
    return schedule


def _check_zone(zone: str) -> None:
    if zone in _NOT_A_PLACE or zone.startswith(_OTHER_SECONDS):
        raise Refusal(
            "unfit", f"schedule.zone: {quoted(zone)} is not the same everywhere", "name a place, e.g. Europe/Paris"
        )
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        near = did_you_mean(zone, available_timezones(), cutoff=0.85)
        raise Refusal(
            "unfit", f"schedule.zone: {quoted(zone)} is no time zone of the IANA list{near}", "e.g. Europe/Paris or UTC"
        ) from None
