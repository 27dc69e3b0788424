"""Runs the orders of a load in this process: plan ahead, agree on the beginning, send this worker's share."""

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import User, constant, task
from locust.env import Environment
from locust.runners import MasterRunner

from loadtests.beginning import Agreement, Beginning
from loadtests.clients import Carrier, carriers
from loadtests.closed_model import ClosedLoad
from loadtests.look_ahead import LookAhead
from loadtests.open_model import OpenLoad
from loadtests.shard import Judge, Shard, by_endpoint
from loadtests.telling import teller
from simulator.errors import PartnersimError
from simulator.load.curves import SHAPES
from simulator.load.orders import planned, read_orders, shard_of
from simulator.load.processes import WORKER
from simulator.wire.addresses import plain

_SPAWNED = 100  # users a second and worker: Locust warns of more
_SETTLED = 5.0  # seconds that they may take longer


class OrdersRun:
    """Of one process; the master sends nothing, and holds the others together."""

    def __init__(self, file: Path, environment: Environment) -> None:
        self._environment = environment
        self._folder = file.parent
        try:
            self._orders = read_orders(file)
            self._planned = planned(self._orders, os.environ)
        except PartnersimError as error:
            sys.exit(str(error))
        options: Any = environment.parsed_options
        options.num_users = self._orders.connections * self._orders.workers
        options.spawn_rate = float(_SPAWNED * self._orders.workers)
        self._shard: Shard | None = None
        self._complete: Callable[[], bool] = bool
        if isinstance(environment.runner, MasterRunner):
            Agreement(environment.runner)
            return
        self._beginning = Beginning(environment)
        environment.events.test_start.add_listener(self._start)
        environment.events.test_stop.add_listener(self._close)
        environment.events.quit.add_listener(self._close)

    @property
    def worker(self) -> int:
        """Which worker this is, from 0."""
        return int(os.environ.get(WORKER, getattr(self._environment.runner, "worker_index", 0)))

    def _start(self, **_: object) -> None:
        orders, load, now = self._orders, self._planned, self._beginning.now
        try:
            self._shard = Shard(shard_of(self._folder, self.worker), load.head, load.secrets, now)
            make = carriers(orders.client, load.receiver, frozenset(map(plain, orders.allow)), now)
        except PartnersimError as error:
            sys.exit(str(error))
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
        gevent.spawn(self._run, work)

    def _run(self, work: "_Open | _Closed") -> None:
        try:
            work.prepare()
            with gevent.Timeout(self._orders.connections / _SPAWNED + _SETTLED, exception=False):
                while work.there < self._orders.connections:
                    gevent.sleep(0.05)
            self._beginning.wait()
            work.run()
            self._environment.process_exit_code = 0
            self._close()
        except PartnersimError as error:
            sys.exit(str(error))
        self._beginning.done()

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
