"""Where workers come in: the master says who is who, hands orders to those of other machines, and takes their journals.

Nothing that somebody says there names a file: journals and notes go by the number that the roll has for the node.
"""

import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import gevent
from locust.env import Environment
from locust.runners import MasterRunner

from loadtests.messages import ACCEPTED, ASK, CLOCK, CLOCK_ASKED, HERE, LEFT, ORDERS, PIECE, TAKEN
from simulator.clock import spelled
from simulator.errors import UsageError
from simulator.load.crew import said_of
from simulator.load.machines.gathered import Gathered, note
from simulator.load.machines.intake import Intake
from simulator.load.machines.roll import Roll
from simulator.load.orders import shard_of
from simulator.load.words import workers
from simulator.shown import line

_LOOK = 0.2  # seconds between two looks at who is still waited for
_MANY = 10**6  # workers: more than there ever are, so that Locust goes on waiting
_WHYS = 20  # of those that left: people look more often than so many do
_WORDS = 500  # characters of what somebody says of itself


class Door:
    """Of the master. `told` is what workers of other machines are handed."""

    def __init__(
        self, environment: Environment, runner: MasterRunner, roll: Roll, folder: Path, told: Mapping[str, Any]
    ) -> None:
        options: Any = environment.parsed_options
        options.expect_workers = _MANY
        self._options = options
        self._runner = runner
        self._roll = roll
        self._folder = folder
        self._told = told
        self._intake = Intake(folder, roll)
        self._whys: tuple[str, ...] = ()
        self._lefts = 0
        self._noted: Gathered | None = None
        self._hear(HERE, self._here)
        self._hear(ASK, self._asked)
        self._hear(ACCEPTED, self._accepted)
        self._hear(LEFT, self._left)
        self._hear(CLOCK_ASKED, self._clock_asked)
        self._hear(PIECE, self._piece)
        # Locust hears this signal only when it waits for nobody any more: those who wait with it would not be told
        waiting = gevent.signal_handler(signal.SIGTERM, self._end, "")
        environment.events.test_start.add_listener(lambda **_: waiting.cancel())

    def wait(self, seconds: float) -> None:
        """Look who is waited for until all are there; `seconds` is for how long the roll waits, by perf_counter."""
        gevent.spawn(self._wait, seconds)

    def lost(self, node: str, why: str) -> None:
        """It is gone before it was done."""
        number, begun = self._roll.foreign(node), self._roll.complete
        self._roll.left(node, time.perf_counter())
        if number is None:
            return
        said = said_of(self._folder, number)
        with suppress(OSError):  # the load goes on without that note
            if not begun or not said.exists():
                said.write_text(f"{why}\n", encoding="utf-8")
        if not begun:
            self._whys = (*self._whys, why)[-_WHYS:]
            self._lefts += 1
            self._look()

    def _wait(self, seconds: float) -> None:
        while not self._roll.complete:
            gevent.sleep(_LOOK)
            self._look()
            if self._roll.overdue(time.perf_counter()):
                self._give_up(seconds)

    def _hear(self, kind: str, listener: Callable[[Any], None]) -> None:
        def heard(environment: object, msg: Any) -> None:
            with suppress(KeyError, TypeError):  # of a stranger, who says something else
                listener(msg)

        self._runner.register_message(kind, heard)

    def _here(self, msg: Any) -> None:
        try:
            self._roll.local(msg.node_id, msg.data["number"])
        except UsageError as error:
            self._refuse(msg, error)
            return
        self._answer(ORDERS, msg, {})
        self._look()

    def _asked(self, msg: Any) -> None:
        try:
            number = self._roll.asked(msg.node_id, msg.data["version"])
        except UsageError as error:
            self._refuse(msg, error)
            return
        self._answer(ORDERS, msg, {"number": number, "load": self._told})

    def _accepted(self, msg: Any) -> None:
        number = self._roll.foreign(msg.node_id)
        if number is None:  # it was given up, and somebody else may have its number
            self._refuse(msg, UsageError("it took too long to make itself ready", "join again"))
            return
        if not self._roll.complete:
            said_of(self._folder, number).unlink(missing_ok=True)  # of one who left before
            self._roll.here(msg.node_id)
            self._look()
        self._answer(ORDERS, msg, {})

    def _left(self, msg: Any) -> None:
        self.lost(msg.node_id, line(str(msg.data["why"])[:_WORDS]))
        self._runner.clients.pop(msg.node_id, None)

    def _clock_asked(self, msg: Any) -> None:
        self._answer(CLOCK, msg, {"there": time.time()})

    def _piece(self, msg: Any) -> None:
        told = msg.data
        try:
            following = self._intake.take(msg.node_id, told["number"], told["offset"], told["data"])
        except OSError as error:
            name = shard_of(self._folder, told["number"]).name
            why = f"cannot write {name} where the load is judged: {error.strerror or error}"
            self.lost(msg.node_id, why)
            self._answer(TAKEN, msg, {"refused": [why, "free the disk there"]})
            return
        if following is not None:
            self._answer(TAKEN, msg, {"next": following})

    def _refuse(self, msg: Any, error: UsageError) -> None:
        self._answer(ORDERS, msg, {"refused": [error.message, error.remedy]})
        self._runner.clients.pop(msg.node_id, None)

    def _answer(self, kind: str, msg: Any, data: Mapping[str, Any]) -> None:
        self._runner.send_message(kind, {**data, "nth": msg.data["nth"]}, msg.node_id)

    def _look(self) -> None:
        roll = self._roll
        roll.look(time.perf_counter())
        gathered = Gathered(roll.come, roll.given_up, self._lefts, self._whys, roll.complete)
        if roll.others and gathered != self._noted:
            note(self._folder, gathered)
            self._noted = gathered
        if roll.complete:
            self._options.expect_workers = 1  # they are all there: Locust may start

    def _give_up(self, seconds: float) -> NoReturn:
        expected, missing = len(self._roll.others), len(self._roll.missing)
        if missing:
            why = f"of {workers(expected)} from elsewhere {expected - missing} came within {spelled(seconds)}"
            self._end(why + (f"; one that came left: {self._whys[-1]}" if self._whys else ""))
        self._end(f"not all workers of this machine came up within {spelled(seconds)}")

    def _end(self, why: str) -> NoReturn:
        """End while some are still waited for."""
        self._runner.quit()
        sys.exit(why or 1)
