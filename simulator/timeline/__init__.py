"""Scenario, receiver, seed and start → the deliveries, in order of due time. Pure: asks no clock, waits for nothing.

What a scenario plans may be larger than memory, so a `Timeline` is a stream: every iteration makes its deliveries
anew, the same bytes each time. Steps are made and checked before anything is sent, all mistakes at once; an export's
own notifications are checked one by one as they are made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from simulator.errors import PartnersimError
from simulator.model import Delivery, Route
from simulator.provider import Provider, Retry
from simulator.receiver import Receiver
from simulator.scenario import Scenario
from simulator.timeline.exports import PlannedExport, lanes, notification, planned_exports
from simulator.timeline.mistakes import Mistakes
from simulator.timeline.routes import Routes
from simulator.timeline.steps import PlannedStep, planned_steps, step_lanes
from simulator.timeline.story import Story, story_start, tell

__all__ = ["Timeline", "notification", "plan", "story_start"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The planned deliveries of one scenario; iterate it as often as you like.

    `start` is aware, in the zone of the partner's account. `readings` has the name of the chosen option for every
    reading of the provider. `retry` is the partner's own; the timeout that counts is that of `route`, the one of
    genuine deliveries. `authorized` says whether credentials are configured for it.
    """

    scenario: Scenario
    provider: Provider
    seed: int
    start: datetime
    readings: Mapping[str, str]
    retry: Retry
    route: Route
    authorized: bool
    story: Story
    exports: tuple[PlannedExport, ...]
    steps: tuple[PlannedStep, ...]

    def __iter__(self) -> Iterator[Delivery]:
        """The deliveries by due time; ties by declaration, run, event, place among those alike, and copy."""
        last = 0.0
        streams = [*lanes(self.story, self.exports, self.route), *step_lanes(self.steps)]
        for number, (due, _, run, _, index, copy, make) in enumerate(merge(*streams), start=1):
            if due < last:
                raise PartnersimError(
                    f"provider {self.provider.name}: a later run's event comes before an earlier one's"
                )
            last = due
            yield make(number, due, run, index, copy)


def plan(scenario: Scenario, receiver: Receiver, *, seed: int, start: datetime) -> Timeline:
    """What `scenario` sends to `receiver` when its story begins at `start` (aware): same arguments, same bytes.

    Raises:
        UsageError: the receiver has no endpoint for the partner, or the scenario asks for what cannot be: a payload
            that does not fit and is not said to be broken (or the reverse), an unknown reading, export or event. All
            mistakes of exports and steps come together, with their places in the file.
    """
    story = tell(scenario, seed, start)
    routes = Routes(story, scenario, receiver)
    mistakes = Mistakes(scenario)
    exports = planned_exports(story, scenario, mistakes)
    steps = planned_steps(story, scenario, exports, routes, mistakes)
    mistakes.settle()
    return Timeline(
        scenario=scenario,
        provider=story.provider,
        seed=seed,
        start=story.start,
        readings=story.readings,
        retry=story.retry,
        route=routes.right,
        authorized=routes.authorization is not None,
        story=story,
        exports=tuple(exports.values()),
        steps=tuple(steps),
    )
