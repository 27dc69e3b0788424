"""What the processes of one load are told: a file that the one that starts them writes, and each of them reads."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.authoring import expanded, load_receiver, load_scenario, receiver_at
from simulator.documents import quoted
from simulator.errors import StorageError, UsageError
from simulator.load.curves import SHAPES
from simulator.load.due import side_by_side
from simulator.load.mix import Mix
from simulator.load.planned import PlannedLoad
from simulator.load.usual import CLIENTS, CONNECTIONS, LIFE, SHAPE
from simulator.load.variables import AUTHORIZATION, HEADERS, TO
from simulator.model import Delivery, Pairs
from simulator.receiver import Receiver, Tls
from simulator.redaction import Scrub
from simulator.runner.journal_header import journal_header
from simulator.scenario import Scenario
from simulator.timeline.lives import Lives

FILE: Final = "orders.json"

SHARES: Final = tuple(one.name for one in fields(Mix))
"""What is not plain, in shares of all."""

_STEP: Final = 0x9E3779B9  # between the seeds of two scenarios of one load
_OTHER_SEEDS: Final = 100  # tried for a scenario whose ids another one has


@dataclass(frozen=True, kw_only=True)
class Orders:
    """A load as every process of it has to know it.

    `scenarios` are names or paths; each is a load of its own, at an equal part of `rate`. `receiver_file` or `to`, a
    URL, says where it goes. `ca`, `certificate` and `key` are PEM files that win over those of the receiver file;
    `insecure` adds to what it says. `start` is ISO 8601 with zone. `connections` a worker has at once, at most. A
    worker (from 0) sends its share of `workers`, and goes on for `grace` seconds after the last was due.
    """

    scenarios: tuple[str, ...]
    receiver_file: str = ""
    to: str = ""
    ca: str = ""
    certificate: str = ""
    key: str = ""
    insecure: bool = False
    rate: float
    seconds: float
    shape: str = SHAPE
    repeat: float = 0.0
    stale: float = 0.0
    malformed: float = 0.0
    unauthorized: float = 0.0
    life: float = LIFE
    seed: int
    start: str
    workers: int = 1
    connections: int = CONNECTIONS
    grace: float = 10.0
    model: str = "open"
    client: str = CLIENTS[0]
    allow: tuple[str, ...] = ()

    @property
    def length(self) -> float:
        """Seconds from the beginning until nothing is sent any more."""
        return self.seconds + self.life + self.grace

    @property
    def mix(self) -> Mix:
        """What of it is not plain."""
        return Mix(**{name: getattr(self, name) for name in SHARES})

    def tls(self, own: Tls) -> Tls:
        """What is trusted and shown, where the receiver's own file says `own`."""
        return Tls(
            ca=self.ca or own.ca,
            certificate=self.certificate or own.certificate,
            key=self.key or own.key,
            insecure=self.insecure or own.insecure,
        )


class Planned(NamedTuple):
    """What orders come to. `secrets` are values that no output may show."""

    receiver: Receiver
    loads: tuple[PlannedLoad, ...]
    secrets: tuple[str, ...] = ()

    @property
    def head(self) -> dict[str, Any]:
        """The head of its journals; of several scenarios, the first one's."""
        timeline = self.loads[0].lives.timeline
        header = journal_header(
            timeline.scenario,
            timeline,
            self.receiver,
            text=Scrub(self.secrets)(timeline.scenario.text),
            sha256=hashlib.sha256(timeline.scenario.text.encode()).hexdigest(),
            acknowledged_by=self.receiver.accepts(timeline.provider.acknowledged_by),
            authorized=timeline.authorized,
        )
        return {**header, "load_test": True}

    def share(self, worker: int, workers: int) -> Iterator[Delivery]:
        """All that this worker (from 0) sends, in order of due time; numbers are unique in the whole load."""
        return (one for one in self.planning(worker, workers) if one is not None)

    def planning(self, worker: int, workers: int) -> Iterator[Delivery | None]:
        """The same, with a None now and then: to ask for the next one never takes long."""
        return side_by_side([one.planning(worker, workers) for one in self.loads])


