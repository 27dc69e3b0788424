"""All that was sent and seen of one export id, gathered from the journal a part of the ids at a time."""

import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern
from typing import NamedTuple

from simulator.check.case import Case
from simulator.model import Attempt, Observation, Outcome

_ROUNDED = 0.0001  # seconds: more than what a journal rounds off a moment
AT_ONCE = 64 * 1024 * 1024  # bytes of journal whose exports are held in memory together


class Sent(NamedTuple):
    """One attempt that may have come to the receiver. Moments are seconds since the run began.

    A receiver may have acted on it from `intended` on; from `done` on it has certainly been offered. `done` is
    infinite when nobody saw the end.
    """

    line: int
    outcome_line: int
    name: str
    export: str
    run: int
    event: str
    status: str
    time: str
    at: float
    end: bool
    genuine: bool
    sound: bool  # genuine but, perhaps, for a fault on the wire
    credentials: str  # "right", or how they are wrong
    dated: bool  # whether `at` is what the payload says: the author did not write another time into it
    body: int  # the same number for the same bytes
    intended: float
    done: float
    acknowledged: bool
    answer: str
    answer_status: int
    outcome: Outcome
    reused: bool
    final: bool
    expected: str | None  # the name of the expectation that speaks of it

    @property
    def lines(self) -> tuple[int, int]:
        """Where the journal tells of it."""
        return self.line, self.outcome_line

    @property
    def notification(self) -> tuple[int, float, str]:
        """What is the same for copies and retries of one notification, and different for any two others."""
        return self.body, self.at, self.status


@dataclass(frozen=True, kw_only=True)
class History:
    """What was sent about one id, in order of the intents, and every reading of it, in order of the file."""

    id: str
    sent: Sequence[Sent]
    seen: Sequence[Observation] = field(default=())

    @property
    def name(self) -> str:
        """For people: the export's name and the id."""
        told = [*(one.export for one in self.sent), *(one.export for one in self.seen)]
        names = dict.fromkeys(one for one in told if one)
        return f"{' and '.join(names) or 'no export'} (id {self.id})"

    @cached_property
    def answered(self) -> float:
        """When the last delivery had come to its end; infinite when nobody saw that."""
        return max((one.done for one in self.sent), default=0.0)

    def of(self, probe: str) -> "History":
        """The same with the readings of one probe only, in order of their time."""
        seen = sorted((one for one in self.seen if one.probe == probe), key=lambda one: (one.asked, one.line))
        return History(id=self.id, sent=self.sent, seen=seen)

    @cached_property
    def readings(self) -> Sequence[Observation]:
        """Those that worked and were made when something may have been there."""
        return [one for one in self.seen if one.present is not None and one.moment != "before"]

    @cached_property
    def at_rest(self) -> Sequence[Observation]:
        """Readings asked for when all that was sent had been answered."""
        return [one for one in self.readings if one.asked >= self.answered]

    @cached_property
    def end_statuses(self) -> frozenset[str]:
        """The partner's words of those deliveries that end something."""
        return frozenset(one.status for one in self.sent if one.end)

    @cached_property
    def left_over(self) -> Observation | None:
        """A reading that showed the export before anything was sent about it."""
        first = min((one.intended for one in self.sent), default=math.inf)
        early = (one for one in self.seen if one.moment == "before" and one.present and one.done <= first)
        return next(early, None)

    @property
    def watched(self) -> float:
        """Seconds from the last answer to the last reading that worked; 0.0 when there is none after it."""
        return max(self.at_rest[-1].done - self.answered, 0.0) if self.at_rest else 0.0

    def watched_for(self, window: float) -> bool:
        """Whether readings that worked reach to the end of the window."""
        return bool(self.at_rest) and self.watched >= window - _ROUNDED

    @property
    def broken(self) -> str:
        """Why the last reading that did not work did not; empty when all worked."""
        return next((one.detail or "it gave no reason" for one in reversed(self.seen) if one.present is None), "")


def side_by_side(one: Sent, copies: Iterable[Sent]) -> bool:
    """Whether another of these copies was being answered at the same time, and was acknowledged.

    Then nobody had said yet that this one is known: it may be sent away.
    """
    return any(
        other is not one and other.acknowledged and other.intended < one.done and one.intended < other.done
        for other in copies
    )


def histories(case: Case, at_once: int = AT_ONCE) -> Iterator[History]:
    """Every id that was sent or read, with its attempts and readings. Long journals are read several times."""
    parts = 1 + case.journal.path.stat().st_size // at_once
    dated = _overwritten(case)
    for part in range(parts):
        sent: dict[str, list[Sent]] = {}
        seen: dict[str, list[Observation]] = {}
        for attempt in case.journal.attempts():
            if attempt.id and _belongs(attempt.id, part, parts) and _offered(attempt):
                sent.setdefault(attempt.id, []).append(_sent(case, attempt, dated))
        for observation in case.journal.observations():
            if _belongs(observation.id, part, parts):
                _keep(seen.setdefault(observation.id, []), observation)
        for id_ in dict.fromkeys((*sent, *seen)):
            in_order = sorted(sent.get(id_, ()), key=lambda one: (one.intended, one.line))
            yield History(id=id_, sent=in_order, seen=seen.get(id_, ()))


def _belongs(id_: str, part: int, parts: int) -> bool:
    return parts == 1 or zlib.crc32(id_.encode(errors="backslashreplace")) % parts == part


def _offered(attempt: Attempt) -> bool:
    """Whether the receiver may have got any of it."""
    return attempt.outcome.reached or attempt.outcome is Outcome.IN_DOUBT


def _keep(seen: list[Observation], new: Observation) -> None:
    """Of end readings that are alike, one after another, the first and the last say all."""
    alike = len(seen) > 1 and all(
        one.moment == "end" and (one.probe, one.present, one.values) == (new.probe, new.present, new.values)
        for one in (seen[-2], seen[-1], new)
    )
    if alike and seen[-2].done <= seen[-1].asked and seen[-1].done <= new.asked:
        seen[-1] = new
    else:
        seen.append(new)


def _overwritten(case: Case) -> dict[str, frozenset[str]]:
    """Step → the values its author wrote over the payload's own."""
    return {step.name: frozenset(str(value) for value in step.set.values()) for step in case.scenario.steps if step.set}


def _sent(case: Case, attempt: Attempt, overwritten: dict[str, frozenset[str]]) -> Sent:
    return Sent(
        line=attempt.line,
        outcome_line=attempt.outcome_line,
        name=attempt.name,
        export=intern(attempt.export),
        run=attempt.run,
        event=intern(attempt.event),
        status=intern(attempt.status),
        time=attempt.time,
        at=attempt.at,
        end=attempt.end,
        genuine=attempt.genuine,
        sound=attempt.sound,
        credentials=attempt.credentials,
        dated=bool(attempt.time) and attempt.time not in overwritten.get(attempt.step, ()),
        body=hash(attempt.body),
        intended=attempt.intended,
        done=math.inf if attempt.outcome is Outcome.IN_DOUBT else attempt.done,
        acknowledged=case.acknowledged(attempt),
        answer=attempt.answer,
        answer_status=attempt.answer_status,
        outcome=attempt.outcome,
        reused=attempt.reused,
        final=attempt.final,
        expected=case.entry(attempt),
    )
