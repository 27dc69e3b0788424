"""Builds all that one play of a scenario needs round it: clock, wire, journal, prober, player."""

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from simulator.checks import watches
from simulator.clock import Clock
from simulator.journal import JournalWriter
from simulator.receiver import Receiver
from simulator.redaction import Scrub
from simulator.runner.journal_header import journal_header
from simulator.runner.play import Pace, Player
from simulator.runner.prepare import Planned, Settings
from simulator.runner.probing import Prober
from simulator.runner.restarting import Restart, Running
from simulator.runner.stop import Stop
from simulator.wire import Send
from simulator.wire.sockets import Wire


class Stage(NamedTuple):
    """What takes part in one play. `note` writes what happened and its detail into the journal."""

    clock: Clock
    send: Send
    journal: JournalWriter
    prober: Prober
    player: Player
    note: Callable[[str, str], None]


def stage(
    planned: Planned,
    receiver: Receiver,
    settings: Settings,
    stop: Stop,
    name: str,
    running: Running | None,
    *,
    fresh: bool = False,
) -> Stage:
    """For one play, whose journal is called `name`, without its ending; `fresh` as in `Pace`.

    Raises:
        StorageError: the journal could not be written.
    """
    timeline, scenario = planned.timeline, planned.scenario
    clock = settings.make_clock()
    send = _wire(receiver, settings, clock)
    header = _header(planned, receiver, settings)
    journal = JournalWriter(settings.journals / f"{name}.ndjson", header, Scrub(planned.secrets))
    claims = watches(scenario.patient(settings.patience))
    prober = Prober(claims, scenario, receiver, timeline.provider.name, send, clock, journal, slow=settings.slow)

    def note(what: str, detail: str) -> None:
        journal.note(clock.now(), what, detail)

    player = Player(
        retry=timeline.retry,
        acknowledged_by=receiver.accepts(timeline.provider.acknowledged_by),
        pace=Pace(scale=planned.scale, jobs=settings.jobs, tolerance=settings.tolerance, fresh=fresh),
        send=send,
        clock=clock,
        journal=journal,
        prober=prober,
        stop=stop,
        progress=settings.progress,
        restart=_restart(planned, running, note),
    )
    return Stage(clock, send, journal, prober, player, note)


def _wire(receiver: Receiver, settings: Settings, clock: Clock) -> Send:
    if settings.make_send:
        return settings.make_send(clock.now)
    return Wire(clock.now, tls=receiver.tls, allow=settings.allow, never=settings.never)


def _restart(planned: Planned, running: Running | None, note: Callable[[str, str], None]) -> Restart | None:
    """What the scenario has of it, where the receiver was started here."""
    at = planned.scenario.restart
    return Restart(at, partial(running.restart, note)) if at is not None and running else None


def _header(planned: Planned, receiver: Receiver, settings: Settings) -> dict[str, Any]:
    timeline, scenario = planned.timeline, planned.scenario
    return journal_header(
        scenario,
        timeline,
        receiver,
        text=Scrub(planned.secrets)(scenario.text),
        sha256=hashlib.sha256(scenario.text.encode()).hexdigest(),
        acknowledged_by=receiver.accepts(timeline.provider.acknowledged_by),
        authorized=timeline.authorized,
        scale=str(planned.scale),
        patience=settings.patience,
        reproduce=settings.reproduce(scenario, timeline.seed, timeline.start),
        rule=settings.rules.get(scenario.source),
    )
