"""A partner that another package brings: everything about it is its own, and it is played like ours."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator import play
from simulator.authoring import parse_scenario, receiver_at
from simulator.clock import JumpClock, Scale
from simulator.errors import DocumentError, UsageError
from simulator.journal import Journal, JournalWriter
from simulator.model import Attempt, Outcome, Result
from simulator.plug_ins import GROUP
from simulator.provider import Event, Fact, Option, Payload, Provider, Reading, Retry, Run
from simulator.providers import provider
from simulator.runner.play import Pace, Player
from simulator.runner.probing import Prober
from simulator.runner.stop import Stop
from simulator.timeline import Timeline, plan
from simulator.wire.in_process import Wsgi

START = datetime(2026, 1, 5, tzinfo=UTC)
FACT = Fact(says="Acme tells of parcels.", grade="documented", source="Acme, Parcels")
PAYLOAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:acme:parcel",
    "type": "object",
    "additionalProperties": False,
    "required": ["parcel", "state", "colour", "since"],
    "properties": {
        "parcel": {"$ref": "#/$defs/parcel", "x-partnersim-value": "id"},
        "state": {"enum": ["QUEUED", "SHIPPED"], "x-partnersim-value": "status"},
        "colour": {"enum": ["red", "blue", "RED", "BLUE"]},
        "since": {"type": "string", "format": "date-time", "x-partnersim-value": "time"},
    },
    "$defs": {"parcel": {"type": "string", "pattern": "^P-[0-9]+$"}},
}


def about(traits: Mapping[str, Any]) -> Mapping[str, Any]:
    if "colour" not in traits:
        raise ValueError("a parcel has a colour")
    if traits["colour"] not in {"red", "blue"}:
        raise ValueError(f"colour is red or blue, not {traits['colour']!r}")
    return traits


def emits(parcel: Any, run: int, takes: float) -> tuple[tuple[str, float], ...]:
    return ("queued", 0.0), ("shipped", takes)


def render(event: str, run: Run, moment: float, choices: Mapping[str, Any]) -> Payload:
    parcel, since = f"P-{int(run.base) + run.serial}", datetime.fromtimestamp(moment, UTC).isoformat()
    colour = run.about["colour"].upper() if choices["letters"] == "upper" else run.about["colour"]
    fields = {"parcel": parcel, "state": event.upper(), "colour": colour, "since": since}
    return Payload(fields, parcel, event.upper(), since)


def reading(name: str, **options: Any) -> Reading:
    return Reading(
        name=name,
        question="?",
        options=tuple(Option(name=one, value=value, grade="assumed", source="-") for one, value in options.items()),
    )


ACME = Provider(
    name="acme",
    title="Acme Parcels",
    documentation="https://acme.test/parcels",
    events={
        "queued": Event(name="queued", title="A parcel waits", schema=PAYLOAD, end=False, fact=FACT),
        "shipped": Event(name="shipped", title="A parcel is gone", schema=PAYLOAD, end=True, fact=FACT),
    },
    readings={
        "letters": reading("letters", lower="lower", upper="upper"),
        "zone": reading("zone", warehouse=ZoneInfo("Europe/Paris"), head_office=ZoneInfo("America/New_York")),
    },
    facts=(FACT,),
    headers=(("Content-Type", "application/json"), ("X-Acme", "parcels")),
    acknowledged_by=("202",),
    about=about,
    interval=lambda parcel: 86400.0 if parcel.get("every") == "workday" else 0.0,
    emits=emits,
    shares_id=lambda choices: False,
    render=render,
    retry=lambda choices: Retry(attempts=2, delay=1.0, timeout=3.0),
)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Provider], None]:
    def offer(partner: Provider) -> None:
        module = ModuleType("acme_parcels")
        module.ACME = partner  # type: ignore[attr-defined]  # a module made by hand
        point = EntryPoint(name="acme", value="acme_parcels:ACME", group=GROUP)
        monkeypatch.setitem(sys.modules, "acme_parcels", module)
        monkeypatch.setattr(
            "importlib.metadata.entry_points",
            lambda *, group, name: [point] if (group, name) == ("partnersim.providers", "acme") else [],
        )

    return offer


@pytest.fixture(autouse=True)
def installed(install: Callable[[Provider], None]) -> None:
    install(ACME)


def with_schema(content: Any) -> Provider:
    return replace(ACME, events={name: replace(one, schema=content) for name, one in ACME.events.items()})


SCENARIO = """
scenario: Parcels of two colours
provider: acme
readings: {letters: upper}
exports:
  red: {colour: red, every: workday, runs: 2, takes: 1h}
  blue: {colour: blue, count: 2, takes: 10m, emits: [shipped]}
