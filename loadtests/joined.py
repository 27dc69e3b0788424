"""A worker of another machine: asks the master for its orders, and tells it what it writes down."""

import os
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import gevent
from locust.env import Environment
from locust.exception import RPCError
from locust.runners import WorkerRunner

from loadtests.knocking import knock
from loadtests.messages import ACCEPTED, ASK, CLOCK, CLOCK_ASKED, LEFT, ORDERS, PIECE, TAKEN, Asking
from simulator.errors import PartnersimError, StorageError
from simulator.load.growing import piece
from simulator.load.machines.clocks import Ping, offset
from simulator.load.machines.handed import Task, taken
from simulator.load.orders import shard_of
from simulator.load.variables import ALLOW, HOME, WORKER
from simulator.version import __version__

_PINGS = 5
_PATIENCE = 20.0  # seconds for which the master may be silent
_OFTEN = 1.0  # seconds between two looks at what the journal grew by
_LEAVING = 0.3  # seconds in which last words are on their way


def foreseen(error: Exception) -> PartnersimError:
    """The error as one of ours; what nobody foresaw is a fault of ours, too."""
    if isinstance(error, PartnersimError):
        return error
    if os.environ.get("PARTNERSIM_TRACEBACK"):
        traceback.print_exception(error)
    remedy = "this is a fault of partnersim: please report it with the output of PARTNERSIM_TRACEBACK=1"
    return PartnersimError(f"{type(error).__name__}: {error}", remedy)


class Joined:
    """Its connection to the master."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._where = f"{runner.master_host}:{runner.master_port}"
        self._end = f"{self._where} ended the load before all of this share was sent"
        self._orders = Asking(runner, ORDERS)
        self._clock = Asking(runner, CLOCK)
        self._taken = Asking(runner, TAKEN)
        self._number = -1
        self._journal = Path()
        self._told = 0  # bytes of the journal that the master has
        self._following: gevent.Greenlet[..., None] | None = None
        self._heard = time.perf_counter()
        environment.process_exit_code = 1  # until all is done
        environment.events.test_stop.add_listener(self._orders.give_up)
        environment.events.heartbeat_received.add_listener(self._hears)
        environment.events.quit.add_listener(self._ended)

    def share(self) -> Task:
        """What it is to send. It ends here, with the reason, when there is nothing for it."""
        answer = self._asked(ASK, {"version": __version__})
        try:
            folder = _made(Path(os.environ[WORKER]))
            home, allow = Path(os.environ[HOME]), os.environ.get(ALLOW, "").split()
            share = taken(answer["load"], folder, home, os.environ, allow=allow, where=self._where)
            knock(share, self._where)
            self._number = int(answer["number"])
        except Exception as error:  # noqa: BLE001 - Locust would go on, and the master would wait for this one
            self.leave(foreseen(error))
        self._journal = shard_of(folder, self._number)
        os.environ[WORKER] = str(self._number)
        self._asked(ACCEPTED, {})
        gevent.spawn(self._listen)
        return share

    def _asked(self, question: str, data: Mapping[str, Any]) -> Any:
        try:
            answer = self._orders.ask(question, data, patience=_PATIENCE)
        except PartnersimError:
            why = f"{self._where} gives no orders"
            self.leave(PartnersimError(why, "is `partnersim load --expect-workers` waiting there?"))
        if answer is None:
            sys.exit(self._end)
        if "refused" in answer:
            sys.exit(f"{self._where} refused this worker: " + "\n  ".join(filter(None, answer["refused"])))
        return answer

    def clock(self) -> float:
        """What to add to perf_counter to get the master's epoch seconds.

        Raises:
            PartnersimError: it does not say.
        """
        pings = []
        for _ in range(_PINGS):
            sent = time.perf_counter()
            there = float(self._clock.ask(CLOCK_ASKED, {}, patience=_PATIENCE)["there"])
            pings.append(Ping(sent, there, time.perf_counter()))
        return offset(pings)

    def follow(self) -> None:
        """From now on tell the master what the journal grows by."""
        self._following = gevent.spawn(self._follow)

    def finish(self) -> None:
        """The share was sent, and the journal is whole: return when the master has all of it.

        Raises:
            PartnersimError: it does not take it.
        """
        self._stop_following()
        self._tell()

    def last_words(self) -> None:
        """The run was ended: say what was not said yet, to whom does not answer any more."""
        self._stop_following()
        told = self._told
        with suppress(RPCError):  # then they are lost, and the share is not whole
            while data := piece(self._journal, told):
                self._runner.send_message(PIECE, {"number": self._number, "offset": told, "data": data, "nth": 0})
                told += len(data)
        if told > self._told:
            gevent.sleep(_LEAVING)

    def leave(self, error: PartnersimError) -> NoReturn:
        """It cannot go on: the master is told the reason, as this machine's user is."""
        if "--journal" in error.remedy:  # who joins does not choose where that is
            error = type(error)(error.message, "free the disk, or join with another TMPDIR")
        with suppress(RPCError):  # then the connection shows it
            self._runner.send_message(LEFT, {"why": error.message.partition("\n")[0]})
            gevent.sleep(_LEAVING)
        sys.exit(str(error))

    def _follow(self) -> None:
        while True:
            gevent.sleep(_OFTEN)
            try:
                self._tell()
            except StorageError as error:
                self.leave(error)
            except PartnersimError:
                continue  # who is silent for long is noticed elsewhere

    def _stop_following(self) -> None:
        if self._following is not None:
            self._following.kill()
            self._following = None

    def _tell(self) -> None:
        """Tell the master all that it does not have yet.

        Raises:
            StorageError: it cannot write that down.
            PartnersimError: it does not answer.
        """
        while data := piece(self._journal, self._told):
            told = {"number": self._number, "offset": self._told, "data": data}
            answer = self._taken.ask(PIECE, told, patience=_PATIENCE)
            if "refused" in answer:
                raise StorageError(*answer["refused"])
            self._told = int(answer["next"])

    def _listen(self) -> None:
        while True:
            gevent.sleep(_OFTEN)
            if time.perf_counter() - self._heard > _PATIENCE:
                why = f"{self._where} was not heard of for {_PATIENCE:.0f}s: this share of the load is lost"
                self.leave(PartnersimError(why))

    def _hears(self, **_: object) -> None:
        self._heard = time.perf_counter()

    def _ended(self, exit_code: int, **_: object) -> None:
        if exit_code:
            sys.stderr.write(f"{self._end}\n")


def _made(folder: Path) -> Path:
    """The folder, made where this process is.

    Raises:
        StorageError: it cannot be made.
    """
    try:
        whole = folder.absolute()
        whole.mkdir()
    except OSError as error:
        why = f"cannot make the folder {folder}: {error.strerror or error}"
        raise StorageError(why, "free the disk, or join from another folder") from error
    return whole
