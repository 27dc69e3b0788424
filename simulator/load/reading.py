"""Reads the receiver's state of every id of a load, until all shows or nothing more comes to show.

The rule: an id that is to show something is read until it does. While any of them comes to show, the rest are read on:
the receiver is still working off what it took in. They are given up when the window has passed since the last answer,
and as long again since the last of them came to show; after ten minutes (or two windows, where that is longer) in any
case. Then every id is read a last time, what is right already as well: no sooner than the window after the last
answer, and half as long again as the slowest took to show. What must not show has then been watched for longer than
what must. Of these last readings those that did not work, or do not show what they should, are made again a few times.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from simulator import limits
from simulator.check.showing import MARGIN
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.load.parts import Part, Wanted, wanted
from simulator.model import Observation
from simulator.runner.asking import Subject, read, subject_of
from simulator.wire import Send

LONGEST: Final = 600.0  # seconds from the first reading on after which those that do not show are given up
_SLOWEST: Final = 0.5  # seconds between two looks at the same ids
_AGAIN: Final = 3  # more readings of an id whose last one did not work, or shows less than an earlier one
_BEHIND: Final = 0.25  # seconds between these
_WRITTEN: Final = 500  # readings after which the journal is flushed

Progress = Callable[[int, int], None]
"""Called now and then with how many ids show what they should, of how many that are to show anything."""


class Asked(NamedTuple):
    """One id, what is to be seen of it, and how it is asked for."""

    part: Part
    wanted: Wanted
    subject: Subject


class Read(NamedTuple):
    """What reading came to.

    `drain` is from the last answer until the last id showed, in seconds: 0.0 when all did at the first look, None when
    some never did. `working`: the receiver was still working when it was given up. `asked` ids of `all` were read;
    `missing` of them did not show in the end, `watched` seconds after the last answer.
    """

    drain: float | None
    working: bool
    missing: int
    watched: float
    asked: int
    all: int


@dataclass(kw_only=True)
class Reader:
    """Asks the probes, a few ids at once, and writes what is new into the journal.

    `clock` tells the same seconds as the journal.
    """

    send: Send
    clock: Clock
    writer: JournalWriter
    _written: dict[str, int] = field(default_factory=dict)  # by id: a hash of what it last showed
    _number: int = 0

    async def round(self, asked: Sequence[Asked], told: Callable[[int], None], *, last: bool = False) -> list[Asked]:
        """Read each once; gives those that do not show what they should. `told` hears how many were read so far."""
        missing: list[Asked] = []
        left = iter(asked)
        await asyncio.gather(
            *(self._work(left, missing, told, last=last) for _ in range(min(limits.PROBES_AT_ONCE, len(asked))))
        )
        self.writer.flush()
        return missing

    async def _work(
        self, left: Iterator[Asked], missing: list[Asked], told: Callable[[int], None], *, last: bool
    ) -> None:
        for one in left:
            seen = await self.once(one)
            shown = hash((seen.present, repr(seen.values)))
            if last or self._written.get(seen.id) != shown:
                self._written[seen.id] = shown
                self._write(seen)
            if not one.part.shows(one.wanted, seen):
                missing.append(one)
            told(self._number)

    async def once(self, one: Asked) -> Observation:
        """One reading."""
        self._number += 1
        assert one.part.probe is not None  # noqa: S101 - nobody is asked who has none
        return await read(self.send, one.part.probe, one.subject, "end", self.clock.now)

    def _write(self, seen: Observation) -> None:
        self.writer.observation(seen)
        if self.writer.line % _WRITTEN == 0:
            self.writer.flush()


def subjects(parts: Iterable[Part]) -> Iterator[Asked]:
    """Every id that something was sent of, those first that were told of last: they show last."""
    found: list[tuple[float, Asked]] = []
    for part in parts:
        if part.probe is None:
            continue
        definitions = _definitions(part) if "{definition_id}" in part.probe.get else {}
        for history in part.histories():
            want = wanted(history, part.counts)
            subject = subject_of(
                part.probe,
                part.provider,
                id_=want.id,
                definition_id=definitions.get(want.id, ""),
                export=want.export,
                run=want.run,
            )
            found.append((history.sent[-1].intended, Asked(part, want, subject)))
    found.sort(key=lambda one: (-one[0], one[1].subject.id))
    return (one for _, one in found)


def sampled(asked: Sequence[Asked], sample: int | None, seed: int) -> list[Asked]:
    """All, or so many of them, chosen by the seed; in the same order."""
    if sample is None or sample >= len(asked):
        return list(asked)
    chosen = set(Random(seed).sample(range(len(asked)), max(sample, 0)))
    return [one for place, one in enumerate(asked) if place in chosen]


async def read_all(
    asked: Sequence[Asked], reader: Reader, *, of: int, answered: float, window: float, progress: Progress
) -> Read:
    """Read all these ids, `of` so many, by this module's rule; `answered` is the moment of the load's last answer."""
    known = [one for one in asked if one.wanted.known]
    drain = _Drain(answered, window, reader.clock, reader.clock.now())

    def told(_: int) -> None:
        progress(drain.shown, len(known))

    while True:
        missing = await _until_shown(known if drain.first else drain.missing, reader, drain, told)
        await reader.clock.until(drain.settled)
        again = await _again(await reader.round(asked, told, last=True), reader, told)
        gone = [one for one in again if one.wanted.known]
        ids = {one.subject.id for one in gone}
        drain.missing = [one for one in missing if one.subject.id in ids]
        late = len(missing) - len(drain.missing)
        if not late or not drain.missing or drain.over:
            break
        drain.progressed(late)
    drain.shown = len(known) - len(gone)
    told(0)
    took = None if drain.missing else max(drain.last - answered, 0.0) if drain.was_missing else 0.0
    return Read(
        drain=took if known else None,
        working=drain.working and bool(drain.missing),
        missing=len(gone),
        watched=reader.clock.now() - answered,
        asked=len(asked),
        all=of,
    )


@dataclass
class _Drain:
    """How far the receiver is with what it took in."""

    answered: float
    window: float
    clock: Clock
    began: float
    last: float = 0.0  # when an id last came to show
    shown: int = 0
    first: bool = True  # whether nothing was read yet
    was_missing: bool = False
    working: bool = False
    missing: list[Asked] = field(default_factory=list)

    def progressed(self, number: int) -> None:
        """So many more have come to show."""
        self.shown += number
        self.last = self.clock.now()

    def hopeless(self, since: float) -> bool:
        """Whether a look that began then, and found nothing new, was the last."""
        return since >= max(self.answered, self.last) + self.window

    @property
    def over(self) -> bool:
        """Whether it is waited for no longer."""
        return self.clock.now() >= self.began + max(LONGEST, 2 * self.window)

    @property
    def settled(self) -> float:
        """From when on the last look may be."""
        lag = max(self.last - self.answered, 0.0) if self.was_missing else 0.0
        return self.answered + max(self.window, MARGIN * lag)


async def _until_shown(asked: list[Asked], reader: Reader, drain: _Drain, told: Callable[[int], None]) -> list[Asked]:
    """Those that do not show when it is hopeless, or over."""
    pause = limits.PROBE_PAUSE
    while asked:
        since = reader.clock.now()
        missing = await reader.round(asked, told)
        drain.was_missing = drain.was_missing or bool(missing)
        if len(missing) < len(asked):
            drain.progressed(len(asked) - len(missing))
        elif drain.hopeless(since):
            return missing
        drain.first, asked = False, missing
        if asked and drain.over:
            drain.working = True
            return asked
        if asked:
            await reader.clock.until(reader.clock.now() + pause)
            pause = min(pause * 1.5, _SLOWEST)
    return asked


async def _again(gone: list[Asked], reader: Reader, told: Callable[[int], None]) -> list[Asked]:
    """Those of them that do not show in a few more looks either: a probe may have failed, or be behind for a moment."""
    for _ in range(_AGAIN):
        if not gone:
            break
        await reader.clock.until(reader.clock.now() + _BEHIND)
        gone = await reader.round(gone, told, last=True)
    return gone


def _definitions(part: Part) -> dict[str, str]:
    return {one.id: one.definition_id for one in part.case.journal.attempts() if one.definition_id}
