"""A scenario's story told over and over, each time about exports of its own: what a load is made of. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from heapq import merge
from typing import Final

from simulator.model import Delivery
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline import plan
from simulator.timeline.exports import PlannedExport, lanes
from simulator.timeline.mistakes import Mistakes
from simulator.timeline.routes import Routes
from simulator.timeline.steps import planned_steps, step_lanes

_LIFE: Final = re.compile("#[0-9]+")  # in an export's name: no author can write that


class Lives:
    """The lives of a scenario: life 0, 1, 2 … each has names and ids that no other has, but for what is `shared`.

    The same arguments give the same bytes, whatever else is asked for: every life is made by itself.

    Raises:
        UsageError: the scenario cannot be played against this receiver.
    """

    def __init__(self, scenario: Scenario, receiver: Receiver, *, seed: int, start: datetime) -> None:
        self.timeline = plan(scenario, receiver, seed=seed, start=start)
        self.routes = Routes(self.timeline.story, scenario, receiver)
        self._exports = {one.export.name: one for one in self.timeline.exports}
        own = sum(one.ids for one in self.timeline.exports)
        self.ids = own + len(scenario.exports) + len(scenario.steps)  # a step without an export has its id by its place

    @cached_property
    def first(self) -> Sequence[Delivery]:
        """The deliveries of life 0."""
        return self.life(0)

    @property
    def size(self) -> int:
        """How many deliveries a life has."""
        return len(self.first)

    @cached_property
    def length(self) -> float:
        """Story seconds from the begin of a life to its last delivery."""
        return max((one.due for one in self.first), default=0.0)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Steps by whose genuine deliveries one life cannot be told from another: their ids are the author's own."""
        first, second = self.first, self.life(1)
        ids, bodies = {one.id for one in second if one.genuine} - {""}, {one.body for one in second}
        return tuple(dict.fromkeys(one.step for one in first if one.genuine and (one.id in ids or one.body in bodies)))

    def life(self, number: int, at: float = 0.0) -> Sequence[Delivery]:
        """The deliveries of one life whose story begins `at` seconds after the start, in order of their due times.

        Their `at` and `due` are seconds since the begin of this life; they are numbered from 1 in it.
        """
        scenario, serial = self.timeline.scenario, number * self.ids
        story = self.timeline.story.later(at) if at else self.timeline.story
        exports = {name: _of_life(one, number, serial) for name, one in self._exports.items()}
        mistakes = Mistakes(scenario)
        steps = planned_steps(story, scenario, exports, self.routes, mistakes, first=serial) if scenario.steps else []
        mistakes.settle()  # a story that is told later may leave the years that partners can write
        streams = [*lanes(story, exports.values(), self.timeline.route), *step_lanes(steps)]
        made = merge(*streams) if len(streams) > 1 else streams[0]
        return [make(place, due, run, index, copy) for place, (due, _, run, _, index, copy, make) in enumerate(made, 1)]


def name_in_story(name: str) -> str:
    """What an export of some life is called in the scenario's own story.

    >>> name_in_story("nightly#7"), name_in_story("fleet#7-3"), name_in_story("nightly-7")
    ('nightly', 'fleet-3', 'nightly-7')
    """
    return _LIFE.sub("", name, count=1)


def _of_life(planned: PlannedExport, number: int, serial: int) -> PlannedExport:
    """One of its own: an id that the author gave would be every life's, so it is made up here."""
    name = f"{planned.export.name}#{number + 1}"
    return replace(planned, export=replace(planned.export, name=name, id=None), serial=planned.serial + serial)