timeline:
  again: {event: shipped, export: blue-2, deliver_at: 2h}
  lost: {event: queued, export: red, run: 2, set: {state: LOST, parcel: P-1}, valid: false}
expect: {each: {status: ack}, red.queued: {status: any}, lost: {status: any}}
"""


def planned(text: str = SCENARIO) -> Timeline:
    return plan(parse_scenario(text, "acme.yaml"), receiver_at("http://127.0.0.1:8000/"), seed=1, start=START)


def wrong(more: str) -> str:
    with pytest.raises(UsageError) as caught:
        planned(f"scenario: s\nprovider: acme\n{more}")
    return str(caught.value)


def test_it_is_found_by_its_name() -> None:
    assert provider("acme") is ACME


def test_its_events_payloads_headers_and_keys_are_its_own() -> None:
    told = [(one.name, one.event, json.loads(one.body)) for one in planned()]
    assert [name for name, _, _ in told] == [
        "red[1].queued",
        "blue-1[1].shipped",
        "blue-2[1].shipped",
        "red[1].shipped",
        "again",
        "red[2].queued",
        "lost",
        "red[2].shipped",
    ]
    assert told[0][2] | {"parcel": ""} == {
        "parcel": "",
        "state": "QUEUED",
        "colour": "RED",
        "since": "2026-01-05T00:00:00+00:00",
    }
    assert told[4][2] == told[2][2]
    assert b"X-Acme: parcels\r\n" in next(iter(planned())).head


def test_what_an_author_sets_is_what_probes_ask_for() -> None:
    lost = next(one for one in planned() if one.step == "lost")
    assert (lost.id, lost.status) == ("P-1", "LOST")


def test_its_own_keys_reach_it_as_they_were_written() -> None:
    export = parse_scenario(
        "scenario: s\nprovider: acme\nexports: {a: {colour: red, every: workday, deep: {x: [1]}}}", ""
    )
    assert export.exports[0].traits == {"colour": "red", "every": "workday", "deep": {"x": [1]}}


def test_its_zone_is_that_of_times_without_an_offset() -> None:
    text = """scenario: s
