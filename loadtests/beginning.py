"""One common beginning and one common end for all processes of a load, agreed upon through Locust's messages."""

import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

_READY, _BEGIN, _DONE = "partnersim-ready", "partnersim-begin", "partnersim-done"
_SOON = 0.5  # seconds from when all are ready to when the load begins
_LOOK = 0.5  # seconds between two looks at who is still there


class Beginning:
    """A worker's part: says that it is ready, waits for the beginning, says that it is done."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._told: AsyncResult[float] = AsyncResult()
        self._begin = 0.0  # a moment of perf_counter
        if isinstance(environment.runner, WorkerRunner):
            environment.runner.register_message(_BEGIN, self._heard)

    def now(self) -> float:
        """Seconds since the load began; below 0 before that, and about 0 before the beginning is known."""
        return time.perf_counter() - self._begin if self._begin else 0.0

    def wait(self) -> None:
        """Return when the load begins; this process is ready."""
        runner = self._environment.runner
        if isinstance(runner, WorkerRunner):
            runner.send_message(_READY)
            moment = self._told.get()
        else:
            moment = time.time() + _SOON
        self._begin = time.perf_counter() + (moment - time.time())
        gevent.sleep(max(-self.now(), 0.0))

    def done(self) -> None:
        """All of this process's share was sent: the run ends when that is so everywhere."""
        runner = self._environment.runner
        if isinstance(runner, WorkerRunner):
            runner.send_message(_DONE)
        elif isinstance(runner, LocalRunner):
            gevent.spawn(runner.quit)

    def _heard(self, environment: Environment, msg: Any) -> None:
        self._told.set(float(msg.data["at"]))


class Agreement:
    """The master's part: when all are ready they begin, and when all are done, or gone, it ends the run."""

    def __init__(self, runner: MasterRunner) -> None:
        self._runner = runner
        self._ready: set[str] = set()
        self._done: set[str] = set()
        self._begun = False
        runner.register_message(_READY, self._note(self._ready))
        runner.register_message(_DONE, self._note(self._done))
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
        there = {one.id for one in self._runner.clients.all if one.state != "missing"}
        if not there or not self._ready:
            return
        if not self._begun and there <= self._ready:
            self._begun = True
            self._runner.send_message(_BEGIN, {"at": time.time() + _SOON})
        if self._begun and there <= self._done:
            self._done.clear()
            gevent.spawn(self._runner.quit)
