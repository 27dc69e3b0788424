"""`partnersim trigger`: one notification."""

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import click

from simulator.cli.options import receiver_options, telling_options, timing_options
from simulator.errors import UsageError


@click.command()
@click.argument("event", metavar="PROVIDER.EVENT")
@receiver_options
@click.option("--set", "changes", multiple=True, metavar="'KEY=VALUE'", help="Another value for a key of the payload.")
@click.option("--remove", "removals", multiple=True, metavar="KEY", help="Leave a key of the payload out.")
@click.option("--reading", "readings", multiple=True, metavar="NAME=OPTION", help="See: partnersim list readings.")
@timing_options
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
    from simulator.cli.choosing import chosen_receiver, settled
    from simulator.cli.command_lines import again
    from simulator.cli.output import say
    from simulator.cli.playing import session
    from simulator.cli.telling import check_reports, conclude
    from simulator.runner.session import perform

    check_reports(options["reports"])
    options = settled(options)
    receiver = chosen_receiver(options)
    text = scenario_text(event, options["changes"], options["removals"], options["readings"])
    scenario = parse_scenario(text, f"trigger {event}")
    if not scenario.steps[0].valid:
        broken = f"broken on purpose: this no longer fits what {scenario.provider} sends, and a receiver may refuse it"
        say(broken, as_json=options["as_json"], quiet=options["quiet"])
    played = session([scenario], receiver, options, partial(_again, event, options, again), confirm=False)
    return conclude(perform(played), options)


def scenario_text(event: str, changes: tuple[str, ...], removals: tuple[str, ...], readings: tuple[str, ...]) -> str:
    """The scenario of one delivery, as a scenario file would say it.

    Raises:
        UsageError: no such event, reading or key, or a value that is none.
    """
    from simulator.providers import PROVIDERS, provider

    name, _, kind = event.partition(".")
    partner = provider(name)
    if kind not in partner.events:
        known = ", ".join(f"{one}.{kind}" for one, its in PROVIDERS.items() for kind in its.events)
        raise UsageError(f"there is no event {event!r}", f"there are {known}")
    content = partner.events[kind].payload
    properties = content.content.get("properties", {})
    step: dict[str, Any] = {"event": kind, "at": "0s"}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or key not in properties:
            raise UsageError(f"--set {change!r} changes nothing: {event} has no key {key!r}", _keys(properties))
        step.setdefault("set", {})[key] = _typed(change, value, properties[key])
    for key in removals:
        if key not in properties:
            raise UsageError(f"--remove {key!r} removes nothing: {event} has no key like it", _keys(properties))
        step.setdefault("remove", []).append(key)
    scenario: dict[str, Any] = {"scenario": f"One {event}", "provider": name}
    if readings:
        scenario["readings"] = dict(one.partition("=")[::2] for one in readings)
    scenario |= {"timeline": {"delivery": step}, "expect": {"delivery": {"status": "ack"}}}
    if not content.accepts(_payload(scenario)):
        step["valid"] = False
    return json.dumps(scenario, ensure_ascii=False, indent=2)


def _keys(properties: Mapping[str, Any]) -> str:
    return f"it has {', '.join(properties)}"


def _payload(scenario: Mapping[str, Any]) -> Any:
    """What the delivery will say, whether it fits or not: planned without the changes, then changed."""
    from datetime import UTC, datetime

    from simulator.authoring import parse_scenario, receiver_at
    from simulator.timeline import plan

    step = dict(scenario["timeline"]["delivery"])
    changes, removals = step.pop("set", {}), step.pop("remove", [])
    for valid in (True, False):  # an event that no partner sends is broken as it is
        plain = {**scenario, "timeline": {"delivery": {**step, "valid": valid}}}
        read = parse_scenario(json.dumps(plain), "trigger")
        try:
            (first, *_) = plan(read, receiver_at("http://127.0.0.1/"), seed=0, start=datetime(2026, 1, 1, tzinfo=UTC))
        except UsageError:
            if not valid:
                raise
            continue
        kept = {**json.loads(first.body), **changes}
        return {key: value for key, value in kept.items() if key not in removals}
    return None


def _typed(change: str, value: str, content: Any) -> Any:
    """A number where the schema takes no string; else the text itself. JSON that is meant as such stays JSON.

    Raises:
        UsageError: no text could say it.
    """
    kinds = content.get("type", [])
    typed: Any = value
    if "string" not in ([kinds] if isinstance(kinds, str) else kinds):
        with suppress(ValueError, RecursionError):
            typed = json.loads(value)
    try:
        json.dumps(typed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise UsageError(f"--set {change!a} holds what is no character", "write it in UTF-8") from None
    return typed


def _again(event: str, options: Any, run_line: Any, scenario: Any, seed: int, start: Any) -> str:
    import shlex

    line: str = run_line(options, scenario, seed, start)
    words = [f"--set {shlex.quote(one)}" for one in options["changes"]]
    words += [f"--remove {shlex.quote(one)}" for one in options["removals"]]
    words += [f"--reading {shlex.quote(one)}" for one in options["readings"]]
    first = f"partnersim run {shlex.quote(scenario.source)}"
    return " ".join([f"partnersim trigger {event}{line.removeprefix(first)}", *words])
