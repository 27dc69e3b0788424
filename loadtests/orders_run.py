"""Runs the orders of a load in this process: plan ahead, agree on the beginning, send this worker's share."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, NoReturn

import gevent
from gevent import GreenletExit
from locust import User, constant, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests.beginning import Agreement, Beginning, own_clock
from loadtests.clients import Carrier, carriers
from loadtests.closed_model import ClosedLoad, ClosedUsers
from loadtests.dispatch import dispatcher
from loadtests.door import Door
from loadtests.joined import Joined, foreseen
from loadtests.look_ahead import LookAhead
from loadtests.messages import HERE, ORDERS, Asking
from loadtests.open_model import OpenLoad
from loadtests.shard import Shard
from loadtests.telling import Judge, teller
from simulator.errors import PartnersimError
from simulator.load import variables as ordered
from simulator.load.curves import SHAPES
from simulator.load.machines.handed import Task, handed
from simulator.load.machines.roll import Roll
from simulator.load.orders import planned, read_orders, shard_of
from simulator.load.usual import STARTING
from simulator.load.variables import AGAIN, ELSEWHERE, HOME, WAIT, WORKER
from simulator.wire.addresses import plain

_SPAWNED = 100  # users a second and worker: Locust warns of more
_SETTLED = 5.0  # seconds that they may take longer


def take_orders(environment: Environment) -> None:
    """Do in this process what is ordered: hold the workers together, or send a share.

    The orders are in a file, or, where the load is another machine's, come from there.
    """
    runner = environment.runner
    try:
        if HOME in os.environ and isinstance(runner, WorkerRunner):
            joined = Joined(environment, runner)
            OrdersRun(environment, joined.share(), joined)
            return
        file = Path(os.environ[ordered.ORDERS])
        orders = read_orders(file)
        share = Task(file.parent, orders, planned(orders, os.environ))
        if isinstance(runner, MasterRunner):
            hold(environment, runner, share)
            return
        if isinstance(runner, WorkerRunner):
            number = int(os.environ.get(WORKER, "0"))
            Asking(runner, ORDERS).ask(HERE, {"number": number}, patience=STARTING)
        OrdersRun(environment, share)
    except PartnersimError as error:
        sys.exit(str(error))


def hold(environment: Environment, master: MasterRunner, share: Task) -> None:
    """Hold the workers together; the master itself sends nothing."""
    orders = share.orders
    elsewhere = int(os.environ.get(ELSEWHERE, "0"))
    wait = float(os.environ.get(WAIT, STARTING))
    again = float(os.environ.get(AGAIN, wait))  # places are kept to the end, unless it is said
    roll = Roll(orders.workers - elsewhere, elsewhere, until=perf_counter() + wait, again=again)
    environment.dispatcher_class = dispatcher(roll, orders.connections)
    _users(environment, orders.connections, orders.workers)
    door = Door(environment, master, roll, share.folder, handed(orders) if elsewhere else {})
    door.wait(wait)
    Agreement(master, roll, door.lost)


def _users(environment: Environment, connections: int, workers: int) -> None:
    options: Any = environment.parsed_options
    options.num_users = connections * workers
    options.spawn_rate = float(_SPAWNED * workers)


class OrdersRun:
    """Of one process that sends."""

    def __init__(self, environment: Environment, share: Task, joined: Joined | None = None) -> None:
        self._environment = environment
        self._folder, self._orders, self._planned = share
        self._joined = joined
        self._shard: Shard | None = None
        self._complete: Callable[[], bool] = bool
        _users(environment, self._orders.connections, self._orders.workers)
        self._beginning = Beginning(environment, joined.clock if joined else own_clock)
        environment.events.test_start.add_listener(self._start)
        environment.events.test_stop.add_listener(self._stopped)
        environment.events.quit.add_listener(self._close)

    @property
    def worker(self) -> int:
        """Which worker this is, from 0."""
        return int(os.environ.get(WORKER, getattr(self._environment.runner, "worker_index", 0)))

    def _start(self, **_: object) -> None:
        orders, load, now = self._orders, self._planned, self._beginning.now
        try:
            # when that was, the machine that judges says: it has another clock
            head = {name: value for name, value in load.head.items() if not self._joined or name != "started"}
            journal = shard_of(self._folder, self.worker)
            self._shard = Shard(journal, head, load.secrets, now)
            make = carriers(orders.client, load.receiver, frozenset(map(plain, orders.allow)), now)
            work = self._work(self._shard, make)
        except Exception as error:  # noqa: BLE001 - Locust would go on, and the others would wait for this one
            self._end(error)
        OrderedUser.work, OrderedUser.make, OrderedUser.end = work, staticmethod(make), staticmethod(self._end)
        self._complete = lambda: work.complete
        if self._joined:
            self._joined.follow()
        self._shard.keep_flushing(self._end)
        gevent.spawn(self._run, work, self._shard)

    def _work(self, shard: Shard, make: Callable[[], Carrier]) -> OpenLoad | ClosedUsers:
        orders, load, now = self._orders, self._planned, self._beginning.now
        told = teller(self._environment, Judge(load))
        until = orders.length
        if orders.model == "open":
            ahead = LookAhead(load.planning(self.worker, orders.workers))
            return OpenLoad(ahead, shard, told, now=now, until=until, connections=orders.connections)
        closed = ClosedLoad(load.loads, shard, told, make=make, worker=self.worker, workers=orders.workers, now=now)
        level = SHAPES[orders.shape].level
        return ClosedUsers(closed, users=orders.connections, level=level, seconds=orders.seconds, until=until, now=now)

    def _run(self, work: OpenLoad | ClosedUsers, shard: Shard) -> None:
        try:
            work.prepare()
            with gevent.Timeout(self._orders.connections / _SPAWNED + _SETTLED, exception=False):
                while work.there < self._orders.connections:
                    gevent.sleep(0.05)
            shard.begins(self._beginning.wait())
            work.run()
            self._close()
            if self._joined:
                self._joined.finish()
            self._environment.process_exit_code = 0
        except GreenletExit:
            pass  # the run was ended before its time, and the journal closed: nothing more is sent
        except Exception as error:  # noqa: BLE001 - only this greenlet would end, and the others would wait
            self._end(error)
        self._beginning.done()

    def _end(self, error: Exception) -> NoReturn:
        """This share cannot be sent."""
        known = foreseen(error)
        if self._joined:
            self._joined.leave(known)
        sys.exit(str(known))

    def _stopped(self, **_: object) -> None:
        """The run is over, perhaps before its time."""
        self._close()
        if self._joined:
            self._joined.last_words()

    def _close(self, **_: object) -> None:
        if self._shard is not None:
            self._shard.close(complete=self._complete())


class OrderedUser(User):
    """One connection of a load that was ordered."""

    wait_time = constant(0)
    work: ClassVar[OpenLoad | ClosedUsers]
    make: ClassVar[Callable[[], Carrier]]
    end: ClassVar[Callable[[Exception], NoReturn]]

    @task
    def serve(self) -> None:
        """Send what is to be sent until the run ends."""
        carrier = type(self).make()
        try:
            self.work.serve(carrier)
        except PartnersimError as error:  # what is not written down is not sent
            type(self).end(error)
        finally:
            carrier.close()
