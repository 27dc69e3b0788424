"""`partnersim list`: what there is to choose from, and how sure we are of it."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import click
from click.core import ParameterSource

from simulator.cli.options import json_option


def _providers() -> list[dict[str, Any]]:
    from simulator.providers import PROVIDERS

    return [
        {"group": f"{one.name}: {one.title}", "name": fact.grade, "says": fact.says, "source": fact.source}
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
            "group": f"{one.name} {reading.name}: {reading.question}",
            "name": option.name,
            "default": option is reading.options[0],
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


def rules(folder: str | None = None, like: Callable[[str], bool] = lambda _: True) -> list[dict[str, Any]]:
    """Name, level, partners and sentence of each rule that ships or lies in a folder of one's own, in order of name.

    Only those whose name is `like` it.

    Raises:
        UsageError: there is no such folder, it has no rules, or a name is taken.
        DocumentError: every mistake in its files.
    """
    from simulator.authoring import load_rule, own_rules, shipped_rules

    own = own_rules(folder)
    names = sorted({*shipped_rules(), *own})
    told = (own[name] if name in own else load_rule(name) for name in names if like(name))
    return [
        {"name": rule.name, "level": rule.level, "partners": list(rule.played), "says": rule.sentence} for rule in told
    ]


def _faults() -> list[dict[str, Any]]:
    import inspect

    from simulator.faults import FAULTS

    return [{"name": name, "says": (inspect.getdoc(fault) or "").splitlines()[0]} for name, fault in FAULTS.items()]


def _checks() -> list[dict[str, Any]]:
    import inspect

    from simulator.checks import CHECKS

    return [{"name": name, "says": (inspect.getdoc(one.judge) or "").splitlines()[0]} for name, one in CHECKS.items()]


def _flaws() -> list[dict[str, Any]]:
    from simulator.sample.flaws import FLAWS

    return [{"name": name, "says": flaw.says} for name, flaw in FLAWS.items()]


_LEVEL: Final = len("should ") + 1
LISTS: Final[dict[str, Callable[[], list[dict[str, Any]]]]] = {
    "providers": _providers,
    "events": _events,
    "readings": _readings,
    "scenarios": _scenarios,
    "rules": rules,
    "faults": _faults,
    "checks": _checks,
    "flaws": _flaws,
}


@click.command()
@click.argument("what", type=click.Choice(list(LISTS)))
@click.option("--rules", "folder", metavar="DIR", help="With `rules`: also those in a folder of your own.")
@json_option
def command(what: str, folder: str | None, as_json: bool) -> int:
    """List what there is, with how sure we are of it and who says so.

    Grades: documented (the partner's own page says it), inferred (follows from that), assumed (nobody says; a
    scenario can choose otherwise).

    \b
    partnersim list readings
    partnersim list rules --rules our-rules
    partnersim list scenarios --json
    """
    from simulator.cli.output import say, tell
    from simulator.errors import UsageError

    typed = click.get_current_context().get_parameter_source("folder") is ParameterSource.COMMANDLINE
    if what != "rules" and typed:
        raise UsageError("--rules goes with `list rules`", f"leave it out of `list {what}`")
    entries = rules(folder) if what == "rules" else LISTS[what]()
    if as_json:
        tell(entries)
        return 0
    say("\n".join(lines_of(entries)))
    return 0


def lines_of(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Name and words of each, under a heading where there is one; grade and source below."""
    width = max((len(entry["name"]) for entry in entries), default=0) + 2
    group = ""
    for entry in entries:
        if (heading := str(entry.get("group", ""))) != group:
            yield f"\n{heading}" if group else heading
            group = heading
        grade = f"{entry['grade']}: " if "grade" in entry else ""
        level = f"{entry['level']:{_LEVEL}}{', '.join(entry['partners'])}: " if "level" in entry else ""
        told = [level + entry["says"]] if "says" in entry else []
        told += [f"{grade}{entry['source']}"] if "source" in entry else []
        told[0] += " (default)" if entry.get("default") else ""
        yield f"{'  ' * bool(group)}{entry['name']:{width}}{told[0]}"
        yield from (f"{'  ' * bool(group)}{'':{width}}{line}" for line in told[1:])
