"""The partner's own exports: their runs' notifications as sorted lanes, made one by one as they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.errors import PartnersimError
from simulator.model import Delivery, Route
from simulator.provider import Run
from simulator.scenario import Export, Scenario
from simulator.timeline.mistakes import Mistakes
from simulator.timeline.story import Story

Make = Callable[[int, float, int, int, int], Delivery]
"""(number, due, run, index, copy) → the delivery."""

Item = tuple[float, int, int, int, int, int, Make]
"""What lanes are merged by: due, declaration, run, event, index and copy; with what makes the delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedExport:
    """An export, or `count` alike, as the partner sees it. An index counts those alike, from 0; runs count from 1."""

    export: Export
    order: int  # its place among the exports
    about: Any
    interval: float
    serial: int  # of its first id
    shares_id: bool

    @property
    def ids(self) -> int:
        """How many ids of their own its runs have."""
        return self.export.count * (1 if self.shares_id else self.export.runs)

    def starts(self, index: int, number: int) -> float:
        """Seconds from the story's start to that of a run."""
        return self.export.at + index * self.export.apart + (number - 1) * self.interval

    def run(self, story: Story, index: int, number: int) -> Run:
        """All that the payloads of one run are made of."""
        export = self.export
        name = export.name_of(index)
        started = story.epoch + self.starts(index, number)
        serial = self.serial + (index if self.shares_id else index * export.runs + number - 1)
        dice, ended = story.dice(name, number), started + export.takes
        return Run(name, self.about, number, serial, story.base, dice, started, ended, export.id)

    def emits(self, story: Story, number: int) -> tuple[tuple[str, float], ...]:
        """The events a run makes by itself, each with its seconds after the run's start."""
        return story.provider.emits(self.about, number, self.export.takes)

    def moment(self, story: Story, event: str, index: int, number: int) -> float:
        """When an event happens in a run, in seconds from the story's start.

        One that the run does not make by itself would happen at its end, or at its start if it ends nothing.
        """
        end = self.export.takes if story.provider.events[event].end else 0.0
        offset = dict(self.emits(story, number)).get(event, end)
        return self.starts(index, number) + offset


def planned_exports(story: Story, scenario: Scenario, mistakes: Mistakes) -> dict[str, PlannedExport]:
    """Name → export, in order of declaration, without those that have mistakes."""
    planned: dict[str, PlannedExport] = {}
    serial = 0
    shares_id = story.provider.shares_id(story.choices)
    for order, export in enumerate(scenario.exports):
        path = ("exports", export.name)
        try:
            about = story.provider.about(export.traits)
        except (TypeError, ValueError) as error:
            mistakes.add(path, str(error))
            continue
        one = PlannedExport(
            export=export,
            order=order,
            about=about,
            interval=story.provider.interval(about),
            serial=serial,
            shares_id=shares_id,
        )
        serial += one.ids
        if _is_right(story, one, mistakes):
            planned[export.name] = one
    return planned


def _is_right(story: Story, planned: PlannedExport, mistakes: Mistakes) -> bool:
    """Whether nothing stands against it; what does is added to the mistakes."""
    export, path = planned.export, ("exports", planned.export.name)
    if export.runs > 1 and planned.interval <= 0:
        mistakes.add((*path, "runs"), f"{export.name} has {export.runs} runs, and nothing says how often it runs")
        return False
    last = planned.starts(export.count - 1, export.runs) + export.takes
    if not (story.tells(export.at) and story.tells(last)):
        mistakes.add(path, f"{export.name} leaves the years that partners can write, 1980 to 9998")
        return False
    own = {event for number in range(1, export.runs + 1) for event, _ in planned.emits(story, number)}
    unknown = [event for event in export.emits or () if event not in own]
    for event in unknown:
        mistakes.add((*path, "emits"), f"{export.name} never emits {event!r}", f"it emits {', '.join(sorted(own))}")
    return not unknown and _fits(story, planned, mistakes)


