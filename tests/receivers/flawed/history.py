"""What is the same, new, and stands (rules of `repeats`, `order`, `runs`, `silence`): receivers with one flaw each."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.receivers.correct.plain_http import Refused
from tests.receivers.correct.plain_receiver import Fields, Note, Receiver
from tests.receivers.flawed.table import flaw

_THOUGHT = 0.001  # seconds between a look and a writing that relies on it


@flaw("repeats/one-after-another", "A repeat runs into a unique key and is answered with 409")
class RepeatsOneAfterAnother(Receiver):
    async def keep(self, note: Note) -> None:
        if note.same in self.told.get((note.provider, note.id), {}):
            raise Refused(409, "there already")
        await super().keep(note)


@flaw("repeats/after-a-day", "Of the notifications seen only the last few dozen are remembered")
class RepeatsAfterADay(Receiver):
    def note(self, note: Note) -> bool:
        seen = (note.provider, note.id, note.same)
        recent: list[tuple[str, str, str]] = vars(self).setdefault("recent", [])
        known = self.told.get((note.provider, note.id), {})
        if seen not in recent and note.same in known:
            del known[note.same]
        recent.append(seen)
        del recent[: len(recent) - (45 if note.provider == "clevertap" else 20)]
        return super().note(note)


@flaw("runs/new-id", "Runs of a recurring export are filed under the first id that it had")
class RunsNewId(Receiver):
    def clevertap(self, fields: Fields) -> Note | None:
        note = super().clevertap(fields)
        if note and note.at and fields.get("Frequency") == "Every 4 Hours":
            filed: dict[str, str] = vars(self).setdefault("filed", {})
            runs: dict[tuple[Any, ...], str] = vars(self).setdefault("runs", {})
            whose, at = (fields.get("Partner"), note.status), datetime.fromisoformat(note.at)
            first = filed.setdefault(note.id, runs.get((*whose, at - timedelta(hours=4)), note.id))
            runs[*whose, at] = first
            return note._replace(id=first)
        return note


@flaw("runs/same-definition", "Jobs are filed by their definition")
class RunsSameDefinition(Receiver):
    def reachfive(self, fields: Fields) -> Note:
        note = super().reachfive(fields)
        seen: dict[object, str] = vars(self).setdefault("jobs", {})
        first = seen.setdefault(fields.get("definition_id"), note.id)
        return note if note.id == first else note._replace(id=first)


@flaw("runs/same-second", "What was seen is known by its time, the export not asked for")
class RunsSameSecond(Receiver):
    def note(self, note: Note) -> bool:
        seen: dict[tuple[str, str], str] = vars(self).setdefault("seen", {})
        if note.weight and note.at and seen.setdefault((note.provider + note.status, note.at), note.id) != note.id:
            return False
        return super().note(note)


@flaw("order/end-first", "The first start of an export is its state, whatever ended before")
class OrderEndFirst(Receiver):
    def latest(self, told: Sequence[Note]) -> Note:
        late = [note for note in told if not note.weight and told[-1] is note and len(told) == 2]
        return late[0] if late and late[0].at != told[0].at else super().latest(told)


@flaw("order/late-start", "An export that has ended is forgotten when four more have, and begins anew")
class OrderLateStart(Receiver):
    def note(self, note: Note) -> bool:
        whose = (note.provider, note.id)
        ended: list[tuple[str, str]] = vars(self).setdefault("ended", [])
        if not note.weight and whose in ended[:-4]:
            self.told[whose] = {}
        if note.weight and whose not in ended:
            ended.append(whose)
        return super().note(note)


@flaw("order/same-second", "Of two notifications of the same second the last to arrive stands")
class OrderSameSecond(Receiver):
    def latest(self, told: Sequence[Note]) -> Note:
        return max(enumerate(told), key=lambda one: (one[1].place[0], one[0]))[1]


@flaw(
    "order/same-second:race", "It looks at the state, thinks for a moment, and writes: of two at once the last stands"
)
class OrderSameSecondRace(Receiver):
    async def keep(self, note: Note) -> None:
        """What it writes is right by what it saw."""
        told, whose = self.told, (note.provider, note.id)
        seen = dict(told.get(whose, {}))
        await asyncio.sleep(_THOUGHT)
        await super().keep(note)
        if note.same in told.get(whose, {}):
            told[whose] = seen | {note.same: note}


@flaw("order/same-second:not-later", "An end is acted on only where it is later than its start")
class OrderSameSecondNotLater(Receiver):
    def acts(self, note: Note) -> int:
        return 0 if _other_of_the_second(self, note) else super().acts(note)


@flaw("order/same-second:again", "What comes second of a start and an end of one second is acted on as a change")
class OrderSameSecondAgain(Receiver):
    def acts(self, note: Note) -> int:
        return super().acts(note) + _other_of_the_second(self, note)


@flaw(
    "order/same-second:lost",
    "What is done is counted by a look, a thought and a writing: of two at once the last stands",
)
class OrderSameSecondLost(Receiver):
    async def keep(self, note: Note) -> None:
        """A start that saw nothing done before its end was acted on writes that nothing was."""
        whose = (note.provider, note.id)
        done = self.effects.get(whose, 0)
        await asyncio.sleep(_THOUGHT)
        new = note.kind == "export" and note.same not in self.told.get(whose, {})
        await super().keep(note)
        if new:
            self.effects[whose] = done + super().acts(note)


@flaw("order/same-second:seen-ended", "Whoever finds an export ended that was not a moment before acts on that")
class OrderSameSecondSeenEnded(Receiver):
    async def keep(self, note: Note) -> None:
        whose = (note.provider, note.id)
        before = self.ends(whose)
        await asyncio.sleep(_THOUGHT)
        await super().keep(note)
        if not note.weight and self.ends(whose) > before:
            self.effects[whose] += 1

    def ends(self, whose: tuple[str, str]) -> int:
        return sum(note.weight > 0 for note in self.told.get(whose, {}).values())


def _other_of_the_second(receiver: Receiver, note: Note) -> bool:
    """Whether it knows a start of the very second of this end, or an end of that of this start."""
    told = receiver.told[note.provider, note.id].values()
    return any(one.place[0] == note.place[0] and one.weight != note.weight for one in told)


@flaw("order/end-only", "An end updates what its start has made: where there is none, nothing")
class OrderEndOnly(Receiver):
    def note(self, note: Note) -> bool:
        known = self.told.get((note.provider, note.id))
        return False if note.provider == "clevertap" and note.weight and not known else super().note(note)


@flaw("order/end-only:refused", "An end of which no start was told is answered with 404")
class OrderEndOnlyRefused(Receiver):
    async def keep(self, note: Note) -> None:
        if note.provider == "clevertap" and note.weight and (note.provider, note.id) not in self.told:
            raise Refused(404, "no such export")
        await super().keep(note)


@flaw("order/any-order", "An end that is older than one that was seen is taken for a copy")
class OrderAnyOrder(Receiver):
    def note(self, note: Note) -> bool:
        told = self.told.get((note.provider, note.id), {}).values()
        late = note.weight and any(one.weight and one.place > note.place for one in told)
        return False if late else super().note(note)


@flaw("silence/never-completed", "What has been running for two days is shown as completed: nothing takes as long")
class SilenceNeverCompleted(Receiver):
    def state(self, provider: str, id_: str) -> dict[str, Any] | None:
        state = super().state(provider, id_)
        told = [note for one in self.told.values() for note in one.values()]
        newest = max((note.place[0] for note in told if note.at), default=0.0)
        if state and state["status"] == "Initiated" and state["at"]:
            old = newest - datetime.fromisoformat(state["at"]).timestamp() > 2 * 86400
            return state | {"status": "Completed"} if old else state
        return state
