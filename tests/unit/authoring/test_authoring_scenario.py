"""Scenario files become scenarios: times in seconds, names that lead somewhere, references filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator import resources
from simulator.authoring import expanded, kind_of, load_scenario, parse_scenario
from simulator.clock import Scale
from simulator.errors import DocumentError, UsageError
from simulator.scenario import Claim, Expectation, Repeat, Scenario, Webhook

CONTRACT = """
scenario: A four-hourly export runs for a day, and one Completed comes three times at once
provider: clevertap
seed: 42
clock: {start: "2026-01-05T00:00:00+05:30", scale: 1h=1s}
readings: {recurring_id: same}
webhook: {timeout: 5s, headers: {X-Env: ci}}
exports:
  nightly: {partner: Amazon S3, frequency: every 4 hours, runs: 6, takes: 9m20s}
timeline:
  start:  {at: 0s,  event: initiated, export: nightly}
  done:   {at: 10m, event: completed, export: nightly, repeat: {count: 3, spacing: 0s}}
  stale:  {at: 5m, deliver_at: 6h, event: initiated, export: nightly}
  cut:    {at: 4h, event: initiated, export: nightly, fault: {truncate: 60%}}
  odd:    {at: 5h, event: completed, export: nightly, set: {Status: Failed}, remove: [Type], body: null}
expect:
  each: {status: ack, within: 2s}
  cut:  {status: any}
then:
  - eventually: {probe: export, of: nightly, status: Completed, within: 30s}
  - never:      {probe: export, of: nightly, goes: [Completed, Initiated]}
  - invariant:  repeats-change-nothing
