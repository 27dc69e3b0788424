"""One scenario from plan to verdict: plan, play, read, judge, and confirm a failure with fresh ids."""

import asyncio
import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from simulator import limits
from simulator.check import Case
from simulator.checks import watches
from simulator.errors import NeverReached
from simulator.journal import DID_NOT_COME_BACK, Journal, JournalWriter
from simulator.model import Play
from simulator.receiver import Receiver
from simulator.redaction import Scrub
from simulator.runner.confirming import (
    AGAIN,
    CONFIRMING,
    confirmed,
    failed,
    gravest,
    hung_up_between,
    noted,
    open_to_doubt,
    unconfirmed,
)
from simulator.runner.journal_header import journal_header
from simulator.runner.judged import play_of
from simulator.runner.play import Pace, Player
from simulator.runner.prepare import Planned, Settings, prepare
from simulator.runner.probing import Prober
from simulator.runner.restarting import Restart, Running
from simulator.runner.stop import Stop
from simulator.scenario import Scenario
from simulator.timeline import Timeline
from simulator.wire.sockets import Wire

_GRACE = 1.0  # seconds that requests under way are given when the run is interrupted
_OFTEN = 3  # exports of which notifications race with one another in a single play
_OTHER_SEED = 0x9E3779B9  # added to a seed: another one, and always the same


async def conduct(
    planned: Planned, receiver: Receiver, settings: Settings, stop: Stop, name: str, running: Running | None = None
) -> Play:
    """Play and judge it; a failure is played once more with fresh ids and connections before it counts.

    So is what hangs on the age of a connection that the receiver ended. A scenario in which copies, or different
    notifications of one export, leave together is played as often as `settings` say, until it fails: a race is not
    lost every time. `name` is the journal's file name
    without its ending. `running` is the receiver, where it was started here.

    Raises:
        StorageError: a journal could not be written.
    """
    plays = [await _confirmed(planned, receiver, settings, stop, name, running)]
    for again in range(1, settings.races if settings.races > 1 and _races(planned) else 1):
        last = plays[-1]
        if (
            failed(last)
            or not (last.complete and last.reached)
            or stop.asked
            or unconfirmed(Journal.open(last.journal))
        ):
            break
        other = _with_other_ids(planned, receiver, settings, 2 * again)
        plays.append(await _confirmed(other, receiver, settings, stop, f"{name}{AGAIN}{again}", running))
    return gravest(plays)


def _races(planned: Planned) -> bool:
    """Whether it sends copies of one notification, or different ones of one export, at the same moment.

    What does so with many exports races often enough in one play.
    """
    if any(step.repeat.count > 1 and not step.repeat.spacing for step in planned.scenario.steps):
        return True
    moment, ids, raced = -1.0, set[str](), set[str]()
    for delivery in planned.timeline:  # in order of due
        if delivery.due != moment:
            moment, ids = delivery.due, set()
        raced |= {delivery.id} & ids
        ids |= {delivery.id} - {""}
    return 0 < len(raced) < _OFTEN


def _with_other_ids(planned: Planned, receiver: Receiver, settings: Settings, nth: int) -> Planned:
    """The same scenario with the `nth` of its other seeds."""
    seed = (planned.timeline.seed + nth * _OTHER_SEED) % 2**32
    return prepare(planned.scenario, receiver, replace(settings, seed=seed), seed=seed)


async def _confirmed(
    planned: Planned, receiver: Receiver, settings: Settings, stop: Stop, name: str, running: Running | None
) -> Play:
    """One play, and a second one where the first leaves it open what its verdicts are worth."""
    play = await _once(planned, receiver, settings, stop, name, running)
    if not settings.confirm or not play.reached or stop.asked or not open_to_doubt(play):
        return play
    journal = Journal.open(play.journal)
    if reason := unconfirmed(journal):
        return noted(play, reason) if failed(play) else play
    second = _with_other_ids(planned, receiver, settings, 1)
    fresh = hung_up_between(journal)
    return confirmed(play, await _once(second, receiver, settings, stop, name + CONFIRMING, running, fresh=fresh))


