"""`partnersim conform --explore` holds a receiver against random schedules, too, and tells of all in one report."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema

from simulator.authoring import parse_scenario
from simulator.documents import schema
from tests.acceptance.conftest import Answering, Command
from tests.receivers.small.small_receiver import small_receiver

RULES = ("conform", "--select", "ack/no-redirect", "--partner", "clevertap", "--no-confirm", "--seed", "28")


def test_a_flaw_that_no_chosen_rule_finds_is_found_by_exploring(
    tmp_path: Path, partnersim: Command, answering: Answering
) -> None:
    answering.rule = lambda body, _: 200 if body else 400  # a chunked one looks empty to it
    words = ("--explore", "1", "--json", "--report", "junit=j.xml", "--write-baseline", "known.yaml")
    told = partnersim(*RULES, "--to", answering.url, *words, "--badge", "b.svg")
    assert told.returncode == 1, told.stderr
    value = json.loads(told.stdout)
    jsonschema.validate(value, dict(schema("report").content))
    found = {one["rule"]: one["outcome"] for one in value["verdicts"]}
    assert found == {"ack/no-redirect": "passed", "explore/schedules": "failed"}
    assert value["verdicts"][1]["reproduce"] == f"partnersim run schedule-28-shrunk.yaml --to {answering.url}"
    assert "schedule-28-shrunk.yaml: 1 of " in value["verdicts"][1]["because"]
    (step,) = parse_scenario((tmp_path / "schedule-28-shrunk.yaml").read_text(), "schedule-28-shrunk.yaml").steps
    assert set(step.fault) == {"chunked"}
    assert "✗ explore/schedules" in told.stderr
    assert ET.parse(tmp_path / "j.xml").getroot().get("failures") == "1"
    assert ET.parse(tmp_path / "b.svg").getroot().get("aria-label") == "partnersim: 1/2 must"
    assert "explore" not in (tmp_path / "known.yaml").read_text()  # no rule that a baseline could know


def test_a_right_receiver_passes_and_nothing_is_written(tmp_path: Path, partnersim: Command) -> None:
    with small_receiver() as (_, file):
        (tmp_path / "receiver.yaml").write_text(file)
        done = partnersim(*RULES, "--receiver", "receiver.yaml", "--explore", "4", "-v")
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓ explore/schedules" in done.stdout
    assert sorted(one.name for one in tmp_path.iterdir()) == [".partnersim", "receiver.yaml"]


def test_the_help_names_it(partnersim: Command) -> None:
    assert "partnersim conform --receiver receiver.yaml --explore 20" in partnersim("conform", "--help").stdout