def _fits(story: Story, planned: PlannedExport, mistakes: Mistakes) -> bool:
    """Whether the payloads of the first run fit: only an id that the author gave can keep them from it."""
    for event, offset in _own_events(story, planned, 1):
        moment = story.epoch + (planned.starts(0, 1) + offset)
        fields = story.provider.render(event, planned.run(story, 0, 1), moment, story.choices).fields
        if not story.schema(event).accepts(fields):
            if planned.export.id is None:
                raise misfit(story, planned.export.name, event, fields)
            why = "; ".join(story.schema(event).explain(fields)[:3])
            mistakes.add(
                ("exports", planned.export.name, "id"),
                f"with id {planned.export.id!r} the event {event} does not fit the partner's schema: {why}",
            )
            return False
    return True


def misfit(story: Story, name: str, event: str, fields: Mapping[str, Any]) -> PartnersimError:
    """Our own mistake: a payload made by the provider that the provider's schema refuses."""
    why = "; ".join(story.schema(event).explain(fields)[:3])
    return PartnersimError(f"{name}: what {story.provider.name} sends as {event} does not fit its own schema: {why}")


def notification(story: Story, event: str, run: Run, at: float, due: float, route: Route) -> Delivery:
    """One notification by itself, for whoever keeps a schedule of its own; `at` and `due` are epoch seconds.

    Raises:
        PartnersimError: the payload does not fit the partner's own schema.
    """
    fields, id_, status, time, definition_id = story.provider.render(event, run, at, story.choices)
    if not story.schema(event).accepts(fields):
        raise misfit(story, f"{run.export}[{run.number}]", event, fields)
    end, epoch = story.provider.events[event].end, story.epoch
    return Delivery(
        0, run.export, 0, event, run.export, run.number, id_, status, time, definition_id,
        end, True, "right", at - epoch, due - epoch, route, orjson.dumps(fields), None,
    )  # fmt: skip


def lanes(story: Story, exports: Iterable[PlannedExport], route: Route) -> Iterator[Iterator[Item]]:
    """Sorted streams that hold every notification of every export once; as few as can be."""
    for planned in exports:
        makers = {name: _maker(story, planned, name, route) for name in story.provider.events}
        if planned.export.runs <= planned.export.count:
            for number in range(1, planned.export.runs + 1):
                for event, offset in _own_events(story, planned, number):
                    yield _over_alike(story, planned, number, event, offset, makers[event])
        else:
            for index in range(planned.export.count):
                for event in story.provider.events:
                    yield _over_runs(story, planned, index, event, makers[event])


def _own_events(story: Story, planned: PlannedExport, number: int) -> Iterator[tuple[str, float]]:
    chosen = planned.export.emits
    return (pair for pair in planned.emits(story, number) if chosen is None or pair[0] in chosen)


def _over_alike(
    story: Story, planned: PlannedExport, number: int, event: str, offset: float, make: Make
) -> Iterator[Item]:
    """One event of one run, over all exports alike."""
    order, position, starts = planned.order, list(story.provider.events).index(event), planned.starts
    for index in range(planned.export.count):
        yield (starts(index, number) + offset, order, number, position, index, 0, make)


def _over_runs(story: Story, planned: PlannedExport, index: int, event: str, make: Make) -> Iterator[Item]:
    """One event of one export, over all its runs that have it."""
    order, position, starts = planned.order, list(story.provider.events).index(event), planned.starts
    for number in range(1, planned.export.runs + 1):
        for name, offset in _own_events(story, planned, number):
            if name == event:
                yield (starts(index, number) + offset, order, number, position, index, 0, make)


def _maker(story: Story, planned: PlannedExport, event: str, route: Route) -> Make:
    """What makes the deliveries of one event of one export: called for each, so it looks nothing up twice."""
    render, choices, epoch = story.provider.render, story.choices, story.epoch
    accepts, end, run_of = story.schema(event).accepts, story.provider.events[event].end, planned.run
    dumps = orjson.dumps

    def make(number: int, due: float, run_number: int, index: int, copy: int) -> Delivery:
        run = run_of(story, index, run_number)
        fields, id_, status, time, definition_id = render(event, run, epoch + due, choices)
        if not accepts(fields):
            raise misfit(story, f"{run.export}[{run_number}]", event, fields)
        return Delivery(
            number, run.export, copy, event, run.export, run_number, id_, status, time, definition_id,
            end, True, "right", due, due, route, dumps(fields), None,
        )  # fmt: skip

    return make
