"""The README says what is so."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.authoring import load_scenario, parse_receiver, receiver_at
from simulator.cli import COMMANDS, run
from simulator.cli.demo_command import SCENARIOS
from simulator.faults import FAULTS
from simulator.load.judging.thresholds import NAMES
from simulator.model import Outcome
from simulator.resources import shipped_scenarios
from simulator.timeline import Timeline, plan

START = datetime(2026, 1, 5, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scenario_it_shows_is_the_one_that_ships() -> None:
    assert (ROOT / "scenarios/clevertap/late-initiated.yaml").read_text(encoding="utf-8").rstrip() in README


def test_it_counts_the_scenarios_that_ship() -> None:
    assert f"names all that ship: {len(shipped_scenarios())} of them" in README


def test_the_scenarios_whose_ids_it_calls_fixed_have_the_same_ids_in_every_run_and_no_other_has_any_again() -> None:
    told = README.partition("Ids are fresh in every run")[2].partition("whose ids are to be just these")[0]
    receiver = receiver_at("http://127.0.0.1/")
    fixed = set()
    for name in shipped_scenarios():
        scenario = load_scenario(name)
        first, second = (_ids(plan(scenario, receiver, seed=seed, start=START)) for seed in (1, 2))
        assert scenario.seed is None, name  # else no run would draw one
        if first & second:
            assert first == second, name
            fixed.add(name)
    assert fixed == set(re.findall(r"`([a-z]+/[a-z-]+)`", told))


def _ids(timeline: Timeline) -> set[str]:
    """Of what speaks of an export: not of what is broken, nor of the console's own test, which is always the same."""
    return {delivery.id for delivery in timeline if delivery.id and delivery.valid and delivery.event != "test"}


def test_the_demo_it_shows_plays_what_the_demo_plays() -> None:
    shown = README.partition("$ make demo")[2].partition("```")[0]
    assert tuple(re.findall(r"^✓ (\S+)", shown, flags=re.MULTILINE)) == SCENARIOS


def test_whoever_copies_its_receiver_file_loosens_nothing_and_takes_nothing_for_granted() -> None:
    text = README.partition("## A receiver file\n\n```yaml\n")[2].partition("```")[0]
    receiver = parse_receiver(text, "README.md", {"RECEIVER_TOKEN": "x"})
    plain = parse_receiver("receiver: x\nendpoints: {clevertap: {url: 'http://127.0.0.1/'}}\n", "x", {})
    for name in ("acknowledges", "supports", "words", "start"):
        assert getattr(receiver, name) == getattr(plain, name)
        assert f"# {name}: " in text
    assert {(one.timeout, one.headers) for one in receiver.endpoints.values()} == {
        (one.timeout, one.headers) for one in plain.endpoints.values()
    }
    whole = parse_receiver(re.sub(r"^# ", "", text, flags=re.MULTILINE), "README.md", {"RECEIVER_TOKEN": "x"})
    assert (whole.supports, whole.words) == ({"account_in_india": True}, {"Completed": ("done", "finished")})


def test_every_command_is_in_its_table_and_none_besides() -> None:
    table = README.partition("\n## Commands\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([a-z]+)", row.split(" | ")[0])]
    assert sorted(named) == sorted(COMMANDS)


def test_every_command_line_it_shows_begins_with_a_command() -> None:
    shown = re.findall(r"\$ partnersim (\S+)", README)
    assert shown
    assert set(shown) <= set(COMMANDS)


def test_every_outcome_is_named() -> None:
    told = README.partition("An attempt ends as one of")[2].partition("\n\n")[0]
    for outcome in Outcome:
        assert outcome.partition(".")[2] in told if "." in outcome else f"`{outcome}`" in told


def test_the_readings_it_shows_are_listed_so(capsys: pytest.CaptureFixture[str]) -> None:
    block = README.partition("$ partnersim list readings\n")[2].partition("```")[0]
    shown = [part.strip("…\n") for part in block.split("\n\n")]
    assert run(["list", "readings"]) == 0
    listed = capsys.readouterr().out.strip().split("\n\n")
    assert len(shown) >= 3
    assert [part for part in shown if part not in listed] == []


def test_the_fault_it_shows_exists() -> None:
    shown = re.findall(r"fault: \{([a-z-]+):", README)
    assert shown
    assert set(shown) <= set(FAULTS)


def test_every_name_that_a_threshold_of_a_load_can_have_is_told() -> None:
    told = README.partition("Thresholds are on")[2].partition(". ")[0]
    before, _, behind = told.partition(" with ")
    first, second = re.findall(r"`(\w+)`", before), re.findall(r"`(_\w+)`", behind)
    spread = {one for one in NAMES if "_p" in one or one.endswith("_max")}
    assert {one + share for one in first[-2:] for share in second} == spread
    assert set(first[:-2]) == set(NAMES) - spread
