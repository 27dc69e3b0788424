"""What the table of partners promises about every partner in it."""

import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, get_args

import pytest

from simulator import documents
from simulator.errors import UsageError
from simulator.plug_ins import GROUP
from simulator.provider import Fact, Grade, Option, Provider
from simulator.providers import PROVIDERS, provider

EVERY = pytest.mark.parametrize("one", PROVIDERS.values(), ids=PROVIDERS.keys())


@EVERY
def test_every_fact_has_a_grade_and_says_who_says_so(one: Provider) -> None:
    facts = [*one.facts, *(event.fact for event in one.events.values())]
    assert len(facts) >= 15
    for fact in facts:
        assert fact.grade in get_args(Grade)
        assert fact.says.endswith(".")
        assert fact.source


@EVERY
def test_every_option_has_a_grade_and_a_source_and_is_chosen_by_its_name(one: Provider) -> None:
    for name, reading in one.readings.items():
        assert reading.name == name
        assert len({option.name for option in reading.options}) == len(reading.options) >= 2
        for option in reading.options:
            assert option.grade in get_args(Grade)
            assert option.source
            assert reading.choose(option.name) is option


@EVERY
def test_nothing_nobody_says_is_graded_as_documented(one: Provider) -> None:
    options = [option for reading in one.readings.values() for option in reading.options]
    graded: list[Fact | Option] = [*one.facts, *options]
    assert any(item.source.startswith("nobody says") for item in graded)
    assert {item.grade for item in graded if item.source.startswith("nobody says")} == {"assumed"}


@EVERY
def test_every_event_has_a_schema_and_every_example_fits_it(one: Provider) -> None:
    for name, event in one.events.items():
        assert event.name == name
        assert documents.schema(f"payloads/{event.schema}").content["type"] == "object"
    for name, example in one.examples.items():
        assert documents.schema(f"payloads/{one.events[name].schema}").accepts(dict(example))


@EVERY
def test_headers_say_what_is_sent_and_who_sends_it(one: Provider) -> None:
    headers = dict(one.headers)
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"partnersim/\d+\.\d+\.\d+\S*", headers["User-Agent"])
    assert headers["Accept"] == "*/*"


def test_the_first_option_of_every_reading_is_the_default() -> None:
    assert PROVIDERS["clevertap"].choices({})["google_name"] == "Google Cloud Storage"
    assert (
        PROVIDERS["clevertap"].choices({"google_name": "Google Cloud Platform (GCP)"})["google_name"].endswith("(GCP)")
    )


def test_options_stand_in_the_agreed_order() -> None:
    options = {
        f"{one.name}.{name}": [option.name for option in reading.options]
        for one in PROVIDERS.values()
        for name, reading in one.readings.items()
    }
    assert options == {
        "clevertap.request_id": ["number", "string", "large"],
        "clevertap.google_name": ["Google Cloud Storage", "Google Cloud Platform (GCP)"],
        "clevertap.amazon_name": ["Amazon S3", "AWS", "Amazon Web Services (AWS)"],
        "clevertap.type_word": ["Events", "events"],
        "clevertap.one_time_word": ["One Time", "One-time", "One time"],
        "clevertap.recurring_word": ["Every N Hours", "Recurring", "N Hours"],
        "clevertap.recurring_id": ["same", "new"],
        "clevertap.time_format": ["unpadded", "padded", "narrow-space", "lower-case"],
        "clevertap.zone": ["Asia/Kolkata", "UTC"],
        "clevertap.retry": ["none", "campaign-5s-2", "campaign-3s-1", "faq-1s-3x15s"],
        "reachfive.failed_word": ["FAILED", "FAILURE"],
        "reachfive.time_digits": ["milliseconds", "microseconds", "seconds"],
        "reachfive.job_type": ["export", "import"],
    }


@pytest.mark.parametrize(("wrong", "meant"), [("clevertop", "clevertap"), ("Reachfive", "reachfive")])
def test_an_unknown_partner_is_refused_with_a_suggestion(wrong: str, meant: str) -> None:
    with pytest.raises(UsageError, match=rf"no provider '{wrong}'(?s:.*)did you mean `{meant}`\?"):
        provider(wrong)


def test_an_unknown_partner_like_none_gets_the_list() -> None:
    with pytest.raises(UsageError, match="there are clevertap, reachfive"):
        provider("xyz")


def offer(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    point = EntryPoint(name="acme", value=value, group=GROUP)

    def entry_points(**chosen: Any) -> list[EntryPoint]:
        return [point] if chosen == {"group": "partnersim.providers", "name": "acme"} else []

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)


def test_what_is_offered_must_have_the_name_it_is_offered_under(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "simulator.providers.clevertap:CLEVERTAP")
    with pytest.raises(UsageError, match="calls itself 'clevertap'"):
        provider("acme")


def test_what_is_offered_must_be_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "simulator.providers.clevertap:SAMPLE")
    with pytest.raises(UsageError, match="is no Provider"):
        provider("acme")


def test_what_is_offered_and_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "no_such_module:ACME")
    with pytest.raises(UsageError, match="cannot be loaded from no_such_module:ACME"):
        provider("acme")


def test_importing_the_table_imports_nothing_heavy() -> None:
    heavy = "faker jsonschema jsonschema_rs orjson yaml flask click asyncio"
    code = f"import sys, simulator.providers; print(*(name for name in {heavy.split()} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert done.stdout.split() == []