def write_orders(folder: Path, orders: Orders) -> Path:
    """Write them into the folder of a load.

    Raises:
        StorageError: that failed.
    """
    path = folder / FILE
    try:
        path.write_text(json.dumps(asdict(orders), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}", "name another folder with --journal") from error
    return path


def read_orders(path: Path) -> Orders:
    """Read them again.

    Raises:
        StorageError: the file cannot be read, or was not written by this version.
    """
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Orders(**{one.name: _tuple(told[one.name]) for one in fields(Orders)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{path} has no orders for a load: {error}", "start it with: partnersim load") from error


def planned(orders: Orders, environment: Mapping[str, str]) -> Planned:
    """The load that orders describe.

    Raises:
        UsageError: a scenario or the receiver is wrong, or one cannot be played against the other.
    """
    if orders.shape not in SHAPES:
        raise UsageError(f"there is no shape {orders.shape!r}", f"shapes are {', '.join(SHAPES)}")
    if orders.receiver_file:
        receiver = load_receiver(orders.receiver_file, environment)
    else:
        receiver = receiver_at(
            orders.to or environment.get(TO, ""),
            authorization=environment.get(AUTHORIZATION),
            headers=_headers(environment),
        )
    return planned_for(orders, replace(receiver, tls=orders.tls(receiver.tls)), environment)


def planned_for(orders: Orders, receiver: Receiver, environment: Mapping[str, str]) -> Planned:
    """What orders come to for a receiver at hand; no two scenarios of them speak of one export.

    Raises:
        UsageError: a scenario is wrong, or cannot be played against the receiver.
    """
    loads: list[PlannedLoad] = []
    secrets = receiver.secrets
    for name in orders.scenarios:
        scenario, its_own = expanded(load_scenario(name), environment)
        secrets += its_own
        made = (_one(orders, scenario, receiver, loads, again) for again in range(_OTHER_SEEDS))
        apart = next((one for one in made if all(_apart(one, other) for other in loads)), None)
        if apart is None:
            raise UsageError(f"{name} would speak of exports of another scenario", "load with fewer notifications")
        if shared := apart.lives.shared:
            raise UsageError(
                f"{name} cannot be a load: {', '.join(map(quoted, shared))} would tell of the same export in each life",
                "leave out the id or the body that its author has given, or the console's test: it has one id always",
            )
        loads.append(apart)
    return Planned(receiver, tuple(loads), secrets)


def shard_of(folder: Path, worker: int) -> Path:
    """The journal that a worker (from 0) writes."""
    return folder / f"shard-{worker:03d}.ndjson"


def shards(folder: Path) -> list[int]:
    """The workers whose journals are there."""
    return sorted(int(one.stem.removeprefix("shard-")) for one in folder.glob("shard-*.ndjson"))


def _one(
    orders: Orders, scenario: Scenario, receiver: Receiver, before: Sequence[PlannedLoad], again: int
) -> PlannedLoad:
    """The load of one scenario, with the seed of its own that is chosen `again`."""
    seed = (orders.seed + len(before) * _STEP + again * _STEP * len(orders.scenarios)) % 2**32
    return PlannedLoad(
        lives=Lives(scenario, receiver, seed=seed, start=datetime.fromisoformat(orders.start)),
        rate=orders.rate / len(orders.scenarios),
        seconds=orders.seconds,
        curve=SHAPES[orders.shape],
        mix=orders.mix,
        life=orders.life,
        first=before[-1].last_number if before else 0,
    )


def _apart(one: PlannedLoad, other: PlannedLoad) -> bool:
    """Whether no id of the one is an id of the other: those of one partner count from the base of their story."""
    (low, room), (high, _) = sorted(
        (each.lives.timeline.story.base, each.count * each.lives.ids) for each in (one, other)
    )
    return one.lives.timeline.provider != other.lives.timeline.provider or low + room < high


def _headers(environment: Mapping[str, str]) -> Pairs:
    try:
        return tuple((str(name), str(value)) for name, value in json.loads(environment.get(HEADERS, "[]")))
    except (ValueError, TypeError):  # what stands there may be secret
        raise UsageError(f"{HEADERS} has no headers", """e.g. [["X-Env", "ci"]]; or unset it""") from None


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
