"""A planned timeline played by the corridor as `run` does it, without judging: what sending alone costs."""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from simulator.authoring import parse_scenario, receiver_at
from simulator.clock import RealClock, Scale
from simulator.garbage import collect_seldom
from simulator.journal import JournalWriter
from simulator.model import Delivery, Lateness
from simulator.provider import Retry
from simulator.receiver import Receiver, Tls
from simulator.runner.event_loop import run_on_a_loop
from simulator.runner.play import Pace, Player
from simulator.runner.probing import Prober
from simulator.runner.stop import Stop
from simulator.scenario import Scenario
from simulator.timeline import plan
from simulator.wire.sockets import Wire

START: Final = datetime(2026, 1, 5, tzinfo=UTC)
_FLEET: Final = (
    "scenario: A fleet\nprovider: {partner}\nclock: {{scale: instant}}\nexports:\n  fleet: {{count: {count}{more}}}\n"
)
_PLAIN: Final = Tls()


def fleet(partner: str, count: int) -> str:
    """A scenario of so many exports alike of a partner."""
    return _FLEET.format(partner=partner, count=count, more=", definition: Nightly" if partner == "reachfive" else "")


class Played(NamedTuple):
    """How many requests, in how many seconds of CPU time, and how late they left."""

    attempts: int
    cpu: float
    lateness: Lateness


def planned(text: str, url: str, authorization: str | None = None) -> tuple[Scenario, list[Delivery]]:
    """A scenario's deliveries, made beforehand."""
    scenario = parse_scenario(text, "bench")
    return scenario, [*plan(scenario, receiver_at(url, authorization=authorization), seed=1, start=START)]


def played(
    scenario: Scenario,
    deliveries: Sequence[Delivery],
    *,
    scale: str,
    jobs: int = 64,
    seconds: float = 0.0,
    tls: Tls = _PLAIN,
) -> Played:
    """Play them, again and again until `seconds` have passed; each attempt goes into a journal."""

    async def play(folder: str) -> Played:
        clock = RealClock()
        wire = Wire(clock.now, tls=tls, allow=frozenset())
        journal = JournalWriter(Path(folder) / "run.ndjson", {}, lambda text: text)
        nobody = Receiver(name="nobody", endpoints={})
        player = Player(
            retry=Retry(attempts=1, delay=0.0, timeout=5.0),
            acknowledged_by=("200",),
            pace=Pace(scale=Scale.parse(scale), jobs=jobs),
            send=wire,
            clock=clock,
            journal=journal,
            prober=Prober((), scenario, nobody, scenario.provider, wire, clock, journal),
            stop=Stop(),
            progress=lambda _, __: None,
        )
        began, until = time.process_time(), time.perf_counter() + seconds
        while True:
            await player.play(deliveries)
            if time.perf_counter() >= until:
                break
        spent = time.process_time() - began
        await wire.close()
        return Played(player.attempts, spent, player.lateness)

    collect_seldom()  # as the command has it
    with tempfile.TemporaryDirectory() as folder:
        return run_on_a_loop(play(folder))
