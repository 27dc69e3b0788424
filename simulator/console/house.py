"""What a partner's console stands on: the store, the agenda, the story's time, and somebody who sends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from simulator.console.agenda import Agenda
from simulator.console.happening import Notice
from simulator.console.store import Store
from simulator.model import Exchange
from simulator.provider import Run
from simulator.timeline.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Handed to a console when it is made; everything in it belongs to the desk's thread.

    `now` is the story's moment, epoch seconds. `story` has the partner's chosen readings, seed and dice; it is asked
    for each time, since readings can change. `send` makes a delivery at once, writes it into history like any other,
    and gives what came of it. `changed` is called after every change of what a console holds: what waits to be sent is
    looked at again, and secrets are learnt. `scrub` takes all that are known, fetched tokens too, out of a text.
    """

    store: Store
    agenda: Agenda
    now: Callable[[], float]
    story: Callable[[], Story]
    send: Callable[[Notice], Awaitable[Exchange]]
    changed: Callable[[], None]
    scrub: Callable[[str], str]

    def run(
        self,
        export: str,
        number: int,
        about: Any,
        *,
        serial: int,
        started: float,
        takes: float,
        ident: str | int | None = None,
        dice: bytes | None = None,
    ) -> Run:
        """All that the payloads of one run are made of; `takes` in story seconds."""
        story = self.story()
        return Run(
            export=export,
            about=about,
            number=number,
            serial=serial,
            base=story.base,
            dice=story.dice(export, number) if dice is None else dice,
            started=started,
            ended=started + takes,
            id=ident,
        )
