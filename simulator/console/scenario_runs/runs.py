"""Scenarios that the service plays and judges when asked: each in a thread with a loop of its own, two at once.

They are runs as `partnersim run` makes them, with journals of their own; the store keeps what they came to. Called from
any thread but the desk's, `forget` from that one too.
"""

import signal
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final, Protocol, TypeVar

from simulator.clock import fresh_seed, utc_now
from simulator.console.refusal import Refusal, not_found
from simulator.console.scenario_runs.job import Job, again, cut_short, played
from simulator.console.scenario_runs.request import (
    Grounds,
    RunRequest,
    check_pace,
    planned,
    wanted_receiver,
    wanted_scenario,
)
from simulator.console.scenario_runs.run import KIND, ScenarioRun, judged, last_number, write_off
from simulator.console.store import Store
from simulator.errors import PartnersimError
from simulator.journal import file_name
from simulator.model import Report
from simulator.redaction import Scrub
from simulator.reporting import REPORTERS
from simulator.runner.prepare import Settings
from simulator.runner.session import Session

AT_ONCE: Final = 2
WAITING: Final = 100
_REPORTS: Final = 8  # kept in memory
_ENDING: Final = 5.0  # seconds that somebody who ends a run waits to see it end

T = TypeVar("T")


class Do(Protocol):
    """Runs a piece of work on the desk's thread, and gives or raises what it comes to."""

    def __call__(self, work: Callable[[], T], /) -> T:
        """Do it there."""


