"""`partnersim list`: what there is to choose from, and how sure we are of it."""

from collections.abc import Callable
from typing import Any, Final

import click

from simulator.cli.options import json_option


def _providers() -> list[dict[str, Any]]:
    from simulator.providers import PROVIDERS

    return [
        {"name": one.name, "says": fact.says, "grade": fact.grade, "source": fact.source}
        for one in PROVIDERS.values()
        for fact in one.facts
    ]


def _events() -> list[dict[str, Any]]:
    from simulator.providers import PROVIDERS

    return [
        {
            "name": f"{one.name}.{event.name}",
            "says": event.title,
            "grade": event.fact.grade,
            "source": event.fact.source,
            "schema": f"payloads/{event.schema}",
        }
        for one in PROVIDERS.values()
        for event in one.events.values()
    ]


def _readings() -> list[dict[str, Any]]:
    from simulator.providers import PROVIDERS

    return [
        {
            "name": f"{one.name} {reading.name}: {option.name}",
            "default": option is reading.options[0],
            "says": reading.question,
            "grade": option.grade,
            "source": option.source,
        }
        for one in PROVIDERS.values()
        for reading in one.readings.values()
        for option in reading.options
    ]


def _scenarios() -> list[dict[str, Any]]:
    from simulator.authoring import load_scenario
    from simulator.resources import shipped_scenarios

    return [{"name": name, "says": load_scenario(name).title} for name in shipped_scenarios()]


def _faults() -> list[dict[str, Any]]:
    import inspect

    from simulator.faults import FAULTS

    return [{"name": name, "says": (inspect.getdoc(fault) or "").splitlines()[0]} for name, fault in FAULTS.items()]


def _checks() -> list[dict[str, Any]]:
    import inspect

    from simulator.checks import CHECKS

    return [{"name": name, "says": (inspect.getdoc(one.judge) or "").splitlines()[0]} for name, one in CHECKS.items()]


LISTS: Final[dict[str, Callable[[], list[dict[str, Any]]]]] = {
    "providers": _providers,
    "events": _events,
    "readings": _readings,
    "scenarios": _scenarios,
    "faults": _faults,
    "checks": _checks,
}


@click.command()
@click.argument("what", type=click.Choice(list(LISTS)))
@json_option
def command(what: str, as_json: bool) -> int:
    r"""List what there is, with how sure we are of it and who says so.

    Grades: documented (the partner's own page says it), inferred (follows from that), assumed (nobody says; a
    scenario can choose otherwise).

    \b
    partnersim list readings
    partnersim list scenarios --json
    """
    from simulator.cli.output import say, tell

    entries = LISTS[what]()
    if as_json:
        tell(entries)
        return 0
    width = max((len(entry["name"]) for entry in entries), default=0) + 2
    for entry in entries:
        mark = " (default)" if entry.get("default") else ""
        say(f"{entry['name']:{width}}{entry['says']}{mark}")
        if "grade" in entry:
            say(f"{'':{width}}{entry['grade']}: {entry['source']}")
    return 0