load: {rate: 500/s, for: 60s, mix: {repeat: 5%, stale: 2%, malformed: 1%}, thresholds: {ack_p99: 200ms, lost: 0}}
"""


def scenario(more: str = "", provider: str = "clevertap") -> Scenario:
    return parse_scenario(f"scenario: s\nprovider: {provider}\n{more}", "a.yaml")


def complaint(more: str, provider: str = "clevertap") -> str:
    with pytest.raises(DocumentError) as caught:
        scenario(more, provider)
    return str(caught.value)


def test_the_contracts_own_example_is_read_to_the_letter() -> None:
    made = parse_scenario(CONTRACT, "contract.yaml")
    assert (made.seed, made.start, made.scale) == (42, "2026-01-05T00:00:00+05:30", Scale(3600.0))
    assert made.readings == {"recurring_id": "same"}
    assert made.webhook == Webhook(timeout=5.0, headers=(("X-Env", "ci"),))
    (nightly,) = made.exports
    assert (nightly.at, nightly.runs, nightly.takes, nightly.emits, nightly.id) == (0.0, 6, 560.0, None, None)
    assert nightly.traits == {"partner": "Amazon S3", "frequency": "every 4 hours"}
    start, done, stale, cut, odd = made.steps
    assert (start.at, start.deliver_at, start.repeat) == (0.0, None, Repeat())
    assert done.repeat == Repeat(count=3, spacing=0.0)
    assert (stale.at, stale.deliver_at) == (300.0, 21600.0)
    assert cut.fault == {"truncate": "60%"}
    assert (odd.set, odd.remove, odd.body and odd.body.data) == ({"Status": "Failed"}, ("Type",), b"")
    assert made.expectations == (
        Expectation(name="each", status=("ack",), within=2.0),
        Expectation(name="cut", status=("any",)),
    )
    assert made.claims == (
        Claim(kind="eventually", number=1, of="nightly", wants={"status": "Completed"}, window=30.0),
        Claim(kind="never", number=2, of="nightly", goes=("Completed", "Initiated"), window=1.0),
        Claim(kind="invariant", number=3, invariant="repeats-change-nothing"),
    )
    assert made.load["rate"] == "500/s"
    assert made.text == CONTRACT


def test_what_is_left_out_has_its_default() -> None:
    made = scenario("exports: {nightly: {}}\ntimeline: {once: {event: completed}}")
    assert (made.seed, made.start, made.scale, made.webhook, made.claims) == (None, None, None, Webhook(), ())
    (export,), (step,) = made.exports, made.steps
    assert (export.at, export.runs, export.takes, export.count, export.apart) == (0.0, 1, 560.0, 1, 0.0)
    assert (step.export, step.run, step.at, step.body, step.valid, step.credentials) == (
        "",
        1,
        None,
        None,
        True,
        "right",
    )
    assert made.expectations == (Expectation(name="each"),)


def test_an_empty_expect_expects_nothing() -> None:
    assert scenario("exports: {nightly: {}}\nexpect: {}").expectations == ()


def test_emits_nothing_is_not_emits_all() -> None:
    assert scenario("exports: {nightly: {emits: []}}").exports[0].emits == ()


@dataclass(frozen=True)
class At:
    written: str
    seconds: float
    start: str = "2026-01-05T00:00:00"
    zone: str = "Asia/Kolkata"


@pytest.mark.parametrize(
    "case",
    [
        At("10m", 600),
        At("90", 90),
        At("2026-01-05T00:10:00", 600),
        At("2026-01-05 00:10:00.5", 600.5),
        At("2026-01-06", 86400),
        At("2026-01-04T18:40:00Z", 600),
        At("2026-01-05T00:10:00+05:30", 600),
        At("2026-01-05T06:00:00", 1800, start="2026-01-05T00:00:00Z"),
        At("2026-03-29T04:00:00", 3 * 3600, start="2026-03-29T00:00:00", zone="Europe/Berlin"),
    ],
    ids=lambda case: case.written,
)
def test_a_story_time_becomes_seconds_from_the_start(case: At) -> None:
    more = f'clock: {{start: "{case.start}"}}\nreadings: {{zone: {case.zone}}}\n'
    made = scenario(
        f'{more}timeline: {{a: {{event: completed, at: {case.written}, deliver_at: "{case.written}"}}}}'
        if not case.written.isdigit()
        else f"{more}timeline: {{a: {{event: completed, at: {case.written}}}}}"
    )
    assert made.steps[0].at == case.seconds


def test_times_without_offset_are_in_utc_for_a_partner_without_an_account_zone() -> None:
    made = scenario(
        "clock: {start: 2026-01-05T00:00:00+05:30}\nexports: {job: {at: 2026-01-05T00:00:00}}", provider="reachfive"
    )
    assert made.exports[0].at == 5.5 * 3600


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("null", b""),
        ("''", b""),
        ("not json", b"not json"),
        ('\'{"a": "\\u00e9"}\'', b'{"a": "\\u00e9"}'),
        ("é", "é".encode()),
        ("5", b"5"),
        ("true", b"true"),
        ("[1, é]", '[1,"é"]'.encode()),
        ("{b: 1, a: null}", b'{"b":1,"a":null}'),
        ("{base64: /wA=}", b"\xff\x00"),
        ("{base64: /wA=, more: 1}", b'{"base64":"/wA=","more":1}'),
        ("[123456789012345678901234567890]", b"[123456789012345678901234567890]"),
    ],
)
def test_a_body_is_these_very_bytes(written: str, data: bytes) -> None:
    body = scenario(f"timeline: {{a: {{event: completed, valid: false, body: {written}}}}}").steps[0].body
    assert body is not None
    assert body.data == data


@pytest.mark.parametrize(
    ("written", "status"),
    [("ack", ("ack",)), ("200", ("200",)), ("'200'", ("200",)), ("2xx", ("2xx",)), ("[200, 4xx]", ("200", "4xx"))],
)
def test_statuses_become_texts(written: str, status: Sequence[str]) -> None:
    made = scenario(f"exports: {{a: {{}}}}\nexpect: {{each: {{status: {written}}}}}")
    assert made.expectations[0].status == tuple(status)


def test_the_case_of_a_frequency_is_free() -> None:
    assert scenario("exports: {a: {frequency: EVERY 12 hours, runs: 2}}").exports[0].runs == 2


@pytest.mark.parametrize("name", ["each", "many", "many.completed", "lone", "lone.initiated", "done"])
def test_expectations_name_steps_exports_and_their_events(name: str) -> None:
    made = scenario(
        "exports: {many: {count: 3}, lone: {emits: [initiated]}}\n"
        f"timeline: {{done: {{event: completed, export: many-2}}}}\nexpect: {{{name}: {{status: any}}}}"
    )
    assert made.expectations[0].name == name


@pytest.mark.parametrize("name", ["many-4", "many-0", "many-01", "many-x", "lone-1", "lone.completed"])
def test_a_name_that_no_delivery_has_is_a_mistake(name: str) -> None:
    more = f"exports: {{many: {{count: 3}}, lone: {{emits: [initiated]}}}}\nexpect: {{{name}: {{status: any}}}}"
    assert f"no step or export is named `{name}`" in complaint(more)


@pytest.mark.parametrize("name", ["many-1", "many-3", "many"])
def test_claims_speak_of_one_or_all_of_several_exports(name: str) -> None:
    made = scenario(f"exports: {{many: {{count: 3}}}}\nthen: [eventually: {{of: {name}, status: Completed}}]")
    assert made.claims[0].of == name


@pytest.mark.parametrize("name", ["many-0", "many-4", "many-04", "other-1"])
@pytest.mark.parametrize(
    "more", ["timeline: {{done: {{event: completed, export: {}}}}}", "then: [never: {{of: {}, status: Failed}}]"]
)
def test_steps_and_claims_cannot_name_one_more_than_there_are(name: str, more: str) -> None:
    assert f"there is no export `{name}`" in complaint(f"exports: {{many: {{count: 3}}}}\n{more.format(name)}")


def test_values_that_claims_want_keep_their_types() -> None:
    wants = (
        scenario("exports: {a: {}}\nthen: [eventually: {effects: 1, at: '2026', runs: [1, 2], own: true, none: null}]")
        .claims[0]
        .wants
    )
    assert wants == {"effects": 1, "at": "2026", "runs": [1, 2], "own": True, "none": None}


REFERENCES = """webhook:
  authorization: Bearer ${env:TOKEN}
  headers: {X-Env: ci, X-Key: "${env:KEY}"}
