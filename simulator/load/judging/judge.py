"""A load judged: its journals put together, the receiver's state read, and what follows from both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from simulator.clock import Clock, RealClock
from simulator.journal import Journal
from simulator.load.crew import Lost
from simulator.load.demands import Demand, rightful
from simulator.load.judging.answers import count_attempt
from simulator.load.judging.asked import sampled, subjects
from simulator.load.judging.book import Book
from simulator.load.judging.concluding import verdicts
from simulator.load.judging.effects import Effects, Shown
from simulator.load.judging.evidence import Evidence
from simulator.load.judging.figures import Figures
from simulator.load.judging.following import followed, stopped
from simulator.load.judging.ledger import book_of
from simulator.load.judging.merging import Merged, merged, untold
from simulator.load.judging.parts import Part, parts
from simulator.load.judging.reading import Progress, Read, Reader, read_all
from simulator.load.judging.thresholds import Threshold
from simulator.load.mix import Mix, can_be_stale
from simulator.load.orders import SHARES, Orders, planned_for
from simulator.load.planned import PlannedLoad
from simulator.load.usual import TOO_LATE, WINDOW
from simulator.model import Drain, Kinds, Lateness, LoadResult, Play, Report, Share
from simulator.receiver import Receiver
from simulator.runner.event_loop import run_on_a_loop
from simulator.version import __version__
from simulator.wire import Send
from simulator.wire.sockets import Wire


def _nobody(_: int, __: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a load is to be judged.

    `window` is in seconds (see `reading`). Where the sender itself was later than `too_late` seconds, in 99 of 100, its
    figures are its own. `asked` are the shares of the mix that somebody asked for, so that none of
    them may be missing: by default all there are. `sample`: so many ids are read and no more; None for all. `lost` are
    processes that were seen to end before their time. The first `own` workers ran on this machine, None for all: the
    journals of the others may lack what they sent last. `environment` fills in what scenarios refer to. `allow` names
    hosts beyond this machine and private networks that may be asked. `make_send` gives an in-process receiver in the
    place of sockets, `make_clock` a jumping clock.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    window: float = WINDOW
    too_late: float = TOO_LATE
    asked: frozenset[str] = frozenset(SHARES)
    sample: int | None = None
    thresholds: Sequence[Threshold] = ()
    lost: Sequence[Lost] = ()
    own: int | None = None
    allow: frozenset[str] = frozenset()
    progress: Progress = _nobody
    make_send: Callable[[Callable[[], float]], Send] | None = None
    make_clock: Callable[[], Clock] = RealClock


def judged(folder: Path, orders: Orders, receiver: Receiver, terms: Terms) -> Report:
    """What a load came to whose workers wrote their shards into this folder; nothing of it is being sent any more.

    The shards become `load.ndjson`; what the receiver's probe shows is added to it. It runs an event loop of its own.

    Raises:
        StorageError: a shard is no journal, or the new one cannot be written.
        UsageError: the orders do not fit the receiver.
    """
    planned = planned_for(orders, receiver, terms.environment)
    whole = merged(folder, planned, orders.workers, planned.head, closed=orders.model == "closed")
    whole.shares = _with_reasons(whole.shares, terms.lost)
    untold_ids = untold(folder, range(orders.workers if terms.own is None else terms.own, orders.workers))
    clock = _Later(whole.now_is(), terms.make_clock())
    before = parts(whole.path, planned.loads, receiver)
    read, asked = run_on_a_loop(_read(whole, before, clock, receiver, orders.seed, terms))
    of_the_load = parts(whole.path, planned.loads, receiver)
    book = book_of(of_the_load, asked, untold_ids)
    figures, effect = _figures(folder, orders, of_the_load, book)
    result = _result(orders, whole, figures, effect, book, read.drain if read else None)
    lateness = Lateness(p50=result.late.p50, p99=result.late.p99, max=result.late.max)
    whole.close(clock.now(), lateness)
    evidence = Evidence(
        parts=of_the_load,
        book=book,
        result=result,
        read=read,
        effect=effect,
        ack_begun=figures.ack_begun.spread,
        mix=Mix(**{name: getattr(orders, name) for name in terms.asked}),
        can_be_stale=any(_can_be_stale(one, receiver) for one in planned.loads),
        too_late=terms.too_late,
    )
    first = planned.loads[0].lives.timeline
    play = Play(
        title=_title(planned.loads),
        source=", ".join(orders.scenarios),
        provider=" and ".join(dict.fromkeys(one.provider for one in of_the_load)),
        seed=orders.seed,
        start=first.start.isoformat(),
        journal=str(whole.path),
        deliveries=whole.sent,
        attempts=figures.attempts,
        lateness=lateness,
        verdicts=tuple(verdicts(evidence, terms.thresholds)),
        reached=whole.reached,
        complete=_complete(result, terms.thresholds),
        note="; ".join(_notes(receiver, terms.lost, stopped(folder))),
    )
    started = Journal.open(whole.path).header["started"]
    return Report(version=__version__, started=started, seed=orders.seed, plays=(play,), load=result)


def _with_reasons(shares: Sequence[Share], lost: Sequence[Lost]) -> tuple[Share, ...]:
    """The shares; those of which not all was sent have the reason that was seen of their process.

    Else that of the one that held the workers together, where it was lost: it took all of them with it.
    """
    reasons = {one.worker: one.why for one in lost}
    together = next((f"was ended, as {one.who} {one.why}" for one in lost if one.worker is None), "")
    return tuple(
        one._replace(lost=reasons.get(one.worker, together or one.lost)) if one.lost or one.sent < one.planned else one
        for one in shares
    )


def _notes(receiver: Receiver, lost: Sequence[Lost], unfollowed: str) -> Iterator[str]:
    if receiver.tls.insecure:
        yield "TLS was not verified"
    yield from (f"{one.who} {one.why}" for one in lost if one.worker is None)
    if unfollowed:
        yield f"how soon effects showed was not followed to the end: {unfollowed}"


class _Later:
    """A clock that begins at some second of the load's."""

    def __init__(self, began: float, clock: Clock) -> None:
        self._began = began
        self._clock = clock

    def now(self) -> float:
        return self._began + self._clock.now()

    async def until(self, moment: float) -> None:
        await self._clock.until(moment - self._began)

    def alarm(self, moment: float, ring: Any) -> Any:
        return self._clock.alarm(moment - self._began, ring)