async def _once(
    planned: Planned,
    receiver: Receiver,
    settings: Settings,
    stop: Stop,
    name: str,
    running: Running | None,
    *,
    fresh: bool = False,
) -> Play:
    timeline, scenario = planned.timeline, planned.scenario
    clock = settings.make_clock()
    send = (
        settings.make_send(clock.now)
        if settings.make_send
        else Wire(clock.now, tls=receiver.tls, allow=settings.allow, never=settings.never)
    )
    journal = JournalWriter(
        settings.journals / f"{name}.ndjson", _header(planned, receiver, settings), Scrub(planned.secrets)
    )
    claims = watches(scenario.patient(settings.patience))
    prober = Prober(claims, scenario, receiver, timeline.provider.name, send, clock, journal, slow=settings.slow)

    def note(what: str, detail: str) -> None:
        journal.note(clock.now(), what, detail)

    restart = None
    if scenario.restart is not None and running:
        restart = Restart(scenario.restart, partial(running.restart, note))
    player = Player(
        retry=timeline.retry,
        acknowledged_by=_acknowledged_by(timeline, receiver),
        pace=Pace(scale=planned.scale, jobs=settings.jobs, tolerance=settings.tolerance, fresh=fresh),
        send=send,
        clock=clock,
        journal=journal,
        prober=prober,
        stop=stop,
        progress=settings.progress,
        restart=restart,
    )

    async def play_and_read() -> bool:
        try:
            if restart and running:
                await running.there(note)
            complete = await player.play(timeline)
        except NeverReached as error:  # what was sent until then is judged
            note(DID_NOT_COME_BACK, error.message)
            return False
        if complete and player.reached:
            journal.flush()
            await prober.end(Case(journal=Journal.open(journal.path), scenario=scenario))
        return complete

    complete = False
    try:
        complete = await _unless_stopped(play_and_read(), stop)
        if stop.asked:
            journal.note(clock.now(), "interrupted", stop.signal_name)
    finally:
        await send.close()  # what is still under way ends as in-doubt, and is written down as such
        journal.close(
            clock.now(),
            deliveries=player.deliveries,
            attempts=player.attempts,
            complete=complete,
            reached=player.reached,
            lateness=player.lateness,
        )
    if stop.asked and player.attempts > limits.JUDGED_AT_ONCE:
        told = play_of(Journal.open(journal.path), judged=False)
        return noted(told, f"not judged, since it is long: partnersim judge {journal.path}")
    return play_of(Journal.open(journal.path))


async def _unless_stopped(work: Any, stop: Stop) -> bool:
    """The work's result; when the run is to end, what is under way gets a moment, then it is False."""
    playing, asked = asyncio.ensure_future(work), asyncio.ensure_future(stop.come())
    try:
        await asyncio.wait((playing, asked), return_when=asyncio.FIRST_COMPLETED)
        if not playing.done():
            await asyncio.wait((playing,), timeout=_GRACE)
        return bool(playing.result()) if playing.done() else False
    finally:
        for task in (playing, asked):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


def _header(planned: Planned, receiver: Receiver, settings: Settings) -> dict[str, Any]:
    timeline, scenario = planned.timeline, planned.scenario
    return journal_header(
        scenario,
        timeline,
        receiver,
        text=Scrub(planned.secrets)(scenario.text),
        sha256=hashlib.sha256(scenario.text.encode()).hexdigest(),
        acknowledged_by=_acknowledged_by(timeline, receiver),
        authorized=timeline.authorized,
        scale=str(planned.scale),
        patience=settings.patience,
        reproduce=settings.reproduce(scenario, timeline.seed, timeline.start),
    )


def _acknowledged_by(timeline: Timeline, receiver: Receiver) -> tuple[str, ...]:
    return receiver.acknowledges or timeline.provider.acknowledged_by


def file_name(number: int, scenario: Scenario) -> str:
    """A journal's file name for the `number`th scenario of a run: `01-clevertap-one-time-export`."""
    stem = re.sub(r"\.(ya?ml|json)(?=@|$)", "", scenario.source)
    words = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-").lower()
    return f"{number:02d}-{words[-60:].strip('-') or 'scenario'}"
