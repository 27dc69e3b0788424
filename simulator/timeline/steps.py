"""The author's own deliveries: made, broken where that is asked for, and checked, all before anything is sent."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from simulator.documents import did_you_mean
from simulator.faults import FAULTS
from simulator.faults.tamper import tamper
from simulator.model import Delivery, Route
from simulator.provider import Payload, Run
from simulator.scenario import Export, Scenario, Step
from simulator.timeline.exports import Item, PlannedExport
from simulator.timeline.mistakes import Mistakes
from simulator.timeline.routes import Routes
from simulator.timeline.story import Story


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
        repeat = self.step.repeat
        together = 1 if repeat.spacing else repeat.count
        return self.delivery._replace(number=number, due=due, copy=copy, together=together)


def step_lanes(steps: Iterable[PlannedStep]) -> Iterator[Iterator[Item]]:
    """Sorted streams that hold every copy of every step once: one for all that are sent once, one for each other."""
    single = [item for one in steps if one.step.repeat.count == 1 for item in one.lane()]
    yield iter(sorted(single, key=lambda item: item[:6]))
    yield from (one.lane() for one in steps if one.step.repeat.count > 1)


def planned_steps(
    story: Story,
    scenario: Scenario,
    exports: Mapping[str, PlannedExport],
    routes: Routes,
    mistakes: Mistakes,
    *,
    first: int = 0,
) -> list[PlannedStep]:
    """All steps, in order of declaration; what is wrong with any of them is added to the mistakes.

    Ids of steps that speak of no export count from `first`, or from where those of the exports end.
    """
    planned = []
    free = max((one.serial + one.ids for one in exports.values()), default=first)
    for order, step in enumerate(scenario.steps, start=len(scenario.exports)):
        try:
            found = _export(scenario, step.export) if step.export else None
            if found and found[0].name not in exports:
                continue  # its export's own mistakes are told; whatever is said of the step would follow from them
            export = (exports[found[0].name], found[1]) if found else None
            delivery = _delivery(story, export, routes, step, free + order)
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


def _delivery(
    story: Story, export: tuple[PlannedExport, int] | None, routes: Routes, step: Step, serial: int
) -> Delivery:
    """The first copy of a step, as it would be sent.

    `export` is the one it speaks of, and which of those alike; `serial` is for a step that speaks of none.

    Raises:
        _Wrong: it cannot be made, or is not as valid as it says.
    """
    events = story.provider.events
    if step.event not in events:
        message = f"{story.provider.name} has no event {step.event!r}{did_you_mean(step.event, events)}"
        raise _Wrong(("event",), message, f"its events are {', '.join(events)}")
    run, at = _run(story, *export, step) if export else _run_of_its_own(story, step, serial)
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
        route=route if step.timeout is None else replace(route, timeout=step.timeout),
        body=body,
    )
    return _with_fault(story, step, delivery)


def _run(story: Story, planned: PlannedExport, index: int, step: Step) -> tuple[Run, float]:
    """The run a step speaks of, and when its event happens in seconds from the start."""
    if not 1 <= step.run <= planned.export.runs:
        raise _Wrong(("run",), f"{step.export} has no run {step.run}", f"its runs are 1 to {planned.export.runs}")
    at = planned.moment(story, step.event, index, step.run) if step.at is None else step.at
    _check_year(story, step, at)
    return planned.run(story, index, step.run), at


def _run_of_its_own(story: Story, step: Step, serial: int) -> tuple[Run, float]:
    """A step without an export speaks of one nobody else speaks of: it takes the usual time, and ends with an end."""
    at = step.at or 0.0
    _check_year(story, step, at)
    alone, moment = Export(name=step.name), story.epoch + at
    started = moment - alone.takes if story.provider.events[step.event].end else moment
    try:
        about = story.provider.about({})
    except (TypeError, ValueError) as error:
        message = f"step {step.name} names no export, and {story.provider.name} needs one: {error}"
        raise _Wrong((), message, "write the export under `exports`, with emits: [], and name it") from error
    dice = story.dice(step.name, 1)
    return Run(step.name, about, 1, serial, story.base, dice, started, started + alone.takes, None), at


def _check_year(story: Story, step: Step, at: float) -> None:
    if not story.tells(at):
        raise _Wrong(("at",), f"step {step.name} leaves the years that partners can write, 1980 to 9998")


def _export(scenario: Scenario, name: str) -> tuple[Export, int]:
    """The export a step names, and which of those alike."""
    if found := scenario.export_named(name):
        return found
    known = scenario.exports_by_name
    if alike := known.get(name):
        raise _Wrong(("export",), f"{alike.count} exports are {name}", f"say which: {alike.name_of(0)} …")
    there = f"exports are {', '.join(known)}" if known else "the scenario has none"
    raise _Wrong(("export",), f"there is no export {name!r}{did_you_mean(name, known)}", there)


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
    told, schema = story.provider.events[step.event].schema, story.schema(step.event)
    name = told if isinstance(told, str) else f"of {step.event}"
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
    roles = story.schema(step.event).roles() if step.set else {}
    for key, value in step.set.items():
        role = roles.get(key)
        if role in told:
            told[role] = value if isinstance(value, str) else orjson.dumps(value).decode()
    return told


def _with_fault(story: Story, step: Step, delivery: Delivery) -> Delivery:
    """The delivery with its fault on the wire, where it has one."""
    if len(step.fault) > 1:
        raise _Wrong(("fault",), f"step {step.name} has {len(step.fault)} faults", "leave one")
    for name, setting in step.fault.items():
        if name not in FAULTS:
            message = f"there is no fault {name!r}{did_you_mean(name, FAULTS)}"
            raise _Wrong(("fault", name), message, f"faults are {', '.join(FAULTS)}")
        try:
            script = FAULTS[name](delivery.head, delivery.body, setting, story.random(f"fault of {step.name}"))
        except ValueError as error:
            raise _Wrong(("fault", name), str(error)) from error
        route = _by_method(delivery.route, setting) if name == "method" else delivery.route
        return delivery._replace(script=script, route=route, fault_name=_as_written(name, setting))
    return delivery


def _as_written(name: str, setting: Any) -> str:
    """A fault as its author wrote it: `truncate 60%`, `drip {"part":"body","every":"20ms"}`."""
    return f"{name} {setting if isinstance(setting, str) else json.dumps(setting, separators=(',', ':'))}"


def _by_method(route: Route, method: str) -> Route:
    """The same by another method, so that journal and curl line tell of what was sent."""
    rest, shown = route.head.partition(b" ")[2], route.shown.partition(" ")[2]
    return replace(route, method=method, head=b"%b %b" % (method.encode(), rest), shown=f"{method} {shown}")
