"""`partnersim explain` and `partnersim list rules` know rules of one's own and families of rules."""

import json
from pathlib import Path

import pytest

from simulator.authoring import shipped_rules
from simulator.cli import run
from tests.acceptance.own_rule import OWN

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs: `own/house/two-formats.yaml`, a rule of the family `house`."""
    file = tmp_path / "own" / "house" / "two-formats.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(OWN.format(name="house/two-formats", level="should", status=204))
    monkeypatch.chdir(tmp_path)
    return file


def test_a_rule_of_ones_own_is_explained_by_its_name_and_by_its_file(capsys: Said) -> None:
    assert run(["explain", "house/two-formats", "--rules", "own"]) == 0
    by_name = capsys.readouterr().out
    assert by_name.startswith("house/two-formats (should)\n\nAn alert is answered with 204.\n")
    assert run(["explain", "own/house/two-formats.yaml"]) == 0
    assert capsys.readouterr().out == by_name


def test_a_shipped_rule_is_explained_beside_ones_own(capsys: Said) -> None:
    assert run(["explain", "auth/absent", "--rules", "own"]) == 0
    assert capsys.readouterr().out.startswith("auth/absent (must)\n")


def test_who_names_a_rule_that_does_not_ship_hears_where_ones_own_are_looked_for(capsys: Said) -> None:
    assert run(["explain", "house/two-formats"]) == 2
    assert "for a rule of your own, name its file, or its folder with --rules" in capsys.readouterr().err
    assert run(["explain", "house/two-format", "--rules", "own"]) == 2
    said = capsys.readouterr().err
    assert "did you mean `house/two-formats`?" in said
    assert "see: partnersim list rules --rules own" in said


def test_a_family_is_explained_by_the_rules_that_it_has(capsys: Said) -> None:
    assert run(["explain", "repeats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("repeats/")] == [
        name for name in shipped_rules() if name.startswith("repeats/")
    ]
    assert lines[-1] == "partnersim explain RULE says more of one"
    assert run(["explain", "house", "--rules", "own"]) == 0
    assert "house/two-formats  should  clevertap: An alert is answered with 204\n" in capsys.readouterr().out


def test_a_word_that_is_a_check_and_a_family_is_both(capsys: Said) -> None:
    assert run(["explain", "ack"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ack\n\n")
    assert "\nack/exactly-200 " in said


def test_ones_own_rules_are_listed_among_those_that_ship(capsys: Said) -> None:
    assert run(["list", "rules", "--rules", "own", "--json"]) == 0
    names = [one["name"] for one in json.loads(capsys.readouterr().out)]
    assert names == sorted([*shipped_rules(), "house/two-formats"])


def test_rules_of_ones_own_are_listed_with_rules_only(capsys: Said) -> None:
    assert run(["list", "faults", "--rules", "own"]) == 2
    assert "--rules goes with `list rules`" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["list", "rules"], ["explain", "auth/absent"]])
def test_a_name_that_is_taken_is_refused_as_conform_does(command: list[str], house: Path, capsys: Said) -> None:
    taken = house.parents[1] / "auth" / "absent.yaml"
    taken.parent.mkdir()
    taken.write_text(OWN.format(name="auth/absent", level="must", status=204))
    assert run([*command, "--rules", "own"]) == 2
    assert "there is a rule 'auth/absent' already, among those that ship" in capsys.readouterr().err
