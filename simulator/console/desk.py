"""The desk: one thread on which both partners' consoles live, their story passes, and all is sent."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

from simulator.console.advance import Advanced
from simulator.console.agenda import Agenda
from simulator.console.clevertap import Clevertap
from simulator.console.era import Era
from simulator.console.feed import Feed
from simulator.console.figures import Figure
from simulator.console.ledger import Ledger, Sent
from simulator.console.reachfive import Reachfive
from simulator.console.refusal import Refusal
from simulator.console.scenario_runs.request import Grounds
from simulator.console.scenario_runs.runs import ScenarioRuns
from simulator.console.settings import DeskSettings
from simulator.console.store import Store
from simulator.console.story_clock import ClockReading
from simulator.errors import PartnersimError, StorageError
from simulator.runner.event_loop import run_on_a_loop
from simulator.timeline.story import EARLIEST, LATEST

T = TypeVar("T")


class Desk:
    """For any thread: `do`, `await_`, `feed`, `runs`, `alive`, `figures`, `settings`; all else for the desk's own."""

    def __init__(self, settings: DeskSettings) -> None:
        self.settings = settings
        self.feed = Feed()
        self.trouble: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._changing: asyncio.Lock
        self._store: Store
        self._era: Era
        self.runs: ScenarioRuns

    # From any thread

    @property
    def alive(self) -> bool:
        """Whether it works."""
        return bool(self._thread and self._thread.is_alive() and self.trouble is None)

    def do(self, work: Callable[[], T]) -> T:
        """Do it on the desk's thread; gives what it gives, raises what it raises.

        Raises:
            Refusal: the desk does not work any more (unavailable).
        """

        async def doing() -> T:
            return work()

        return self.await_(doing)

    def await_(self, make: Callable[[], Awaitable[T]]) -> T:
        """Do what waits on the desk's thread, and wait for it.

        Raises:
            Refusal: the desk does not work any more (unavailable).
        """

        async def doing() -> T:
            try:
                return await make()
            finally:
                self._era.course.wake()

        if not self.alive or self._loop is None:
            why = f": {self.trouble}" if self.trouble else ""
            raise Refusal("unavailable", f"the service has stopped{why}", "start it again")
        coroutine: Coroutine[Any, Any, T] = doing()
        try:
            future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            coroutine.close()
            raise Refusal("unavailable", "the service ends", "start it again") from None
        try:
            return future.result()
        except CancelledError:
            raise Refusal("unavailable", "the service ends", "start it again") from None

    def figures(self) -> list[Figure]:
        """What there is to watch.

        Raises:
            Refusal: the desk does not work any more (unavailable).
        """
        return self.do(lambda: self._era.figures())  # noqa: PLW0108 (which era, the desk's thread knows)

    # On the desk's thread

    @property
    def store(self) -> Store:
        """All that outlives the process."""
        return self._store

    @property
    def agenda(self) -> Agenda:
        """What falls due next, and runs."""
        return self._era.agenda

    @property
    def ledger(self) -> Ledger:
        """What was sent."""
        return self._era.ledger

    @property
    def clevertap(self) -> Clevertap:
        """CleverTap's console."""
        return self._era.clevertap

    @property
    def reachfive(self) -> Reachfive:
        """ReachFive's console."""
        return self._era.reachfive

    def state(self) -> dict[str, Any]:
        """Version, seed, start (epoch seconds), rule of misfires, folder and journals."""
        return {**self._era.state(), "folder": str(self.settings.folder)}

    def clock(self) -> ClockReading:
        """The story's clock."""
        return self._era.course.reading()

    def set_clock(self, held: bool | None = None, scale: float | None = None) -> ClockReading:
        """Hold the clock, let it go on, or change its pace; what is None stays.

        Raises:
            Refusal: a pace that is none (unfit).
        """
        reading = self._era.course.set(held, scale)
        self.feed.publish("clock", reading._asdict())
        return reading

    async def advance(self, to: float | None = None, *, by: float = 0.0) -> Advanced:
        """Move the story to a moment, or on by some seconds; returns when all that fell due was sent.

        Raises:
            Refusal: it is being moved already (conflict), or cannot go there (unfit).
        """
        advanced = await self._era.course.advance(to, by=by)
        self.feed.publish("clock", self.clock()._asdict())
        return advanced

    async def resend(self, number: int, *, fresh: bool) -> Sent:
        """Send a delivery again: the same body, or (`fresh`) as it would happen now, with an id nobody has had yet.

        Raises:
            Refusal: there is none of that number (not-found), or nothing says where it would go now (conflict).
        """
        return await self._era.resend(number, fresh=fresh)

    async def reset(
        self,
        seed: int | None = None,
        start: float | None = None,
        scale: float | None = None,
        held: bool | None = None,
    ) -> None:
        """Forget everything and begin anew; journals stay. What is None is as it was at the first start.

        Raises:
            Refusal: a start that no partner can write (unfit).
        """
        first = self._store.setting("first")
        chosen = replace(
            self.settings,
            seed=first["seed"] if seed is None else seed,
            start=first["start"] if start is None else start,
            scale=first["scale"] if scale is None else scale,
            held=first["held"] if held is None else held,
        )
        if not EARLIEST <= (chosen.start or EARLIEST) < LATEST:
            raise Refusal("unfit", "the story cannot start then", "partners write the years 1980 to 9998")
        async with self._changing:
            self.runs.forget()
            await self._era.close()
            try:
                self._store.empty()
            finally:  # also with what could not be forgotten the service goes on
                try:
                    self._open(chosen)
                except Exception as error:
                    self._found(error)  # or it does not, and says so
                    raise
            self._store.set("first", first)
        self.feed.publish("clock", self.clock()._asdict())

    # Its life

    def start(self) -> None:
        """Begin; returns when it works.

        Raises:
            StorageError: the state cannot be used.
        """
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, args=(ready,), name="desk", daemon=True)
        self._thread.start()
        ready.result()
        settings = self.settings
        self.runs = ScenarioRuns(
            do=self.do,
            store=self._store,
            folder=settings.folder / "runs",
            publish=self.feed.publish,
            grounds=Grounds(receiver=settings.receiver, allow=settings.allow, never=settings.never, tls=settings.tls),
        )

    def stop(self) -> None:
        """End: what is under way gets a moment, all else waits for the next start."""
        if self.alive:
            self.runs.close()
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._ask_to_stop)
        if self._thread is not None:
            self._thread.join()
        self.feed.close()

    def _work(self, ready: "Future[None]") -> None:
        try:
            run_on_a_loop(self._live(ready))
        except BaseException as error:  # noqa: BLE001 (told to whoever started it, or kept for whoever asks)
            if ready.done():
                self.trouble = self.trouble or (error if isinstance(error, Exception) else PartnersimError(repr(error)))
            else:
                ready.set_exception(error)

    async def _live(self, ready: "Future[None]") -> None:
        self._loop = asyncio.get_running_loop()
        self._changing = asyncio.Lock()  # one era ends and another begins, or the last one ends
        self._store = Store(self.settings.folder / "state.sqlite")
        try:
            try:
                self._open(self.settings)
            except (LookupError, TypeError, ValueError, AttributeError, sqlite3.Error) as error:
                raise StorageError(
                    f"the state in {self.settings.folder} is damaged: {error!r}", "name another folder with --state"
                ) from error
            ready.set_result(None)
            try:
                while not self._stopped and self.trouble is None:
                    await self._era.course.run()  # after a reset it is another one's
                    await asyncio.sleep(0.005)
            except Exception as error:  # noqa: BLE001 (whatever it is, everybody who asks is told)
                self._found(error)
            async with self._changing:
                await self._era.close()
        finally:
            self._store.close()

    def _ask_to_stop(self) -> None:
        self._stopped = True
        self._era.course.stop()

    def _open(self, settings: DeskSettings) -> None:
        self._era = Era(self._store, settings, ended=self._ended, trouble=self._found)

    def _ended(self, sent: Sent) -> None:
        self.feed.publish("delivery", sent._asdict())

    def _found(self, trouble: Exception) -> None:
        self.trouble = self.trouble or trouble
        self._era.course.stop(trouble)
        self.feed.close()


@contextmanager
def running(settings: DeskSettings) -> Iterator[Desk]:
    """A desk that works while the block lasts.

    Raises:
        StorageError: its state cannot be used.
    """
    desk = Desk(settings)
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
