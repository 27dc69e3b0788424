"""One scenario from plan to verdict: plan, play, read, judge, and confirm a failure with fresh ids."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any

from simulator import limits
from simulator.check import Case
from simulator.errors import NeverReached
from simulator.journal import DID_NOT_COME_BACK, Journal
from simulator.model import Play
from simulator.receiver import Receiver
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
from simulator.runner.from_journals import play_of
from simulator.runner.prepare import Planned, Settings, prepare
from simulator.runner.restarting import Running
from simulator.runner.staging import Stage, stage
from simulator.runner.stop import Stop
from simulator.runner.together import races

_GRACE = 1.0  # seconds that requests under way are given when the run is interrupted
_OTHER_SEED = 0x9E3779B9  # added to a seed: another one, and always the same


async def conduct(
    planned: Planned, receiver: Receiver, settings: Settings, stop: Stop, name: str, running: Running | None = None
) -> Play:
    """Play and judge it; a failure is played once more with fresh ids and connections before it counts.

    So is what hangs on the age of a connection that the receiver ended. A scenario in which copies, or different
    notifications of one run, leave together is played as often as `settings` say, until it fails: a race is not lost
    every time. `name` is the journal's file name without its ending. `running` is the receiver, where it was started
    here.

    Raises:
        StorageError: a journal could not be written.
    """
    plays = [await _confirmed(planned, receiver, settings, stop, name, running)]
    for again in range(1, settings.races if settings.races > 1 and races(planned.timeline) else 1):
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
    """One play, judged by its journal; what was interrupted and is long is not judged."""
    staged = stage(planned, receiver, settings, stop, name, running, fresh=fresh)
    player, journal, complete = staged.player, staged.journal, False
    try:
        complete = await _unless_stopped(_play_and_read(planned, staged, running), stop)
        if stop.asked:
            staged.note("interrupted", stop.signal_name)
    finally:
        await staged.send.close()  # what is still under way ends as in-doubt, and is written down as such
        journal.close(
            staged.clock.now(),
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


async def _play_and_read(planned: Planned, staged: Stage, running: Running | None) -> bool:
    """Play it, then read what claims need at the end; False when it did not come to its end."""
    player, journal = staged.player, staged.journal
    try:
        if planned.scenario.restart is not None and running:
            await running.there(staged.note)
        complete = await player.play(planned.timeline)
    except NeverReached as error:  # what was sent until then is judged
        staged.note(DID_NOT_COME_BACK, error.message)
        return False
    if complete and player.reached:
        journal.flush()
        await staged.prober.end(Case(journal=Journal.open(journal.path), scenario=planned.scenario))
    return complete


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
