"""The README says what is so."""

import re
from pathlib import Path

from simulator.cli import COMMANDS
from simulator.cli.demo_command import SCENARIOS
from simulator.faults import FAULTS
from simulator.model import Outcome
from simulator.providers import PROVIDERS
from simulator.resources import shipped_scenarios

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_scenario_it_shows_is_the_one_that_ships() -> None:
    assert (ROOT / "scenarios/clevertap/late-initiated.yaml").read_text(encoding="utf-8").rstrip() in README


def test_it_counts_the_scenarios_that_ship() -> None:
    assert f"names all that ship: {len(shipped_scenarios())} of them" in README


def test_the_demo_it_shows_plays_what_the_demo_plays() -> None:
    assert tuple(re.findall(r"^✓ (\S+)", README, flags=re.MULTILINE)) == SCENARIOS


def test_every_command_is_in_its_table_and_none_besides() -> None:
    rows = README.partition("## Commands")[2].partition("## ")[0]
    assert set(re.findall(r"`([a-z]+)", rows)) - {"help"} >= set(COMMANDS)
    assert set(re.findall(r"\$ partnersim ([a-z]+)\b", README)) <= set(COMMANDS)


def test_every_outcome_is_named() -> None:
    told = README.partition("An attempt ends as one of")[2].partition("\n\n")[0]
    for outcome in Outcome:
        assert outcome.partition(".")[2] in told if "." in outcome else f"`{outcome}`" in told


def test_the_readings_it_shows_are_listed_so() -> None:
    for provider in PROVIDERS.values():
        for reading in provider.readings.values():
            if f"{provider.name} {reading.name}:" in README:
                assert f"{provider.name} {reading.name}: {reading.question}" in README
                assert all(option.source in README for option in reading.options)


def test_the_files_it_links_to_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_fault_it_shows_exists() -> None:
    assert set(re.findall(r"fault: \{([a-z-]+):", README)) <= set(FAULTS)
