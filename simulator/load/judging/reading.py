"""Reads the receiver's state of every id of a load, until all shows or nothing more comes to show.

The rule: an id that is to show something is read until it does. While any of them comes to show, the rest are read on:
the receiver is still working off what it took in. They are given up when the window has passed since the last answer,
and as long again since the last of them came to show; those of a receiver that is still working then, ten minutes (or
two windows, where that is longer) after the first look at all of them. Then every id is read a last time, what is right
already as well: no sooner than the window after the last answer, and half as long again as the slowest took to show.
What must not show has then been watched for longer than what must. Of these last readings those that did not work, or
do not show what they should, are made again a few times. A probe that has answered nobody for a minute is asked no
more.

The first look is made in an order that is nobody's, so that what was read by some moment is a sample of all of it; and
what was missed is read again between, so that it is soon seen.

When something came to show is known from single readings alone, as a look at all of them takes its time: after the last
that missed it was asked for, and before the first that showed it was done.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from simulator import limits
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.load.judging.asked import Asked
from simulator.load.judging.draining import Draining
from simulator.model import Drain, Observation
from simulator.runner.asking import read
from simulator.wire import Send

_SLOWEST: Final = 0.5  # seconds between two looks at the same ids
_AGAIN: Final = 3  # more readings of an id whose last one did not work, or shows less than an earlier one
_BEHIND: Final = 0.25  # seconds between these
_BLOCK: Final = 500  # ids of a first look after which those that were missed are read again
_WRITTEN: Final = 500  # readings after which the journal is flushed
_MUTE: Final = 60.0  # seconds without any reading that worked after which no more are made
_TRIED: Final = 64  # readings that did not work, one after the other, before that is said of a probe

Progress = Callable[[int, int], None]
"""Called now and then with how many ids show what they should, of how many that are to show anything."""


Tell = Callable[[Asked, Observation, bool], None]
"""Called with each reading, and whether it showed what it should."""


class Read(NamedTuple):
    """What reading came to. Moments are seconds after the last answer.

    Not all that is to show did so before `not_before`, at which the last reading that missed one was asked for. All of
    it did at `not_after`: None when some never did, or nothing is to show. `working`: when the rest were given up,
    `limit` seconds after the first look, some still came to show. That look at all of them took `look` seconds.
    `asked` ids of `all` were read; `missing` of them did not show in the end. Those of which no reading missed any were
    seen at the moments `at_once`, in order; the last of the others at `caught_up`, 0.0 where there are none.
    """

    not_before: float
    not_after: float | None
    working: bool
    limit: float
    look: float
    missing: int
    asked: int
    all: int
    at_once: Sequence[float] = ()
    caught_up: float = 0.0

    @property
    def drain(self) -> Drain | None:
        """Between which moments the last of them came to show; None where some never did."""
        return None if self.not_after is None else Drain(min(self.not_before, self.not_after), self.not_after)


@dataclass(kw_only=True)
class Reader:
    """Asks the probes, a few ids at once, and writes what is new into the journal, and the last reading before that.

    `clock` tells the same seconds as the journal.
    """

    send: Send
    clock: Clock
    writer: JournalWriter
    _written: dict[str, int] = field(default_factory=dict)  # by id: a hash of what it last showed
    _same: dict[str, Observation] = field(default_factory=dict)  # by id: a later reading that showed nothing else
    _failed: int = 0  # readings that did not work since the last that did
    _failing_since: float = 0.0

    @property
    def mute(self) -> bool:
        """Whether the probe has answered nobody for long: each of the rest would take its whole time for nothing."""
        return self._failed >= _TRIED and self.clock.now() >= self._failing_since + _MUTE

    async def round(self, asked: Sequence[Asked], told: Tell, *, last: bool = False) -> list[Asked]:
        """Read each once; gives those that do not show what they should."""
        missing: list[Asked] = []
        left = iter(asked)
        await asyncio.gather(
            *(self._work(left, missing, told, last=last) for _ in range(min(limits.PROBES_AT_ONCE, len(asked))))
        )
        self.writer.flush()
        return missing

    async def first(self, asked: Sequence[Asked], told: Tell) -> list[Asked]:
        """The first look, in blocks: behind each those that were missed are read again, where they are not too many."""
        missing: list[Asked] = []
        for begin in range(0, len(asked), _BLOCK):
            missing += await self.round(asked[begin : begin + _BLOCK], told)
            if len(missing) <= _BLOCK < len(asked):
                missing = await self.round(missing, told)
        return missing

    async def _work(self, left: Iterator[Asked], missing: list[Asked], told: Tell, *, last: bool) -> None:
        for one in left:
            if self.mute:
                missing.append(one)
                continue
            seen = await self.once(one)
            shown = hash((seen.present, repr(seen.values)))
            before = self._same.pop(seen.id, None)
            if last or self._written.get(seen.id) != shown:
                if before is not None:
                    self._write(before)
                self._written[seen.id] = shown
                self._write(seen)
            else:
                self._same[seen.id] = seen
            shows = one.part.shows(one.wanted, seen)
            if not shows:
                missing.append(one)
            told(one, seen, shows)

    async def once(self, one: Asked) -> Observation:
        """One reading."""
        assert one.part.probe is not None  # noqa: S101 - nobody is asked who has none
        seen = await read(self.send, one.part.probe, one.subject, "end", self.clock.now)
        if seen.present is not None:
            self._failed = 0
        else:
            self._failing_since = self._failing_since if self._failed else seen.asked
            self._failed += 1
        return seen

    def _write(self, seen: Observation) -> None:
        self.writer.observation(seen)
        if self.writer.line % _WRITTEN == 0:
            self.writer.flush()


async def read_all(
    asked: Sequence[Asked], reader: Reader, *, of: int, answered: float, window: float, progress: Progress
) -> Read:
    """Read all these ids, `of` so many, by this module's rule; `answered` is the moment of the load's last answer."""
    known = [one for one in asked if one.wanted.known]
    Random(len(known)).shuffle(known)
    drain = Draining(answered, window, reader.clock)

    def told(one: Asked, seen: Observation, shows: bool) -> None:
        if one.wanted.known:
            drain.saw(seen, shows=shows)
        progress(len(drain.shown), len(known))

    missing = known
    while True:
        missing = await _until_shown(missing, reader, drain, told)
        await reader.clock.until(drain.settled)
        again = await _again(await reader.round(asked, told, last=True), reader, told)
        gone = [one for one in again if one.wanted.known]
        ids = {one.subject.id for one in gone}
        drain.shown -= ids
        drain.missed |= ids
        before, missing = missing, [one for one in missing if one.subject.id in ids]
        if not missing or len(missing) == len(before):
            break
        if drain.over:
            drain.working = True
            break
    progress(len(known) - len(gone), len(known))
    return Read(
        not_before=max(drain.not_before - answered, 0.0),
        not_after=None if missing or not known else max(drain.not_after - answered, 0.0),
        working=drain.working and bool(missing),
        limit=drain.limit,
        look=drain.look,
        missing=len(gone),
        asked=len(asked),
        all=of,
        at_once=[one - answered for one in sorted(drain.at_once)],
        caught_up=max(drain.caught_up - answered, 0.0),
    )


async def _until_shown(asked: list[Asked], reader: Reader, drain: Draining, told: Tell) -> list[Asked]:
    """Those that do not show when it is hopeless, or over."""
    pause = limits.PROBE_PAUSE
    while asked:
        since, number = reader.clock.now(), len(asked)
        asked = await (reader.round if drain.looked is not None else reader.first)(asked, told)
        drain.looked_from(since)
        if not asked:
            break
        if len(asked) == number:
            if drain.hopeless(since):
                break
        elif drain.over:
            drain.working = True
            break
        await reader.clock.until(reader.clock.now() + pause)
        pause = min(pause * 1.5, _SLOWEST)
    return asked


async def _again(gone: list[Asked], reader: Reader, told: Tell) -> list[Asked]:
    """Those of them that do not show in a few more looks either: a probe may have failed, or be behind for a moment."""
    for _ in range(_AGAIN):
        if not gone or reader.mute:
            break
        await reader.clock.until(reader.clock.now() + _BEHIND)
        gone = await reader.round(gone, told, last=True)
    return gone
