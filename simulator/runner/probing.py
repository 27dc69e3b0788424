"""Reads the receiver's state through its probes and writes each reading into the journal."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from simulator import limits
from simulator.check import Case, Watch, is_of, means
from simulator.check.showing import MARGIN, Showing
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.model import Delivery, Observation
from simulator.receiver import Probe, Receiver
from simulator.runner.asking import Moment, Subject, read, subject_of
from simulator.scenario import Scenario
from simulator.wire import Send


class Prober:
    """Knows which exports are watched, and reads them when the player says.

    Where a genuine effect has not shown at the end of a window, it is waited for `slow` seconds longer.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        scenario: Scenario,
        receiver: Receiver,
        provider: str,
        send: Send,
        clock: Clock,
        journal: JournalWriter,
        *,
        slow: float = limits.SLOW,
    ) -> None:
        self._watches = watches
        self._scenario = scenario
        self._receiver = receiver
        self._provider = provider
        self._send = send
        self._clock = clock
        self._journal = journal
        self._slow = slow
        self._probes = {
            name: receiver.probes[name] for name in {watch.probe for watch in watches} & set(receiver.probes)
        }
        self._seen: dict[tuple[str, str], Subject] = {}
        self._gate = asyncio.Semaphore(limits.PROBES_AT_ONCE)
        self._newest: dict[str, tuple[float, bool, str]] = {}
        self._showing = Showing(self._means)

    def watches(self, delivery: Delivery) -> bool:
        """Whether any claim speaks of this delivery's export, and there is a probe to ask."""
        return bool(self._probes) and bool(delivery.id) and any(self._concerns(one, delivery) for one in self._watches)

    def new_subjects(self, delivery: Delivery) -> list[Subject]:
        """What a probe has not been asked about yet; remembered from now on."""
        fresh = []
        for name in {one.probe for one in self._watches if self._concerns(one, delivery)} & set(self._probes):
            subject = self._subject(self._probes[name], delivery)
            if (name, subject.url) not in self._seen:
                fresh.append(subject)
            self._seen[name, subject.url] = subject
        return fresh

    async def before(self, subjects: Iterable[Subject]) -> None:
        """Read what nothing has been sent about yet."""
        await asyncio.gather(*(self._read(subject, "before") for subject in subjects))

    async def after(self, delivery: Delivery, patience: float) -> None:
        """Read what was just answered; go on for `patience` seconds while the effect does not show yet."""
        expected = self._expected(delivery)
        if delivery.genuine:
            self._showing.told(delivery.id, (delivery.at, delivery.end), delivery.status, self._clock.now())
        until = self._clock.now() + patience
        for name in {one.probe for one in self._watches if self._concerns(one, delivery)} & set(self._probes):
            subject = self._subject(self._probes[name], delivery)
            while True:
                seen = await self._read(subject, "after")
                if self._shows(seen, expected) or self._clock.now() >= until:
                    break
                await self._clock.until(self._clock.now() + limits.PROBE_PAUSE)

    async def end(self, case: Case) -> None:
        """Read on until every claim is settled or its window has passed."""
        await asyncio.gather(*(self._settle(subject, case) for subject in list(self._seen.values())))

    async def _settle(self, subject: Subject, case: Case) -> None:
        """Read one subject until no watch of it is open; a last reading that did not work is made again.

        What must not show is watched beyond its window: as long as what must show took, and a margin.
        """
        watches = [one for one in self._watches if one.probe == subject.probe and self._speaks(one, subject.export)]
        slowest = max(5 * limits.PROBE_PAUSE, len(self._seen) * 0.002)
        began, pause = self._clock.now(), limits.PROBE_PAUSE
        readings: list[Observation] = []
        while watches:
            passed = self._clock.now() - began
            readings.append(await self._read(subject, "end"))
            grace = limits.PROBE_GRACE if readings[-1].present is None else 0.0
            watches = [
                one
                for one in watches
                if passed < self._window(one) + grace and not (one.settled and one.settled(case, readings))
            ]
            if watches:
                last = began + max(self._window(one) for one in watches)
                now = self._clock.now()
                await self._clock.until(min(now + pause, last) if now < last else now + limits.PROBE_PAUSE)
                pause = min(pause * 1.5, slowest)

    def _window(self, watch: Watch) -> float:
        """Seconds for which it is read after the last answer, as far as is known yet."""
        if watch.settled is not None:
            return watch.window
        slow = watch.window + self._slow if self._showing.waiting() else 0.0
        return max(watch.window + MARGIN * self._showing.lag, slow)

    async def _read(self, subject: Subject, moment: Moment) -> Observation:
        probe = self._probes[subject.probe]
        async with self._gate:
            seen = await read(self._send, probe, subject, moment, self._clock.now)
        self._showing.seen(seen)
        self._journal.observation(seen)
        self._journal.flush()
        return seen

    def _subject(self, probe: Probe, delivery: Delivery) -> Subject:
        return subject_of(
            probe,
            self._provider,
            id_=delivery.id,
            definition_id=delivery.definition_id,
            export=delivery.export,
            run=delivery.run,
        )

    def _concerns(self, watch: Watch, delivery: Delivery) -> bool:
        return self._speaks(watch, delivery.export)

    def _speaks(self, watch: Watch, export: str) -> bool:
        return bool(export) and is_of(self._scenario, watch.of, export)

    def _expected(self, delivery: Delivery) -> str:
        """The status that the partner's clock says is the latest of this id; ties go to the end."""
        if delivery.genuine:
            told = (delivery.at, delivery.end, delivery.status)
            self._newest[delivery.id] = max(self._newest.get(delivery.id, told), told)
        return self._newest[delivery.id][2] if delivery.id in self._newest else ""

    def _shows(self, seen: Observation, expected: str) -> bool:
        """Whether there is nothing to wait for: the status shows, or this probe shows none."""
        if not expected or "status" not in self._probes[seen.probe].select:
            return True
        return self._means(seen.values.get("status", ""), expected)

    def _means(self, shown: Any, expected: str) -> bool:
        return means(shown, expected, self._receiver.words)