exports: {a: {}}
"""


def test_references_stay_as_written_until_they_are_expanded() -> None:
    made = scenario(REFERENCES)
    assert made.webhook.authorization == "Bearer ${env:TOKEN}"
    whole, secrets = expanded(made, {"TOKEN": "t-1234", "KEY": "k-1234", "OTHER": "unused"})
    assert whole.webhook.authorization == "Bearer t-1234"
    assert whole.webhook.headers == (("X-Env", "ci"), ("X-Key", "k-1234"))
    assert whole.text == made.text
    assert set(secrets) == {"Bearer t-1234", "t-1234", "k-1234"}


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"KEY": "k"}, "a.yaml:4:18: the environment has no variable `TOKEN`"),
        ({"KEY": "k", "TOKEN": "canary\r\nX-Evil: 1"}, "a.yaml:4:18: the value of `TOKEN` cannot be sent"),
        ({"KEY": "", "TOKEN": "t"}, "a.yaml:5:31: the value of `KEY` cannot be sent"),
    ],
)
def test_a_reference_that_cannot_be_filled_in_is_placed(env: dict[str, str], words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        expanded(scenario(REFERENCES), env)
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


def test_without_a_webhook_nothing_is_expanded_or_secret() -> None:
    made = scenario("exports: {a: {}}")
    assert expanded(made, {}) == (made, ())


def test_every_scenario_that_ships_loads_by_name_and_by_path() -> None:
    for name, path in resources.shipped_scenarios().items():
        by_name, by_path = load_scenario(name), load_scenario(str(path))
        assert by_name.source == name
        assert by_path.source == str(path)
        assert by_name.exports == by_path.exports


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clevertap/one-time-exprt", "did you mean `clevertap/one-time-export`"),
        ("missing.yaml", "there is no scenario file `missing.yaml`"),
        ("some/where.json", "there is no scenario file `some/where.json`"),
        ("", "there is no scenario ``"),
        ("clevertap", "there is no scenario `clevertap`"),
        ("a\0b", "there is no scenario"),
        ("x" * 5000, "there is no scenario"),
    ],
)
def test_a_scenario_that_is_not_there_is_named(name: str, words: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        load_scenario(name)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_folders_and_binary_files_are_no_scenarios(tmp_path: Path) -> None:
    folder, binary, whole = tmp_path / "a.yaml", tmp_path / "b.yaml", tmp_path / "c"
    folder.mkdir()
    binary.write_bytes(b"\x7fELF\0\0")
    whole.write_text("scenario: s\nprovider: clevertap\nexports: {a: {}}\n")
    with pytest.raises(UsageError, match="is a folder"):
        load_scenario(str(folder))
    with pytest.raises(UsageError, match="is a binary file"):
        load_scenario(str(binary))
    assert load_scenario(str(whole)).title == "s"


def test_a_folder_named_like_a_shipped_scenario_does_not_hide_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clevertap" / "one-time-export").mkdir(parents=True)
    assert load_scenario("clevertap/one-time-export").provider == "clevertap"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("receiver: a\nendpoints: {}\n", "receiver"),
        ("endpoints: {}\n", "receiver"),
        ("scenario: a\nprovider: b\n", "scenario"),
        ('{"receiver": "a"}', "receiver"),
        ("known: []\n", "baseline"),
        ('{"known": []}', "baseline"),
        ("scenario: a\nknown: []\n", "scenario"),
        ("played: {}\nknown: []\n", "rule"),
        ("{broken", "scenario"),
        ("", "scenario"),
    ],
)
def test_what_kind_a_file_is_shows_in_its_own_words(text: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)
    assert kind_of(str(file)) == kind
