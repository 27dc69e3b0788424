"""A load told by hand: a model receiver takes what was planned, shards are written, and all of it is judged."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from simulator.authoring import parse_receiver
from simulator.clock import JumpClock
from simulator.journal import JournalWriter
from simulator.load.crew import Lost
from simulator.load.judging.judge import Terms, judged
from simulator.load.judging.thresholds import thresholds
from simulator.load.mix import STEPS
from simulator.load.orders import SHARES, Orders, Planned, planned_for, shard_of
from simulator.model import Delivery, Exchange, HangUp, Lateness, Outcome, Report, Verdict
from simulator.model.load import GivenUp
from simulator.receiver import Receiver
from simulator.wire import Request

SELECT = {"id": "$.id", "status": "$.status", "effects": "$.effects"}
_RECEIVER = """\
receiver: a model
{credentials}endpoints:
  clevertap: {{url: "http://127.0.0.1:9/clevertap"}}
  reachfive: {{url: "http://127.0.0.1:9/reachfive"}}
{probes}"""
_PROBE = 'probes:\n  export:\n    get: "http://127.0.0.1:9/exports/{{id}}"\n    absent: 404\n    select: {}\n'

Done = Callable[[Exchange], None]


def model_receiver(select: dict[str, str] | None = None, *, authorized: bool = True, probe: bool = True) -> Receiver:
    """Two endpoints and, unless there is to be none, a probe that shows id, status and effects."""
    text = _RECEIVER.format(
        credentials='authorization: "Bearer opensesame"\n' if authorized else "",
        probes=_PROBE.format(json.dumps(SELECT if select is None else select)).replace("{{", "{").replace("}}", "}")
        if probe
        else "",
    )
    return parse_receiver(text, "model.yaml", {})


@dataclass
class Model:
    """A right receiver: knows every notification once, and the latest by the partner's clock is the state.

    `lag` is how many seconds pass until what it took in shows; `took` how long its answers take.
    """

    lag: float = 0.0
    took: float = 0.01
    kept: dict[str, list[tuple[float, Delivery]]] = field(default_factory=lambda: defaultdict(list))
    taken: int = 0
    readings: int = 0

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        """The answer to one; `at` is the second of the load at which it comes."""
        if delivery.credentials != "right" and _looks_wrong(delivery):
            return 401
        if not delivery.valid and _looks_broken(delivery):
            return 400
        self.keep(delivery, at + self.lag)
        return 200

    def keep(self, delivery: Delivery, at: float) -> None:
        """It shows from then on."""
        self.taken += 1
        self.kept[delivery.id].append((at, delivery))

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        """What the probe shows of an id; None for nothing."""
        self.readings += 1
        shown = [one for since, one in self.kept.get(id_, ()) if since <= at]
        return self.told(id_, shown) if shown else None

    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        latest = max(shown, key=lambda one: (one.at, one.end))
        return {"id": id_, "status": latest.status, "effects": self.effects(shown)}

    def effects(self, shown: Sequence[Delivery]) -> int:
        return len({(one.body, one.at) for one in shown if one.end})


def _looks_wrong(delivery: Delivery) -> bool:
    """What is said to have wrong credentials has them in its bytes, too: a receiver sees nothing else."""
    return b"Bearer opensesame\r\n" not in on_the_wire(delivery)


def _looks_broken(delivery: Delivery) -> bool:
    """What is said to be broken shows it, where the mix broke it; what an author broke may look right."""
    if delivery.step not in STEPS:
        return True
    body = on_the_wire(delivery).partition(b"\r\n\r\n")[2]
    try:
        return not isinstance(json.loads(body), dict) or delivery.id.encode() not in body
    except ValueError:
        return True


def on_the_wire(delivery: Delivery) -> bytes:
    """The bytes that a receiver gets to see."""
    script = delivery.script
    return delivery.data if script is None else b"".join(piece for piece in script if isinstance(piece, bytes))


@dataclass
class Asking:
    """The probe of a model, as the corridor asks it."""

    model: Model
    now: Callable[[], float]

    def __call__(self, request: Request, done: Done) -> None:
        shown = self.model.show(request.url.target.rpartition("/")[2], self.now())
        if shown is not None and "broken" in shown:
            done(Exchange(Outcome.ANSWERED, 503, done=self.now()))
            return
        body = b"" if shown is None else json.dumps(shown).encode()
        status = 404 if shown is None else 200
        done(Exchange(Outcome.ANSWERED, status, body=body, size=len(body), sent=self.now(), done=self.now()))

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass(kw_only=True)
class Told:
    """How it is told. `cut` workers have journals that end in the middle, `gone` ones have none.

    `own`: so many workers, the first ones, are of this machine; None for all. What stood behind a cut was sent all the
    same.
    `late` and `held` are seconds that each delivery waited, by whose fault: the sender's, or a connection's.
    `drops` are deliveries that were given up, for that `reason`. `closed` is how it is judged, and not how it is sent.
    """

    folder: Path
    model: Model = field(default_factory=Model)
    receiver: Receiver = field(default_factory=model_receiver)
    scenarios: tuple[str, ...] = ("clevertap/one-time-export",)
    rate: float = 20.0
    seconds: float = 3.0
    repeat: float = 0.0
    stale: float = 0.0
    malformed: float = 0.0
    unauthorized: float = 0.0
    workers: int = 1
    own: int | None = None
    life: float = 0.2
    cut: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    late: float = 0.0
    held: float = 0.0
    drops: Callable[[Delivery], bool] = lambda _: False
    reason: str = GivenUp.NO_CONNECTION
    window: float = 2.0
    sample: int | None = None
    asked: frozenset[str] = frozenset(SHARES)
    limits: Sequence[str] = ()
    lost: Sequence[Lost] = ()
    reused: bool = False
    closed: bool = False

    @property
    def orders(self) -> Orders:
        return Orders(
            scenarios=self.scenarios,
            to="http://127.0.0.1:9/",
            rate=self.rate,
            seconds=self.seconds,
            repeat=self.repeat,
            stale=self.stale,
            malformed=self.malformed,
            unauthorized=self.unauthorized,
            life=self.life,
            seed=7,
            start="2026-01-05T00:00:00+05:30",
            workers=self.workers,
            model="closed" if self.closed else "open",
        )

    @property
    def planned(self) -> Planned:
        return planned_for(self.orders, self.receiver, {})

    def send(self) -> None:
        """Play all workers' shares at their due times, and write their shards."""
        shares = [(number, one) for number in range(self.workers) for one in self.planned.share(number, self.workers)]
        events: list[list[tuple[float, int, Any]]] = [[] for _ in range(self.workers)]
        order = count()
        for number, delivery in sorted(shares, key=lambda one: (one[1].due, one[1].number)):
            begun = delivery.due + self.late + self.held
            intent = next(order)
            events[number].append((begun, intent, delivery))
            exchange = self._exchange(delivery, begun)
            if exchange is not None:
                events[number].append((exchange.done, next(order), (intent, delivery, exchange)))
        for number in range(self.workers):
            if number not in self.gone:
                self._write(number, sorted(events[number], key=lambda one: one[:2]))

    def report(self) -> Report:
        """Sent, and judged."""
        self.send()
        return self.judged()

    def judged(self) -> Report:
        terms = Terms(
            window=self.window,
            sample=self.sample,
            asked=self.asked,
            thresholds=thresholds({}, self.limits),
            lost=self.lost,
            own=self.own,
            make_send=partial(Asking, self.model),
            make_clock=JumpClock,
        )
        return judged(self.folder, self.orders, self.receiver, terms)

    def _exchange(self, delivery: Delivery, begun: float) -> Exchange | None:
        if self.drops(delivery):
            return Exchange(Outcome.SKIPPED, done=begun, detail=self.reason)
        answer = self.model.take(delivery, begun)
        done = begun + self.model.took
        if answer is Outcome.IN_DOUBT:
            return None
        status, outcome = (answer, Outcome.ANSWERED) if isinstance(answer, int) else (0, answer)
        sent = begun if outcome.reached else 0.0
        whole = Exchange(outcome, status, sent=sent, done=done, connection=1, reused=self.reused)
        if any(isinstance(piece, HangUp) for piece in delivery.script or ()):  # the partner sees no answer then
            return whole._replace(outcome=Outcome.CLOSED, status=0, hung_up=True)
        return whole

    def _write(self, number: int, events: Sequence[tuple[float, int, Any]]) -> None:
        path = shard_of(self.folder, number)
        writer = JournalWriter(path, {"a": "shard"}, str)
        lines: dict[int, int] = {}
        for at, order, told in events:
            if isinstance(told, Delivery):
                lines[order] = writer.intent(told, 1, at)
            else:
                of, delivery, exchange = told
                late = self.late + self.held
                writer.outcome(lines[of], delivery, exchange, late=late, held=self.held, final=True)
        ended = max((at for at, _, _ in events), default=0.0)
        writer.close(ended, deliveries=1, attempts=1, complete=True, reached=True, lateness=Lateness())
        if number in self.cut:
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])


def verdict(report: Report, check: str) -> Verdict:
    """The one of that name, without `load/`."""
    (found,) = [one for one in report.verdicts if one.check == f"load/{check}"]
    return found


def results(report: Report) -> dict[str, str]:
    """Check → result, of those that did not pass."""
    return {one.check.removeprefix("load/"): str(one.result) for one in report.verdicts if not one.passed}
