"""Scenarios played against one receiver, one by one or several at once; it is started where its file says how."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from simulator.authoring import parse_url
from simulator.clock import RealClock, fresh_seed, utc_now
from simulator.model import Play, Report
from simulator.receiver import Receiver
from simulator.runner.child import Child, started
from simulator.runner.conduct import conduct
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.prepare import Planned, Progress, Settings, no_progress, prepare
from simulator.runner.readiness import check_reachable, check_unanswered, wait_until_ready
from simulator.runner.restarting import Running, check_restart
from simulator.runner.stop import Stop, on_signals
from simulator.scenario import Scenario
from simulator.version import __version__
from simulator.wire.sockets import Wire

_OTHER_SEEDS = 8  # tried for a scenario whose ids another one has


def _silent(_: str) -> AbstractContextManager[Progress]:
    return nullcontext(no_progress)


def _never() -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class Session:
    """Scenarios to play, in order, against one receiver.

    `at_once` of them are played at the same time, but for those whose index is in `alone`: they come last, one by one.
    `names` are the names of their journals, without ending. `wait_for` is a URL that must answer 2xx within
    `wait_timeout` seconds before anything is sent; None: the receiver's own `ready`, if it has one. Where nothing is
    waited for, `knock` makes sure that anybody is there at all. `watching` gives, for a scenario's title, what is told
    of its progress while it is played. `interrupted` gives the signal that came while all was planned, 0 for none.
    Whoever keeps `stop` can end it from another thread, by `ask_from_elsewhere`.
    """

    scenarios: Sequence[Scenario]
    names: Sequence[str]
    receiver: Receiver
    settings: Settings
    at_once: int = 1
    alone: frozenset[int] = frozenset()
    wait_for: str | None = None
    wait_timeout: float = 30.0
    knock: bool = False
    watching: Callable[[str], AbstractContextManager[Progress]] = _silent
    interrupted: Callable[[], int] = _never
    stop: Stop = field(default_factory=Stop)


def perform(session: Session) -> Report:
    """Plan all, so that every mistake shows first; then play them.

    Raises:
        UsageError: a scenario cannot be played; nothing was sent.
        NeverReached: the receiver was not ready in time.
        StorageError: a journal could not be written.
    """
    return run_on_a_loop(_perform(session))


async def _perform(session: Session) -> Report:
    settings = session.settings
    began = utc_now()
    first = fresh_seed() if settings.seed is None else settings.seed
    for scenario in session.scenarios:
        check_restart(scenario, session.receiver.start, in_process=settings.make_send is not None)
    planned = _plan(session, first)
    stop = session.stop
    stop.belongs_here()
    async with AsyncExitStack() as stack:
        stack.enter_context(on_signals(stop))
        if number := session.interrupted():
            stop.ask(number)
        running = None
        if not settings.make_send:  # an application in this process is there already
            running = await make_ready(session, stack, stop)
        plays = await _play(session, planned, running)
    return Report(
        version=__version__,
        started=began.isoformat(timespec="seconds"),
        seed=plays[0].seed if plays and session.at_once == 1 else first,
        plays=tuple(plays),
        interrupted=stop.exit_code,
    )


def _plan(session: Session, first: int) -> list[Planned]:
    """Every scenario planned; those that are played at once never share an id that they make themselves."""
    settings, planned = session.settings, list[Planned]()
    taken: set[str] = set()
    for index, one in enumerate(session.scenarios):
        seed = _seed(settings, one, first, index)
        made = prepare(one, session.receiver, settings, seed=seed)
        for again in range(1, _OTHER_SEEDS if session.at_once > 1 else 0):
            if (ids := _ids(made)).isdisjoint(taken):
                taken |= ids
                break
            made = prepare(one, session.receiver, settings, seed=(seed + again * len(session.scenarios)) % 2**32)
        planned.append(made)
    return planned


def _ids(planned: Planned) -> set[str]:
    """The ids of all that it sends, without those that its author gave."""
    given = {str(export.id) for export in planned.scenario.exports if export.id is not None}
    return {delivery.id for delivery in planned.timeline if delivery.id} - given


async def _play(session: Session, planned: Sequence[Planned], running: Running | None) -> list[Play]:
    """Those that were played before the run was to end, in their order; who restarts the receiver comes last of all."""
    settings, stop, gate = session.settings, session.stop, asyncio.Semaphore(session.at_once)
    plays: dict[int, Play] = {}

    async def play(index: int) -> None:
        async with gate:
            if not stop.asked:
                one = planned[index]
                with session.watching(one.scenario.title) as progress:
                    watched = replace(settings, progress=progress)
                    plays[index] = await conduct(one, session.receiver, watched, stop, session.names[index], running)

    kills = {index for index, one in enumerate(planned) if one.scenario.restart is not None}
    apart = sorted(session.alone - kills) + sorted(kills)
    together = [asyncio.ensure_future(play(index)) for index in range(len(planned)) if index not in apart]
    try:
        await asyncio.gather(*together)
    finally:
        for task in together:
            task.cancel()
        await asyncio.gather(*together, return_exceptions=True)
    for index in apart:
        await play(index)
    return [plays[index] for index in sorted(plays)]


def _seed(settings: Settings, scenario: Scenario, first: int, index: int) -> int:
    """Scenarios of one session get different seeds, so that they never share ids."""
    if settings.seed is None and scenario.seed is not None:
        return scenario.seed
    return (first + index) % 2**32


async def make_ready(session: Session, stack: AsyncExitStack, stop: Stop) -> Running | None:
    """Start the receiver where its file says how, and wait until it is there or not wanted; `stack` ends it."""
    receiver, settings = session.receiver, session.settings
    url, any_answer = parse_url(session.wait_for) if session.wait_for else receiver.ready, False
    if url is None and receiver.start:  # whatever its server answers, it is there
        url, any_answer = next(iter(receiver.endpoints.values())).url._replace(target="/"), True
    if url is None:
        if session.knock:
            urls = [one.url for scenario in session.scenarios if (one := receiver.endpoint(scenario.provider))]
            await _asked(session, lambda wire: check_reachable(urls, wire, RealClock()))
        return None
    child: Child | None = None

    async def vacant() -> None:
        await _asked(session, lambda wire: check_unanswered(url, wire))

    async def ready() -> None:
        patience, clock = session.wait_timeout, RealClock()
        looking = partial(wait_until_ready, clock=clock, patience=patience, any_answer=any_answer, child=child)
        await _asked(session, lambda wire: looking(url, wire))

    if receiver.start:
        await vacant()
    if receiver.start and not stop.asked:
        folder, log = Path(receiver.source).resolve().parent, settings.journals / "receiver.log"
        child = await stack.enter_async_context(started(receiver.start, folder, log, stop))
    await ready()
    return Running(child, vacant, ready, stop) if child else None


async def _asked(session: Session, look: Callable[[Wire], Coroutine[Any, Any, None]]) -> None:
    """Look at the receiver on a wire of its own, unless the run is to end before that is done."""
    receiver, settings = session.receiver, session.settings
    wire = Wire(RealClock().now, tls=receiver.tls, allow=settings.allow, never=settings.never)
    try:
        await _while_wanted(look(wire), session.stop)
    finally:
        await wire.close()


async def _while_wanted(work: Coroutine[Any, Any, None], stop: Stop) -> None:
    """Do it, unless the run is to end before it is done."""
    doing, asked = asyncio.ensure_future(work), asyncio.ensure_future(stop.come())
    try:
        await asyncio.wait((doing, asked), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        doing.cancel()
        asked.cancel()
        await asyncio.gather(doing, asked, return_exceptions=True)
