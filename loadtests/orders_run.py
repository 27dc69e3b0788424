"""Runs the orders of a load in this process: plan ahead, agree on the beginning, send this worker's share."""

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import gevent
from locust import User, constant, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests.beginning import Agreement, Beginning, own_clock
from loadtests.clients import Carrier, carriers
from loadtests.closed_model import ClosedLoad
from loadtests.dispatch import dispatcher
from loadtests.door import Door
from loadtests.joined import Joined
from loadtests.look_ahead import LookAhead
from loadtests.messages import HERE, ORDERS, Asking
from loadtests.open_model import OpenLoad
from loadtests.shard import Judge, Shard, by_endpoint
from loadtests.telling import teller
from simulator.errors import PartnersimError
from simulator.load import orders as ordered
from simulator.load.curves import SHAPES
from simulator.load.handed import Share, handed
from simulator.load.joining import HOME
from simulator.load.orders import planned, read_orders, shard_of
from simulator.load.processes import ELSEWHERE, WAIT, WORKER
from simulator.load.roll import Roll
from simulator.wire.addresses import plain

_SPAWNED = 100  # users a second and worker: Locust warns of more
_SETTLED = 5.0  # seconds that they may take longer
_STARTING = 60.0  # seconds in which the one that holds the workers together comes up


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
        share = Share(file.parent, orders, planned(orders, os.environ))
        if isinstance(runner, MasterRunner):
            hold(environment, runner, share)
            return
        if isinstance(runner, WorkerRunner):
            number = int(os.environ.get(WORKER, "0"))
            Asking(runner, ORDERS).ask(HERE, {"number": number}, patience=_STARTING)
        OrdersRun(environment, share)
    except PartnersimError as error:
        sys.exit(str(error))


def hold(environment: Environment, master: MasterRunner, share: Share) -> None:
    """Hold the workers together; the master itself sends nothing."""
    orders = share.orders
    elsewhere = int(os.environ.get(ELSEWHERE, "0"))
    roll = Roll(orders.workers - elsewhere, elsewhere)
    environment.dispatcher_class = dispatcher(roll, orders.connections)
    _users(environment, orders.connections, orders.workers)
    door = Door(environment, master, roll, share.folder, handed(orders) if elsewhere else {})
    door.wait(float(os.environ.get(WAIT, _STARTING)))
    Agreement(master, roll, door.lost)


def _users(environment: Environment, connections: int, workers: int) -> None:
    options: Any = environment.parsed_options
    options.num_users = connections * workers
    options.spawn_rate = float(_SPAWNED * workers)


class OrdersRun:
    """Of one process that sends."""

    def __init__(self, environment: Environment, share: Share, joined: Joined | None = None) -> None:
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
            self._shard = Shard(shard_of(self._folder, self.worker), head, load.secrets, now)
            make = carriers(orders.client, load.receiver, frozenset(map(plain, orders.allow)), now)
        except PartnersimError as error:
            self._end(error)
        told = teller(self._environment, Judge(by_endpoint(load), load.receiver))
        until = orders.seconds + orders.life + orders.grace
        if orders.model == "open":
            ahead = LookAhead(load.share(self.worker, orders.workers))
            most = orders.connections
            work: _Open | _Closed = _Open(
                OpenLoad(ahead, self._shard, told, now=now, until=until, connections=most), ahead
            )
        else:
            closed = ClosedLoad(load.loads, self._shard, told, worker=self.worker, workers=orders.workers, now=now)
            work = _Closed(closed, orders.seconds, until, orders.connections, SHAPES[orders.shape].level, now)
        OrderedUser.work, OrderedUser.make = work, staticmethod(make)
        self._complete = lambda: work.complete
        if self._joined:
            self._joined.follow()
        gevent.spawn(self._run, work)

    def _run(self, work: "_Open | _Closed") -> None:
        try:
            work.prepare()
            with gevent.Timeout(self._orders.connections / _SPAWNED + _SETTLED, exception=False):
                while work.there < self._orders.connections:
                    gevent.sleep(0.05)
            self._beginning.wait()
            work.run()
            self._close()
            if self._joined:
                self._joined.finish()
            self._environment.process_exit_code = 0
        except PartnersimError as error:
            self._end(error)
        self._beginning.done()

    def _end(self, error: PartnersimError) -> NoReturn:
        """This share cannot be sent."""
        if self._joined:
            self._joined.leave(error)
        sys.exit(str(error))

    def _stopped(self, **_: object) -> None:
        """The run is over, perhaps before its time."""
        self._close()
        if self._joined:
            self._joined.last_words()

    def _close(self, **_: object) -> None:
        if self._shard is not None:
            self._shard.close(complete=self._complete())


class _Open:
    """The open model as a process runs it."""

    def __init__(self, load: OpenLoad, ahead: LookAhead) -> None:
        self.prepare = ahead.fill
        self.run = load.run
        self.serve = load.serve
        self._load = load

    @property
    def there(self) -> int:
        """How many users are ready."""
        return self._load.free

    @property
    def complete(self) -> bool:
        """Whether all was sent, or given up in order."""
        return self._load.complete


class _Closed:
    """The closed model: so many users as the curve says begin new lives, until the time is over."""

    def __init__(
        self,
        load: ClosedLoad,
        seconds: float,
        until: float,
        users: int,
        level: Callable[[float], float],
        now: Callable[[], float],
    ) -> None:
        self.there = 0
        self.complete = False
        self._load = load
        self._seconds = seconds
        self._until = until
        self._users = users
        self._level = level
        self._now = now
        self._begun = False

    def prepare(self) -> None:
        """Nothing is planned ahead: what is next depends on the answers."""

    def run(self) -> None:
        """Let them tell lives until the time is over, and the last life has ended."""
        self._begun = True
        gevent.sleep(max(self._seconds - self._now(), 0.0))
        while self._load.living and self._now() < self._until:
            gevent.sleep(0.01)
        self.complete = not self._load.living

    def serve(self, carrier: Carrier) -> None:
        """One user's work."""
        place = self.there
        self.there += 1
        while True:
            now = self._now()
            wanted = math.ceil(self._users * self._level(min(now / self._seconds, 1.0))) if self._begun else 0
            if now >= self._seconds or place >= wanted:
                gevent.sleep(0.05)
            else:
                self._load.live(carrier)


class OrderedUser(User):
    """One connection of a load that was ordered."""

    wait_time = constant(0)
    work: ClassVar[_Open | _Closed]
    make: ClassVar[Callable[[], Carrier]]

    @task
    def serve(self) -> None:
        """Send what is to be sent until the run ends."""
        carrier = type(self).make()
        try:
            self.work.serve(carrier)
        except PartnersimError as error:  # what is not written down is not sent
            sys.exit(str(error))
        finally:
            carrier.close()
