"""`partnersim explain` tells of the checks of a load by the names that reports print."""

import pytest

from simulator.cli import run
from simulator.load.promises import CHECKS


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_of_a_load_says_what_is_promised_judged_and_usually_broken(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    sentence = CHECKS[name].sentence
    assert lines[:3] == [name, "", f"{sentence[0].upper()}{sentence[1:]}."]
    assert [line.split()[0] for line in lines if line and not line.startswith(" ")][2:] == ["judged", "usually"]
    assert max(map(len, lines)) <= 100


def test_so_does_a_threshold_on_what_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load/threshold/lost"]) == 0
    assert capsys.readouterr().out.startswith("load/kept\n")


def test_the_rules_of_that_family_are_listed_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load"]) == 0
    assert "load/acknowledged-is-kept" in capsys.readouterr().out


def test_one_that_is_misspelled_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load/keept"]) == 2
    assert "load/kept" in capsys.readouterr().err
    assert run(["explain", "load/threshold/ack_p99"]) == 2