class ScenarioRuns:
    """The runs of one service. `folder` is where their journals go, each run's in a folder of its own.

    `do` is the desk's; `publish` the feed's. Not made on the desk's thread: what was under way when the last process
    ended is written down as failed.
    """

    def __init__(
        self,
        *,
        do: Do,
        store: Store,
        folder: Path,
        publish: Callable[[str, Mapping[str, Any]], Any],
        grounds: Grounds,
    ) -> None:
        self._do = do
        self._store = store
        self._folder = folder
        self._publish = publish
        self._grounds = grounds
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._under_way = 0
        self._closed = False
        self._last = last_number(folder)
        self._reports: OrderedDict[str, Report] = OrderedDict()
        do(lambda: write_off(store))

    def start(self, request: RunRequest) -> ScenarioRun:
        """Play it as soon as there is room.

        Raises:
            Refusal: something in it is wrong (unfit), there is no receiver (conflict), too many wait (unavailable).
            StorageError: it cannot be written down.
        """
        check_pace(request)
        scenario, receiver = wanted_scenario(request), wanted_receiver(request, self._grounds)
        seed = next((one for one in (request.seed, scenario.seed) if one is not None), None)
        settings = Settings(
            journals=self._folder,
            reproduce=again,
            seed=fresh_seed() if seed is None else seed,
            start=request.start,
            scale=request.scale,
            confirm=request.confirm,
            patience=request.patience,
            allow=self._grounds.allow,
            never=self._grounds.never,
        )
        scrub = Scrub(planned(scenario, receiver, settings).secrets)
        with self._lock:
            self._check_room()
            self._last += 1
            ident = f"run-{self._last}"
            run = ScenarioRun(
                id=ident,
                scenario=request.scenario or "",
                title=scrub(scenario.title),
                provider=scenario.provider,
                receiver=scrub(receiver.name),
                seed=settings.seed or 0,
                start=request.start.timestamp() if request.start else None,
                time_scale=str(request.scale) if request.scale else None,
                patience=request.patience,
                confirm=request.confirm,
                created=utc_now().timestamp(),
            )
            session = Session(
                scenarios=[scenario],
                names=[file_name(1, scenario.source)],
                receiver=receiver,
                settings=replace(settings, journals=self._folder / ident),
            )
            job = self._jobs[ident] = Job(run=run, session=session, scrub=scrub)
        return self._enqueue(job)

    def get(self, ident: str) -> ScenarioRun:
        """The run of that id, as it stands.

        Raises:
            Refusal: there is none (not-found).
        """
        kept = self._do(lambda: self._store.get(KIND, ident))
        if kept is None:
            raise not_found("run", ident)
        return self._as_it_stands(kept)

    def page(self, offset: int = 0, limit: int = -1) -> tuple[int, list[ScenarioRun]]:
        """How many there are in all, and a page of them, the oldest first."""
        total, kept = self._do(
            lambda: (self._store.number_of(KIND), self._store.things(KIND, offset=offset, limit=limit))
        )
        return total, [self._as_it_stands(value) for _, value in kept]

    def cancel(self, ident: str) -> ScenarioRun:
        """End it; what happened so far is still judged, and reported. Gives it as it stands a moment later.

        Raises:
            Refusal: it has ended (conflict), or there is none (not-found).
        """
        job = self._jobs.get(ident)
        if job is None or job.ended.is_set():
            state = self.get(ident).state
            raise Refusal("conflict", f"{ident} has ended: {state}", "see its report")
        with self._lock:
            waited = job in self._queue
            if waited:
                self._queue.remove(job)
        if waited:
            self._end(job, job.run._replace(state="canceled", ended=utc_now().timestamp()))
        else:
            job.session.stop.ask_from_elsewhere()
            job.ended.wait(_ENDING)
        return self.get(ident)

    def report(self, ident: str, form: str) -> str:
        """What came of it, in one of the formats of `simulator.reporting.REPORTERS`: made of its journals.

        Raises:
            Refusal: it goes on (conflict); there is no such run, or it sent nothing (not-found).
            StorageError: its journals cannot be read.
        """
        run = self.get(ident)
        if run.open:
            raise Refusal("conflict", f"{ident} is {run.state}: its report is made at its end", "wait, or cancel it")
        report = self._reports.get(ident) or judged(run, self._folder / ident)
        with self._lock:
            self._reports[ident] = report
            while len(self._reports) > _REPORTS:
                self._reports.popitem(last=False)
        return REPORTERS[form](report)

    def forget(self) -> None:
        """End all of them, and write nothing more of them down: the store is about to be emptied."""
        with self._lock:
            jobs, waiting = list(self._jobs.values()), list(self._queue)
            self._queue.clear()
            self._reports.clear()
        for job in waiting:
            self._drop(job)
        for job in jobs:
            job.forgotten = True
            job.session.stop.ask_from_elsewhere(signal.SIGTERM)

    def close(self) -> None:
        """End all of them and wait a moment for their ends to be written; nothing is begun any more."""
        with self._lock:
            self._closed = True
            jobs, waiting = list(self._jobs.values()), list(self._queue)
            self._queue.clear()
        for job in jobs:
            job.cut_short = True
            job.session.stop.ask_from_elsewhere(signal.SIGTERM)
        for job in waiting:
            self._end(job, cut_short(job.run))
        for job in jobs:
            job.ended.wait(_ENDING)

    def _check_room(self) -> None:
        if self._closed:
            raise Refusal("unavailable", "the service is ending", "ask when it is back")
        if len(self._jobs) >= AT_ONCE + WAITING:
            raise Refusal("unavailable", f"{WAITING} runs are waiting already", "wait for some, or cancel them")

    def _enqueue(self, job: Job) -> ScenarioRun:
        try:
            self._keep(job, job.run)
        except BaseException:
            self._jobs.pop(job.run.id, None)
            raise
        with self._lock:
            given_up = job.forgotten or job.cut_short
            if not given_up:
                self._queue.append(job)
        if given_up:
            self._end(job, cut_short(job.run))
            raise Refusal("unavailable", "the service ended, or forgot everything, in this moment", "ask again")
        self._begin_more()
        return job.run

    def _begin_more(self) -> None:
        while True:
            with self._lock:
                if not self._queue or self._under_way >= AT_ONCE:
                    return
                job = self._queue.popleft()
                self._under_way += 1
            try:
                Thread(target=self._go, args=(job,), name=job.run.id, daemon=True).start()
            except RuntimeError:  # no thread is left: the next run that ends, or is asked for, tries again
                with self._lock:
                    self._queue.appendleft(job)
                    self._under_way -= 1
                return

    def _go(self, job: Job) -> None:
        """In a thread of its own: play it to its end."""
        try:
            self._keep(job, job.run._replace(state="running", began=utc_now().timestamp()))
            self._end(job, played(job))
        except (PartnersimError, CancelledError):  # it cannot be written down: the desk is gone, or the disk is full
            job.run = cut_short(job.run)
        finally:
            with self._lock:
                self._under_way -= 1
            self._drop(job)
            self._begin_more()

    def _end(self, job: Job, run: ScenarioRun) -> None:
        try:
            self._keep(job, run)
        finally:
            self._drop(job)

    def _drop(self, job: Job) -> None:
        self._jobs.pop(job.run.id, None)
        job.ended.set()

    def _keep(self, job: Job, run: ScenarioRun) -> None:
        """Write down how it stands, and tell it."""
        job.run = run

        def put() -> None:
            if not job.forgotten:  # asked on the desk's thread: there it is set, too
                self._store.put(KIND, run.id, run._asdict())

        self._do(put)
        if not job.forgotten:
            members = ("id", "state", "scenario", "title", "provider", "outcome", "exit_code", "failed", "error")
            self._publish(KIND, {name: getattr(run, name) for name in members})

    def _as_it_stands(self, kept: Mapping[str, Any]) -> ScenarioRun:
        job = self._jobs.get(kept["id"])
        return job.run if job else ScenarioRun(**kept)
