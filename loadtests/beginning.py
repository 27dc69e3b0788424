"""One common beginning and one common end for all processes of a load, agreed upon through Locust's messages."""

import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, Runner, WorkerRunner
from locust.stats import CSV_STATS_INTERVAL_SEC

from loadtests.messages import BEGIN, DONE, READY
from simulator.load.machines.roll import Roll

_SOON = 0.5  # seconds from when all are ready to when the load begins
_LOOK = 0.5  # seconds between two looks at who is still there
_WRITTEN = CSV_STATS_INTERVAL_SEC + 0.2  # seconds in which Locust's own CSV files are written anew
_GONE = -7  # Locust's count of a missing worker's heartbeats: it has not been heard of for ten seconds


def own_clock() -> float:
    """What to add to perf_counter to get this machine's epoch seconds."""
    return time.time() - time.perf_counter()


def _quit(runner: Runner) -> None:
    """End the run, and the process; before that its last figures come into the CSV files, where those are wanted."""
    options = runner.environment.parsed_options
    if options is not None and options.csv_prefix:
        runner.stop()
        gevent.sleep(_WRITTEN)
    runner.quit()


class Beginning:
    """A worker's part: says that it is ready, waits for the beginning, says that it is done.

    `clock` gives what to add to perf_counter to get the epoch seconds of who says when it begins.
    """

    def __init__(self, environment: Environment, clock: Callable[[], float] = own_clock) -> None:
        self._environment = environment
        self._clock = clock
        self._told: AsyncResult[float] = AsyncResult()
        self._begin = 0.0  # a moment of perf_counter
        if isinstance(environment.runner, WorkerRunner):
            environment.runner.register_message(BEGIN, self._heard)

    def now(self) -> float:
        """Seconds since the load began; below 0 before that, and about 0 before the beginning is known."""
        return time.perf_counter() - self._begin if self._begin else 0.0

    def wait(self) -> float:
        """Return when the load begins, that moment in epoch seconds of who says it; this process is ready.

        Raises:
            PartnersimError: the clock that counts did not answer.
        """
        runner = self._environment.runner
        ahead = self._clock()
        if isinstance(runner, WorkerRunner):
            runner.send_message(READY)
            moment: float = self._told.get()
        else:
            moment = time.time() + _SOON
        self._begin = moment - ahead
        gevent.sleep(max(-self.now(), 0.0))
        return moment

    def done(self) -> None:
        """All of this process's share was sent: the run ends when that is so everywhere."""
        runner = self._environment.runner
        if isinstance(runner, WorkerRunner):
            runner.send_message(DONE)
        elif isinstance(runner, LocalRunner):
            gevent.spawn(_quit, runner)

    def _heard(self, environment: Environment, msg: Any) -> None:
        self._told.set(float(msg.data["at"]))


class Agreement:
    """The master's part: when all are ready they begin, and when all are done, or gone, it ends the run.

    `lost` is called with a node that is gone before it was done, and how that was noticed.
    """

    def __init__(self, runner: MasterRunner, roll: Roll, lost: Callable[[str, str], object]) -> None:
        self._runner = runner
        self._roll = roll
        self._lost = lost
        self._ready: set[str] = set()
        self._done: set[str] = set()
        self._gone: set[str] = set()
        self._begun = self._ended = False
        runner.register_message(READY, self._note(self._ready))
        runner.register_message(DONE, self._note(self._done))
        gevent.spawn(self._watch)

    def _note(self, those: set[str]) -> Callable[..., None]:
        def heard(environment: Environment, msg: Any) -> None:
            those.add(msg.node_id)
            self._look()

        return heard

    def _watch(self) -> None:
        while True:
            gevent.sleep(_LOOK)
            self._look()

    def _look(self) -> None:
        for node in self._roll.known - self._gone:
            if why := self._absent(node):
                self._leave(node, why)
        if not self._roll.complete or self._ended:
            return
        there = self._roll.nodes - self._gone
        if not self._begun and there and there <= self._ready:
            self._begun = True
            self._runner.send_message(BEGIN, {"at": time.time() + _SOON})
        if (self._begun or not there) and there <= self._done:
            self._ended = True
            gevent.spawn(_quit, self._runner)

    def _leave(self, node: str, why: str) -> None:
        if self._roll.complete:
            self._gone.add(node)
        if node not in self._done:
            self._lost(node, why)

    def _absent(self, node: str) -> str:
        """How it is known that it is gone; "" for one that is there."""
        client = self._runner.clients.get(node)
        if client is None:
            return f"left before {'all of its share was sent' if self._begun else 'the load began'}"
        silent = client.state == "missing" and client.heartbeat <= _GONE
        waited_for = not self._roll.complete and self._roll.foreign(node) is None  # nobody else can take its place
        return "was not heard of any more" if silent and not waited_for else ""
