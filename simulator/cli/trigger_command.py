"""`partnersim trigger`: one notification."""

import json
import os
from functools import partial
from typing import Any

import click

from simulator.cli.options import playing_options, receiver_options, telling_options


@click.command()
@click.argument("event", metavar="PROVIDER.EVENT")
@receiver_options
@click.option("--set", "changes", multiple=True, metavar="'KEY=VALUE'", help="Another value for a key of the payload.")
@click.option("--remove", "removals", multiple=True, metavar="KEY", help="Leave a key of the payload out.")
@click.option("--reading", "readings", multiple=True, metavar="NAME=OPTION", help="See: partnersim list readings.")
@playing_options
@telling_options
def command(event: str, **options: Any) -> int:
    """Send one notification and say what came back. Exit code 0 when it is acknowledged.

    A payload that no longer fits the partner's schema after --set or --remove is sent as broken on purpose, and
    said to be.

    \b
    partnersim trigger clevertap.completed --to http://127.0.0.1:8000/hooks/clevertap --set "Partner=Amazon S3"
    partnersim trigger reachfive.finished --receiver receiver.yaml --set status=FAILED
    """
    from simulator.authoring import parse_scenario
    from simulator.cli.playing import (
        Performance,
        again,
        check_reports,
        chosen_receiver,
        conclude,
        journal_folder,
        perform,
    )
    from simulator.clock import utc_now
    from simulator.runner.conduct import Settings

    check_reports(options["reports"])
    receiver = chosen_receiver(options)
    text = scenario_text(event, options["changes"], options["removals"], options["readings"])
    scenario = parse_scenario(text, f"trigger {event}")
    settings = Settings(
        journals=journal_folder(options, utc_now()),
        seed=options["seed"],
        start=options["start"],
        scale=options["scale"],
        confirm=False,
        allow=frozenset(options["allow_target"]),
        environment=os.environ,
        reproduce=partial(_again, event, options, again),
    )
    performance = Performance(
        scenarios=[scenario],
        receiver=receiver,
        settings=settings,
        wait_for=options["wait_for"],
        wait_timeout=options["wait_timeout"],
        quiet=options["quiet"],
    )
    return conclude(perform(performance), options)


def scenario_text(event: str, changes: tuple[str, ...], removals: tuple[str, ...], readings: tuple[str, ...]) -> str:
    """The scenario of one delivery, as a scenario file would say it.

    Raises:
        UsageError: no such event or key, or a value that is none.
    """
    from simulator.documents import schema
    from simulator.errors import UsageError
    from simulator.providers import PROVIDERS, provider

    name, _, kind = event.partition(".")
    partner = provider(name)
    if kind not in partner.events:
        known = ", ".join(f"{one}.{kind}" for one, its in PROVIDERS.items() for kind in its.events)
        raise UsageError(f"there is no event {event!r}", f"there are {known}")
    content = schema(f"payloads/{partner.events[kind].schema}")
    properties = content.content["properties"]
    step: dict[str, Any] = {"event": kind, "at": "0s"}
    sample = dict(partner.examples.get(kind, {}))
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or key not in properties:
            raise UsageError(
                f"--set {change!r} changes nothing: {event} has no key {key!r}", f"it has {', '.join(properties)}"
            )
        step.setdefault("set", {})[key] = sample[key] = _typed(value, properties[key])
    for key in removals:
        if key not in properties:
            raise UsageError(
                f"--remove {key!r} removes nothing: {event} has no such key", f"it has {', '.join(properties)}"
            )
        step.setdefault("remove", []).append(key)
        sample.pop(key, None)
    if not content.accepts(sample):
        step["valid"] = False
    scenario: dict[str, Any] = {"scenario": f"One {event}", "provider": name}
    if readings:
        scenario["readings"] = dict(one.partition("=")[::2] for one in readings)
    if kind != "test":
        scenario["exports"] = {"export": {"emits": []}}
        step |= {"export": "export"}
        del step["at"]
    scenario |= {"timeline": {"delivery": step}, "expect": {"delivery": {"status": "ack"}}}
    return json.dumps(scenario, ensure_ascii=False, indent=2)


def _typed(value: str, content: Any) -> Any:
    """A number where the schema takes no string; else the text itself. JSON that is meant as such stays JSON."""
    kinds = content.get("type", [])
    if "string" in ([kinds] if isinstance(kinds, str) else kinds):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _again(event: str, options: Any, run_line: Any, scenario: Any, seed: int, start: Any) -> str:
    import shlex

    line: str = run_line(options, scenario, seed, start)
    words = [f"--set {shlex.quote(one)}" for one in options["changes"]]
    words += [f"--remove {shlex.quote(one)}" for one in options["removals"]]
    words += [f"--reading {shlex.quote(one)}" for one in options["readings"]]
    first = f"partnersim run {shlex.quote(scenario.source)}"
    return " ".join([f"partnersim trigger {event}{line.removeprefix(first)}", *words])
