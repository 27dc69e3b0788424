"""`partnersim explain` tells of the checks of a load by the names that reports print."""

import signal
from pathlib import Path

import pytest

from simulator.authoring import receiver_at
from simulator.cli import run
from simulator.load.conducting import Load, _unjudged
from simulator.load.judging.promises import CHECKS
from simulator.load.judging.thresholds import NAMES
from simulator.load.orders import Orders
from simulator.model import Report
from simulator.runner.stop import Stop


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_of_a_load_says_what_is_promised_judged_and_usually_broken(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    sentence = CHECKS[name].sentence
    assert lines[:3] == [CHECKS[name].check, "", f"{sentence[0].upper()}{sentence[1:]}."]
    assert [line.split()[0] for line in lines if line and not line.startswith(" ")][2:] == ["judged", "usually"]
    assert max(map(len, lines)) <= 100


def test_so_does_a_threshold_on_what_it_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load/threshold/lost"]) == 0
    assert capsys.readouterr().out.startswith("load/kept\n")


def test_every_threshold_is_known_by_the_name_of_its_check() -> None:
    assert {f"load/threshold/{name}" for name in NAMES} < set(CHECKS)


def test_so_is_the_check_of_a_load_that_was_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    stop = Stop()
    stop.ask(signal.SIGINT)
    orders = Orders(scenarios=("one",), rate=1.0, seconds=1.0, seed=1, start="2026-01-05")
    load = Load(
        folder=Path(),
        orders=orders,
        told=orders,
        scenarios=(),
        receiver=receiver_at("http://127.0.0.1:1/"),
        environment={},
        judging=lambda _, __: Report(version="", started="", seed=1, plays=()),
    )
    (one,) = _unjudged(load, stop, "").verdicts
    assert run(["explain", one.check]) == 0
    assert one.sentence in capsys.readouterr().out.lower()


def test_the_rules_of_that_family_are_listed_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load"]) == 0
    assert "load/acknowledged-is-kept" in capsys.readouterr().out


def test_beside_them_stands_what_the_report_of_a_load_promises(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load"]) == 0
    told = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("load/")]
    assert set(told) == {"load/acknowledged-is-kept", *(name for name in CHECKS if name.count("/") == 1)} - {
        "load/judged"
    }


def test_a_name_that_no_report_has_is_told_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load/thrice"]) == 2
    assert "see: partnersim explain load, or partnersim list rules" in capsys.readouterr().err


def test_one_that_is_misspelled_is_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "load/keept"]) == 2
    assert "load/kept" in capsys.readouterr().err
    assert run(["explain", "load/threshold/losst"]) == 2
    assert "did you mean `load/threshold/lost`" in capsys.readouterr().err
    assert run(["explain", "load/threshold/no-such"]) == 2