provider: acme
clock: {start: "2026-01-05T00:00:00+01:00"}
readings: {zone: %s}
exports: {a: {colour: red, at: "2026-01-05T06:00:00"}}"""
    assert parse_scenario(text % "warehouse", "").exports[0].at == 6 * 3600
    assert parse_scenario(text % "head_office", "").exports[0].at == 12 * 3600
    assert "no option 'moon'" in wrong("readings: {zone: moon}\nexports: {a: {colour: red}}")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("exports: {a: {colour: green}}", "acme.yaml:3:14: colour is red or blue, not 'green'"),
        ("exports: {a: {colour: red, runs: 3}}", "nothing says how often it runs"),
        ("exports: {a: {colour: red, runs: none}}", "`runs` is to be a whole number"),
        ("exports: {a: {colour: red, emits: [queue]}}", "a never emits 'queue'"),
        ("exports: {a: {colour: red}}\nreadings: {letters: wide}", "reading letters has no option 'wide'"),
        ("exports: {a: {colour: red}}\nreadings: {letter: upper}", "acme has no reading 'letter'"),
        ("exports: {a: {colour: red}}\ntimeline: {s: {event: shiped, export: a}}", "did you mean `shipped`?"),
        ("exports: {a: {colour: red}}\nexpect: {a.shiped: {status: any}}", "did you mean `a.shipped`?"),
        ("timeline: {s: {event: shipped}}", "acme needs one: a parcel has a colour"),
        (
            "exports: {a: {colour: red}}\ntimeline: {s: {event: shipped, export: a, set: {colour: 5}}}",
            "does not fit the partner's schema of shipped: colour:",
        ),
        (
            "exports: {a: {colour: red}}\ntimeline: {s: {event: shipped, export: a, set: {parcel: five}}}",
            "does not fit the partner's schema of shipped: parcel:",
        ),
        ("exports: {a: {colour: red}}\ntimeline: {s: {event: shipped, export: a, valid: false}}", "schema of shipped"),
    ],
)
def test_what_it_does_not_know_is_a_mistake_of_the_file(more: str, words: str) -> None:
    assert words in wrong(more)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": "objct"}, "objct"),
        ({"$ref": "file:///etc/hostname"}, "only shipped schemas are referred to"),
        ({"$ref": "https://acme.test/schema.json"}, "only shipped schemas are referred to"),
        ({"pattern": "(?=a)b"}, "regex"),
        ({"format": "no-such"}, "no-such"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "draft-07"),
        ({"const": object()}, "object"),
        ("acme/none", "there is no schema 'payloads/acme/none'"),
        ("../payloads/clevertap/completed", "there is no schema"),
    ],
)
def test_a_schema_that_cannot_be_used_is_told_as_the_plug_ins(
    install: Callable[[Provider], None], content: Any, words: str
) -> None:
    install(with_schema(content))
    with pytest.raises(UsageError) as caught:
        planned()
    assert not isinstance(caught.value, DocumentError)
    assert words in caught.value.message
    assert "the event" in caught.value.message or isinstance(content, str)


def test_a_schema_is_made_ready_once() -> None:
    event = replace(ACME.events["queued"])
    assert event.payload is event.payload
    assert event.payload.roles() == {"parcel": "id", "state": "status", "since": "time"}
    assert event.payload.words("status") == {"QUEUED", "SHIPPED"}
    assert event.payload.words("id") == frozenset()


def test_what_only_the_fast_validator_knows_to_be_wrong_is_explained_too(
    install: Callable[[Provider], None],
) -> None:
    colour = {"colour": {"type": "string", "format": "email"}}
    content = {**PAYLOAD, "properties": {**PAYLOAD["properties"], **colour}}  # type: ignore[dict-item]  # it is a dict
    install(with_schema(content))
    with pytest.raises(Exception, match='"RED" is not a "email"'):
        planned()


def test_it_is_played_from_scenario_to_journal(tmp_path: Path) -> None:
    bodies: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        bodies.append(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
        start_response("503 Busy" if len(bodies) == 1 else "202 Accepted", [("Content-Length", "0")])
        return [b""]

    async def played() -> list[Attempt]:
        clock, timeline = JumpClock(), planned()
        journal = JournalWriter(tmp_path / "acme.ndjson", {}, lambda text: text)
        send = Wsgi(app, clock.now)
        player = Player(
            retry=timeline.retry,
            acknowledged_by=timeline.provider.acknowledged_by,
            pace=Pace(scale=Scale.parse("instant")),
            send=send,
            clock=clock,
            journal=journal,
            prober=Prober((), timeline.scenario, receiver_at("http://127.0.0.1/"), "acme", send, clock, journal),
            stop=Stop(),
            progress=lambda _, __: None,
        )
        assert await player.play(timeline)
        journal.flush()
        return list(Journal.open(journal.path).attempts())

    attempts = asyncio.run(played())
    assert [one.outcome for one in attempts] == [Outcome.ANSWERED] * 9
    assert sorted(one.answer_status for one in attempts) == [202] * 8 + [503]
    assert [one["state"] for one in bodies].count("LOST") == 1
    assert bodies.count(bodies[0]) == 2, "the retry is Acme's own"


def test_it_is_played_and_judged_like_ours(tmp_path: Path) -> None:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("202 Accepted", [("Content-Length", "0")])
        return [b""]

    (tmp_path / "acme.yaml").write_text(SCENARIO)
    report = play(tmp_path / "acme.yaml", app, journals=tmp_path / "j", seed=1)
    assert {one.result for one in report.verdicts} == {Result.PASSED}