async def _read(
    whole: Merged, of_the_load: tuple[Part, ...], clock: Clock, receiver: Receiver, seed: int, terms: Terms
) -> tuple[Read | None, frozenset[str] | None]:
    """Read the receiver's state: what came of it, and which ids were a sample; both None where there is no probe.

    Nor is anything read of a receiver that nothing came as far as.
    """
    everything = list(subjects(of_the_load))
    asked = sampled(everything, terms.sample, seed)
    if not asked:
        return None, None
    make_send = terms.make_send or partial(Wire, tls=receiver.tls, allow=terms.allow)
    send = make_send(clock.now)
    try:
        reader = Reader(send=send, clock=clock, writer=whole.writer)
        read = await read_all(
            asked, reader, of=len(everything), answered=whole.answered, window=terms.window, progress=terms.progress
        )
    finally:
        await send.close()
        whole.writer.flush()
    return read, None if len(asked) == len(everything) else frozenset(one.subject.id for one in asked)


def _figures(folder: Path, orders: Orders, of_the_load: tuple[Part, ...], book: Book) -> tuple[Figures, Shown]:
    """Every attempt, once more: how long it took, and what its answer was."""
    open_model = orders.model == "open"
    figures = Figures(open_model=open_model)
    effects = Effects(followed(folder), of_the_load[0].case.journal.observations(), open_model=open_model)
    for part in of_the_load:
        for attempt in part.case.journal.attempts():
            acknowledged = part.case.acknowledged(attempt)
            demands, came = part.case.demands, (attempt.outcome, attempt.answer_status)
            demand, expected = demands.of(attempt), demands.entry(attempt)
            unmet = demands.unmet(demand, expected, *came, acknowledged=acknowledged)
            figures.add(attempt, demand, acknowledged=acknowledged, unmet=unmet)
            effects.add(attempt, demand)
            count_attempt(book, attempt, demand, acknowledged=acknowledged, unmet=unmet)
    return figures, effects.shown


def _result(
    orders: Orders, whole: Merged, figures: Figures, effect: Shown, book: Book, drain: Drain | None
) -> LoadResult:
    return LoadResult(
        model=orders.model,
        shape=orders.shape,
        rate=orders.rate,
        seconds=orders.seconds,
        workers=orders.workers,
        planned=whole.planned,
        sent=whole.sent,
        acknowledged=figures.acknowledged,
        given_up=figures.given_up,
        unsent=max(whole.planned - whole.sent - figures.given_up.total(), 0),
        ledger=book.ledger,
        ack=figures.ack.spread,
        service=figures.service.spread,
        effect=effect.took,
        unshown=effect.unshown,
        late=figures.late.spread,
        held=figures.held.spread,
        drain=drain,
        kinds=Kinds(**book.sent),
        shares=whole.shares,
        timeline=figures.timeline(whole.due),
    )


def _complete(result: LoadResult, thresholds: Sequence[Threshold]) -> bool:
    """Whether all was sent, or as much as is asked for, and nobody was lost."""
    short = result.unsent + result.dropped
    allowed = next((one for one in thresholds if one.name == "unsent"), Threshold(name="unsent", limit=0.0))
    return allowed.holds(short) and not any(one.lost for one in result.shares)


def _can_be_stale(load: PlannedLoad, receiver: Receiver) -> bool:
    """Whether something of it that is not to be refused may come after the end that overtakes it.

    A fault on the wire of what is to be kept does not change that, though the mix makes nothing of it.
    """
    demands = load.demands(receiver)
    told = [(one, demands.of(one)) for one in load.lives.first]
    return can_be_stale(
        [one._replace(script=None) if rightful(one, demand) else one for one, demand in told if demand is not Demand.NO]
    )


def _title(loads: tuple[PlannedLoad, ...]) -> str:
    return "; ".join(dict.fromkeys(one.lives.timeline.scenario.title for one in loads))
