"""The author's own deliveries: made, broken where that is asked for, and checked, all before anything is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson

from simulator.faults import FAULTS
from simulator.faults.tamper import tamper
from simulator.model import Delivery
from simulator.provider import Payload, Run
from simulator.scenario import Export, Scenario, Step
from simulator.timeline.exports import Item, PlannedExport
from simulator.timeline.mistakes import Mistakes
from simulator.timeline.routes import Routes
from simulator.timeline.story import Story

ROLE = "x-partnersim-value"
"""Beside a property in a payload's schema: which of a delivery's values it is (id, status, time, definition_id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step with its delivery; number, copy and due time come when it is sent."""

    order: int  # its place after all exports
    position: int  # its event's place among the provider's
    step: Step
    delivery: Delivery

    def lane(self) -> Iterator[Item]:
        """Its copies."""
        repeat, due = self.step.repeat, self.delivery.due
        for copy in range(repeat.count):
            yield (due + copy * repeat.spacing, self.order, self.delivery.run, self.position, 0, copy, self._make)

    def _make(self, number: int, due: float, run: int, index: int, copy: int) -> Delivery:
        return self.delivery._replace(number=number, due=due, copy=copy)


def step_lanes(steps: Iterable[PlannedStep]) -> Iterator[Iterator[Item]]:
    """Sorted streams that hold every copy of every step once: one for all that are sent once, one for each other."""
    single = [item for one in steps if one.step.repeat.count == 1 for item in one.lane()]
    yield iter(sorted(single, key=lambda item: item[:6]))
    yield from (one.lane() for one in steps if one.step.repeat.count > 1)


def planned_steps(
    story: Story, scenario: Scenario, exports: Mapping[str, PlannedExport], routes: Routes, mistakes: Mistakes
) -> list[PlannedStep]:
    """All steps, in order of declaration; what is wrong with any of them is added to the mistakes."""
    broken = {export.name for export in scenario.exports} - set(exports)
    planned = []
    for order, step in enumerate(scenario.steps, start=len(scenario.exports)):
        if step.export in broken:
            continue  # its export's own mistakes are told; whatever is said of the step would follow from them
        try:
            delivery = _delivery(story, exports, routes, step, order)
        except _Wrong as wrong:
            mistakes.add(("timeline", step.name, *wrong.path), wrong.message, wrong.remedy)
            continue
        position = list(story.provider.events).index(step.event)
        planned.append(PlannedStep(order=order, position=position, step=step, delivery=delivery))
    return planned


class _Wrong(Exception):
    def __init__(self, path: tuple[str, ...], message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.path, self.message, self.remedy = path, message, remedy


def _delivery(story: Story, exports: Mapping[str, PlannedExport], routes: Routes, step: Step, order: int) -> Delivery:
    """The first copy of a step, as it would be sent.

    Raises:
        _Wrong: it cannot be made, or is not as valid as it says.
    """
    events = story.provider.events
    if step.event not in events:
        raise _Wrong(("event",), f"{story.provider.name} has no event {step.event!r}", _meant(step.event, events))
    run, at = _run(story, exports, step, order)
    due = at if step.deliver_at is None else step.deliver_at
    if due < 0:
        raise _Wrong(("deliver_at",), f"step {step.name} would be sent before the story starts", "give deliver_at")
    payload = story.provider.render(step.event, run, story.epoch + at, story.choices)
    body = _body(step, payload)
    _agree(story, step, body)
    told = _told(story, step, payload)
    try:
        route = routes.with_credentials(step.credentials)
    except ValueError as error:
        raise _Wrong(("credentials",), str(error)) from error
    delivery = Delivery(
        number=0,
        step=step.name,
        copy=0,
        event=step.event,
        export=run.export if step.export else "",
        run=run.number if step.export else 0,
        id=told["id"],
        status=told["status"],
        time=told["time"],
        definition_id=told["definition_id"],
        end=events[step.event].end,
        valid=step.valid,
        credentials=step.credentials,
        at=at,
        due=due,
        route=route,
        body=body,
    )
    return _with_fault(story, step, delivery)


def _run(story: Story, exports: Mapping[str, PlannedExport], step: Step, order: int) -> tuple[Run, float]:
    """The run a step speaks of, and when its event happens in seconds from the start."""
    if not step.export:
        at = step.at or 0.0
        run = _run_of_its_own(story, exports, step, at, order)
    else:
        planned, index = _export(exports, step.export)
        if not 1 <= step.run <= planned.export.runs:
            raise _Wrong(("run",), f"{step.export} has no run {step.run}", f"its runs are 1 to {planned.export.runs}")
        at = planned.moment(story, step.event, index, step.run) if step.at is None else step.at
        run = planned.run(story, index, step.run)
    if not story.tells(at):
        raise _Wrong(("at",), f"step {step.name} leaves the years that partners can write, 1980 to 9998")
    return run, at


def _run_of_its_own(story: Story, exports: Mapping[str, PlannedExport], step: Step, at: float, order: int) -> Run:
    """A step without an export speaks of one nobody else speaks of: it takes the usual time, and ends with an end."""
    alone, moment = Export(name=step.name), story.epoch + at
    started = moment - alone.takes if story.provider.events[step.event].end else moment
    serial = max((one.serial + one.ids for one in exports.values()), default=0) + order
    about, dice = story.provider.about({}), story.dice(step.name, 1)
    return Run(step.name, about, 1, serial, story.epoch, story.base, dice, started, started + alone.takes, None)


def _export(exports: Mapping[str, PlannedExport], name: str) -> tuple[PlannedExport, int]:
    """The export a step names, and which of those alike."""
    if name in exports:
        planned = exports[name]
        if planned.export.count > 1:
            raise _Wrong(("export",), f"{planned.export.count} exports are {name}", f"say which: {planned.name(0)} …")
        return planned, 0
    family, _, number = name.rpartition("-")
    planned_family = exports.get(family)
    if planned_family and number.isdecimal() and number.isascii():
        index = int(number) - 1
        if 0 <= index < planned_family.export.count and planned_family.name(index) == name:
            return planned_family, index
    raise _Wrong(("export",), f"there is no export {name!r}", _meant(name, exports))


def _body(step: Step, payload: Payload) -> bytes:
    """What goes out: the payload with its changes, or what the author put in its place."""
    if step.body is not None:
        if step.set or step.remove:
            raise _Wrong(("body",), f"step {step.name} has a body, so there is nothing to set in or remove from")
        return step.body.data
    try:
        return orjson.dumps(tamper(payload.fields, step.set, step.remove))
    except ValueError as error:
        raise _Wrong(("remove",), f"step {step.name}: {error}") from error
    except TypeError as error:
        raise _Wrong(("set",), f"step {step.name} cannot be written as JSON: {error}") from error


def _agree(story: Story, step: Step, body: bytes) -> None:
    """Refuse a step whose body is broken and is not said to be, or the reverse."""
    name, schema = story.provider.events[step.event].schema, story.schema(step.event)
    try:
        value = _read(body)
    except ValueError as error:
        fits, why = False, str(error)
    else:
        fits = schema.accepts(value)
        why = "" if fits or not step.valid else "; ".join(schema.explain(value)[:3])
    if step.valid and not fits:
        message = f"the payload of step {step.name} does not fit the partner's schema {name}: {why}"
        raise _Wrong((), message, "say `valid: false` if it is broken on purpose")
    if fits and not step.valid:
        message = f"step {step.name} says `valid: false`, and its payload fits the partner's schema {name}"
        raise _Wrong(("valid",), message, "leave `valid: false` out, or break the payload")


def _read(body: bytes) -> Any:
    """What these bytes say as JSON.

    Raises:
        ValueError: they are none, or say two things at once.
    """
    try:
        value = orjson.loads(body)
        json.loads(body, object_pairs_hook=_no_key_twice)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}" if body else "it is empty") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key occurs twice, and JSON does not say which one counts")
    return fields


def _told(story: Story, step: Step, payload: Payload) -> dict[str, str]:
    """The values that probes and checks ask for: the partner's own, except those that the author set."""
    told = {
        "id": payload.id,
        "status": payload.status,
        "time": payload.time,
        "definition_id": payload.definition_id,
    }
    properties = story.schema(step.event).content.get("properties", {})
    for key, value in step.set.items():
        role = properties.get(key, {}).get(ROLE)
        if role in told:
            told[role] = value if isinstance(value, str) else orjson.dumps(value).decode()
    return told


def _with_fault(story: Story, step: Step, delivery: Delivery) -> Delivery:
    """The delivery with its fault on the wire, where it has one."""
    if len(step.fault) > 1:
        raise _Wrong(("fault",), f"step {step.name} has {len(step.fault)} faults", "leave one")
    for name, setting in step.fault.items():
        if name not in FAULTS:
            raise _Wrong(("fault", name), f"there is no fault {name!r}", _meant(name, FAULTS))
        try:
            script = FAULTS[name](delivery.head, delivery.body, setting, story.random(f"fault of {step.name}"))
        except ValueError as error:
            raise _Wrong(("fault", name), str(error)) from error
        return delivery._replace(script=script)
    return delivery


def _meant(name: str, known: Iterable[str]) -> str:
    there = list(known)
    near = get_close_matches(name, there, n=1)
    return f"did you mean {near[0]}?" if near else f"there is {', '.join(there) or 'none'}"
