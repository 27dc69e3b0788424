"""What the processes of a load say to one another on Locust's own channel, and how one of them asks another.

A question has a number of its own, `nth`, which its answer says again.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import gevent
from gevent.event import AsyncResult
from locust.exception import RPCError
from locust.runners import WorkerRunner

from simulator.errors import PartnersimError

HERE: Final = "partnersim-here"
"""Question of a worker of the machine that judges: {number}. Answered with ORDERS: {}."""

ASK: Final = "partnersim-orders?"
"""Question of one of another machine: {version}. Answered with ORDERS: {number, load}, or {refused: [why, remedy]}."""

ORDERS: Final = "partnersim-orders"

ACCEPTED: Final = "partnersim-accepted"
"""It has made itself ready to send that load; a question. Answered with ORDERS: {}, or {refused: [why, remedy]}."""

LEFT: Final = "partnersim-left"
"""It cannot go on: {why}."""

CLOCK_ASKED: Final = "partnersim-clock?"
"""Question for the time there: {}. Answered with CLOCK: {there}, in epoch seconds."""

CLOCK: Final = "partnersim-clock"

PIECE: Final = "partnersim-piece"
"""The next of its journal: {number, offset, data}; a question. Answered with TAKEN: {next}, an offset, or {refused}."""

TAKEN: Final = "partnersim-taken"

READY: Final = "partnersim-ready"
BEGIN: Final = "partnersim-begin"
"""When: {at}, in epoch seconds of the clock of who says so."""

DONE: Final = "partnersim-done"

_AGAIN = 1.0  # seconds after which a question is asked again: who is only starting may not have heard it


class Asking:
    """Questions of a worker, one at a time, whose answers are messages of the type `answer`."""

    def __init__(self, runner: WorkerRunner, answer: str) -> None:
        self._runner = runner
        self._asked = 0
        self._given_up = False
        self._answer: AsyncResult[Any] = AsyncResult()
        runner.register_message(answer, self._heard)

    def ask(self, question: str, data: Mapping[str, Any], *, patience: float) -> Any:
        """The answer, or None; the question is asked again every second until there is one.

        Raises:
            PartnersimError: none came for so many seconds.
        """
        self._asked += 1
        answer = self._answer = AsyncResult()
        left = patience
        while left > 0.0 and not self._given_up:
            with suppress(RPCError):  # a connection that just broke: it is asked again
                self._runner.send_message(question, {**data, "nth": self._asked})
            try:
                return answer.get(timeout=_AGAIN)
            except gevent.Timeout:
                left -= _AGAIN
        if self._given_up:
            return None
        raise PartnersimError(f"{self._runner.master_host}:{self._runner.master_port} did not answer {question}")

    def give_up(self, **_: object) -> None:
        """Nobody answers any more: whoever waits, and whoever asks from now on, gets None."""
        self._given_up = True
        self._answer.set(None)

    def _heard(self, environment: object, msg: Any) -> None:
        if msg.data["nth"] == self._asked:
            self._answer.set(msg.data)
