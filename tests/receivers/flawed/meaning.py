"""What it says (rules of `meaning`, `time`, `ids`): receivers with one flaw each."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.receivers.correct.plain_http import Refused, Request
from tests.receivers.correct.plain_receiver import Fields, Note, Receiver
from tests.receivers.flawed.table import flaw


@flaw("meaning/failed", "Every word that ends a job is shown as its success")
class MeaningFailed(Receiver):
    def state(self, provider: str, id_: str) -> dict[str, Any] | None:
        state = super().state(provider, id_)
        return state | {"status": "SUCCESS"} if state and state["status"] in {"FAILED", "FAILURE"} else state


@flaw("meaning/partial-failure", "A success is taken for one of all records")
class MeaningPartialFailure(Receiver):
    def reachfive(self, fields: Fields) -> Note:
        note = super().reachfive(fields)
        _, _, total = note.counts
        return note._replace(counts=(total, 0, total)) if note.status == "SUCCESS" else note


@flaw("meaning/running", "Any notification of a job is acted on")
class MeaningRunning(Receiver):
    def acts(self, note: Note) -> int:
        return 1 if note.provider == "reachfive" else super().acts(note)


@flaw("meaning/import", "Which kind of job it is nobody asks")
class MeaningImport(Receiver):
    def reachfive(self, fields: Fields) -> Note:
        return super().reachfive(fields)._replace(kind="export")


@flaw("meaning/test-body", "The console's test body is no alert, and refused")
class MeaningTestBody(Receiver):
    def clevertap(self, fields: Fields) -> Note | None:
        if "is_test" in fields:
            raise Refused(422, "no alert")
        return super().clevertap(fields)


@flaw("meaning/other-partner", "What it is is told by its keys, whichever URL it comes to")
class MeaningOtherPartner(Receiver):
    def read(self, provider: str, fields: Fields, request: Request) -> Note | None:
        astray = "definition_id" in fields if provider == "clevertap" else "Export Request Id" in fields
        other = "reachfive" if provider == "clevertap" else "clevertap"
        return super().read(other if astray else provider, fields, request)


@flaw("time/day-first", "The month is read first, where there is such a month")
class TimeDayFirst(Receiver):
    def day_first(self, text: str) -> datetime:
        day, month, rest = text.split("/", 2)
        return super().day_first(f"{month}/{day}/{rest}" if int(day) <= 12 else text)


@flaw("time/half-days", "Twelve in the night is taken for noon")
class TimeHalfDays(Receiver):
    def day_first(self, text: str) -> datetime:
        midnight = re.search(r" 12:.*AM$", text)
        return super().day_first(text) + timedelta(hours=12 if midnight else 0)


@flaw("time/half-days:elsewhere", "Twelve in the night is taken for noon, of an account in New York")
class TimeHalfDaysElsewhere(TimeHalfDays):
    zone = ZoneInfo("America/New_York")


@flaw("time/half-days:noon", "Twelve at noon is taken for midnight")
class TimeHalfDaysNoon(Receiver):
    def day_first(self, text: str) -> datetime:
        moment = super().day_first(text)
        return moment.replace(hour=0) if moment.hour == 12 else moment


@flaw("time/half-days:afternoon", "The PM is lost from one o'clock on")
class TimeHalfDaysAfternoon(Receiver):
    def day_first(self, text: str) -> datetime:
        moment = super().day_first(text)
        return moment.replace(hour=moment.hour - 12) if moment.hour > 12 else moment


@flaw("time/half-days:shown", "The PM is lost where the time is shown, and nowhere else")
class TimeHalfDaysShown(Receiver):
    def state(self, provider: str, id_: str) -> dict[str, Any] | None:
        state = super().state(provider, id_)
        if provider == "reachfive" or not state or not state["at"]:
            return state
        moment = datetime.fromisoformat(state["at"])
        return state | {"at": moment.replace(hour=moment.hour % 12).isoformat()}


@flaw("time/zone", "The time is taken for UTC")
class TimeZone(Receiver):
    zone = UTC


@flaw("time/fractions", "A time has a fraction of a second")
class TimeFractions(Receiver):
    def iso(self, text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


@flaw("ids/as-given", "Ids are put into a column of 32 bits, or compared without regard to case")
class IdsAsGiven(Receiver):
    def clevertap(self, fields: Fields) -> Note | None:
        note = super().clevertap(fields)
        return note._replace(id=str(int(note.id) & 0xFFFFFFFF)) if note and note.id.isdecimal() else note

    def state(self, provider: str, id_: str) -> dict[str, Any] | None:
        return super().state(provider, str(int(id_) & 0xFFFFFFFF) if id_.isdecimal() else id_)
