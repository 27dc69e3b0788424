"""Locust users that live the lives of exports: what a partner sends of each, from its begin to its end."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from locust import User, between, task
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner

from loadtests.clients import Carrier, carriers
from loadtests.closed_model import ClosedLoad
from loadtests.options import span
from loadtests.shapes import BY_NAME
from loadtests.shard import Shard
from loadtests.telling import Judge, teller
from simulator.authoring import load_receiver, load_scenario, receiver_at
from simulator.clock import RealClock, fresh_seed, utc_now
from simulator.errors import PartnersimError, UsageError
from simulator.load.curves import SHAPES
from simulator.load.mix import Mix
from simulator.load.orders import Planned, shard_of
from simulator.load.planned import PlannedLoad
from simulator.load.variables import AUTHORIZATION
from simulator.receiver import Endpoint, Receiver
from simulator.timeline.lives import Lives
from simulator.wire.addresses import plain

_PARTNERS = ("clevertap", "reachfive")
_WORKERS = 1024  # more than there ever are: each deals out lives of its own


class LiveUser(User):
    """Tells one life of `scenario` after the other. Another partner's traffic: a subclass with another scenario."""

    abstract = True
    scenario: ClassVar[str]

    def on_start(self) -> None:
        """A connection of its own."""
        self._carrier = LivesRun.of(self.environment).carrier()

    @task
    def live(self) -> None:
        """One whole life."""
        LivesRun.of(self.environment).live(type(self), self._carrier)

    def wait_time(self) -> float:
        """Seconds between two lives, as `--pause` says."""
        pause: Any = self.environment.parsed_options
        return float(between(*span(pause.pause))(self))

    def on_stop(self) -> None:
        """Its connection ends with it."""
        self._carrier.close()


class CleverTapUser(LiveUser):
    """CleverTap's alerts: Initiated, a while later Completed; of one-time and of recurring exports."""

    scenario = "load/clevertap"


class ReachFiveUser(LiveUser):
    """ReachFive's notifications: one at the end of each job, that went well, left records out, or failed."""

    scenario = "load/reachfive"


class LivesRun:
    """What the users of one process share."""

    _all: ClassVar[dict[Environment, "LivesRun"]] = {}

    def __init__(self, environment: Environment) -> None:
        options: Any = environment.parsed_options
        clock, begin = RealClock(), [0.0]
        begin[0] = clock.now()

        def now() -> float:
            return clock.now() - begin[0]

        receiver = _receiver(options, environment.host)
        worker = getattr(environment.runner, "worker_index", 0)
        self._classes = [one for one in environment.user_classes if issubclass(one, LiveUser)]
        loads: tuple[PlannedLoad, ...] = ()
        for one in self._classes:
            loads += (_load(one.scenario, receiver, options, first=loads[-1].last_number if loads else 0),)
        planned = Planned(receiver, loads, receiver.secrets)
        self.shard = None
        if options.journals:
            self.shard = Shard(shard_of(Path(options.journals), worker), planned.head, planned.secrets, now)
        told = teller(environment, Judge(planned))
        allow = frozenset(plain(one) for one in options.allow_target)
        self.carrier: Callable[[], Carrier] = carriers(options.client, receiver, allow, now)
        make = self.carrier
        self._load = ClosedLoad(loads, self.shard, told, make=make, worker=worker, workers=_WORKERS, now=now)

    @classmethod
    def of(cls, environment: Environment) -> "LivesRun":
        """The one of this process, made when its test starts."""
        return cls._all[environment]

    @classmethod
    def begin(cls, environment: Environment, **_: object) -> None:
        """A test starts."""
        if isinstance(environment.runner, MasterRunner):
            return
        try:
            run = cls._all[environment] = cls(environment)
        except PartnersimError as error:
            sys.exit(str(error))
        if run.shard is not None:
            run.shard.keep_flushing(lambda error: sys.exit(str(error)))

    @classmethod
    def end(cls, environment: Environment, **_: object) -> None:
        """It ended: what is to be written down is."""
        run = cls._all.get(environment)
        if run is not None and run.shard is not None:
            run.shard.close(complete=True)

    def live(self, of: type[LiveUser], carrier: Carrier) -> None:
        """One life of this kind of user."""
        try:
            self._load.live(carrier, self._classes.index(of))
        except PartnersimError as error:  # what is not written down is not sent
            sys.exit(str(error))


def settle(environment: Environment) -> None:
    """What holds for all processes of a test: one seed, one start, and the shape that was asked for, if one was."""
    options: Any = environment.parsed_options
    if not isinstance(environment.runner, LocalRunner | MasterRunner):
        return
    options.seed = fresh_seed() if options.seed is None else options.seed
    options.start = options.start or utc_now().isoformat()
    if not options.shape:
        return
    shape = BY_NAME[options.shape]()
    shape.runner = environment.runner
    shape.users = options.num_users or shape.users
    shape.seconds = float(options.run_time or shape.seconds)
    environment.shape_class = shape
    # Locust waits for the end of a shape before it listens for this signal
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _receiver(options: Any, host: str | None) -> Receiver:
    if options.receiver:
        return load_receiver(options.receiver, os.environ)
    if not host:
        raise UsageError("where to is not said", "give --host URL or --receiver FILE")
    value = options.authorization or os.environ.get(AUTHORIZATION)
    at = {
        one: receiver_at(host.rstrip("/") + options.path.format(provider=one), authorization=value) for one in _PARTNERS
    }
    ends = {name: Endpoint(url=one.endpoints["*"].url) for name, one in at.items()}
    return Receiver(name=host, endpoints=ends, authorization=value, secrets=at[_PARTNERS[0]].secrets)


def _load(name: str, receiver: Receiver, options: Any, *, first: int) -> PlannedLoad:
    lives = Lives(load_scenario(name), receiver, seed=options.seed, start=datetime.fromisoformat(options.start))
    return PlannedLoad(
        lives=lives, rate=1.0, seconds=1.0, curve=SHAPES["steady"], mix=Mix(), life=options.life, first=first
    )
