"""`partnersim plan`: what a scenario would send, when, byte by byte."""

import base64
import os
from datetime import timedelta
from itertools import groupby, islice
from typing import Any

import click

from simulator.cli.options import NAMED, json_option, seed_options
from simulator.cli.output import say
from simulator.model import AwaitContinue, Delivery, EndWriting, HangUp, Pause, Script
from simulator.redaction import Scrub
from simulator.shown import as_text, block


@click.command()
@click.argument("scenario", type=NAMED)
@click.option(
    "--receiver",
    "receiver_file",
    type=NAMED,
    metavar="FILE",
    help="The receiver file: its URL and headers shape the bytes.",
)
@click.option("--to", default=None, metavar="URL", help="Instead: where it would go (http://127.0.0.1:8000/).")
@seed_options
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Only the first N deliveries.")
@click.option("--brief", is_flag=True, help="One line a delivery, without its bytes.")
@json_option
def command(scenario: str, **options: Any) -> int:
    """Show what a scenario would send, when, byte by byte. Sends nothing.

    Secrets are left out of what is shown; all else is what goes on the wire.

    \b
    partnersim plan clevertap/four-hourly-day --seed 42 --start 2026-01-05T00:00:00+05:30
    partnersim plan mine.yaml --receiver receiver.yaml --brief
    """
    from pathlib import Path

    from simulator.authoring import load_receiver, load_scenario, receiver_at
    from simulator.cli.choosing import settled
    from simulator.cli.output import tell
    from simulator.errors import UsageError
    from simulator.runner.prepare import Settings, prepare

    options = settled(options)
    if options["receiver_file"] and options["to"]:
        raise UsageError("--receiver and --to exclude each other", "name one of them")
    receiver = (
        load_receiver(options["receiver_file"], os.environ)
        if options["receiver_file"]
        else receiver_at(options["to"] or "http://127.0.0.1:8000/")
    )
    settings = Settings(journals=Path(), seed=options["seed"], start=options["start"], environment=os.environ)
    planned = prepare(load_scenario(scenario), receiver, settings)
    timeline, scrub = planned.timeline, Scrub(planned.secrets)
    deliveries = islice(timeline, options["limit"])
    if options["as_json"]:
        tell(
            {
                "scenario": timeline.scenario.title,
                "provider": timeline.provider.name,
                "seed": timeline.seed,
                "start": timeline.start.isoformat(),
                "readings": dict(timeline.readings),
                "deliveries": [_as_json(one, scrub) for one in deliveries],
            }
        )
        return 0
    say(f"{timeline.scenario.title}\n{timeline.provider.title}, seed {timeline.seed}, {timeline.start.isoformat()}")
    for one in deliveries:
        when = (timeline.start + timedelta(seconds=one.due)).isoformat(sep=" ")
        say(("" if options["brief"] else "\n") + _line(one, when))
        if not options["brief"]:
            head = scrub(one.shown_head).replace("\r\n", "\n").rstrip("\n")
            say(_indented(f"{head}\n\n{block(scrub(as_text(one.body)))}"))
    return 0


def _line(one: Delivery, when: str) -> str:
    from simulator.clock import spelled

    remarks = [f"says {spelled(one.at)}"] if one.at != one.due else []
    remarks += [] if one.valid else ["broken on purpose"]
    remarks += [] if one.credentials == "right" else [f"credentials {one.credentials}"]
    remarks += [f"{one.fault_name}, on the wire: {_told(one.script)}"] if one.script is not None else []
    remark = f"  ({', '.join(remarks)})" if remarks else ""
    return f"#{one.number} +{spelled(one.due)}  {when}  {one.name}  {one.id} {one.status}{remark}"


def _told(script: Script) -> str:
    """What goes out of a request that misbehaves: `180 bytes, rest 1s, 66 bytes, hang up`; what recurs is counted."""
    words = [_piece(piece) for piece in script]
    pairs = [", ".join(words[at : at + 2]) for at in range(0, len(words), 2)]  # bytes and rest take turns
    counted = ((pair, len(list(same))) for pair, same in groupby(pairs))
    return ", ".join(f"{number} times ({pair})" if number > 1 else pair for pair, number in counted)


def _piece(piece: bytes | Pause | AwaitContinue | EndWriting | HangUp) -> str:
    from simulator.clock import spelled

    match piece:
        case Pause():
            return f"rest {spelled(piece.seconds)}"
        case AwaitContinue():
            return f"await 100 for {spelled(piece.seconds)}"
        case EndWriting():
            return "end our side"
        case HangUp():
            return ("reset" if piece.reset else "hang up") + (" at the timeout" if piece.at_deadline else "")
        case bytes():
            return f"{len(piece)} bytes"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _as_json(one: Delivery, scrub: Scrub) -> dict[str, Any]:
    told = {
        "number": one.number,
        "name": one.name,
        "event": one.event,
        "export": one.export,
        "run": one.run,
        "id": one.id,
        "status": one.status,
        "at": one.at,
        "due": one.due,
        "valid": one.valid,
        "credentials": one.credentials,
        "fault": one.script is not None,
        "url": scrub(str(one.route.url._replace(target=one.route.url.target.partition("?")[0]))),
        "timeout": one.route.timeout,
        "head": scrub(one.shown_head),
    }
    try:
        return told | {"body": scrub(one.body.decode())}
    except UnicodeDecodeError:
        return told | {"body_base64": base64.b64encode(one.body).decode()}
