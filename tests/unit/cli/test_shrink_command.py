"""What `partnersim shrink` says and writes of what a search came to, and the exit code that it leaves with."""

from pathlib import Path

import pytest

import simulator.exploring
from simulator.cli import run
from simulator.exploring import Effort, Shrunk, Spent, Steady

SHRINK = ["shrink", "clevertap/one-time-export", "--to", "http://127.0.0.1:8000/hook"]


def comes_to(made: Shrunk | Steady, monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Effort]:
    """No search, but what it comes to; gives what it was allowed."""
    allowed: list[Effort] = []

    def shrink(*_: object, effort: Effort, **__: object) -> Shrunk | Steady:
        allowed.append(effort)
        return made

    monkeypatch.setattr(simulator.exploring, "shrink", shrink)
    monkeypatch.chdir(folder)
    return allowed


def smaller(*, sure: bool, stopped: str = "") -> Shrunk:
    return Shrunk(
        text="scenario: Small\n",
        check="then/1-never",
        because="so it was",
        was="then/3-never",
        before=31,
        spent=Spent(3, 4, 5.0, 2),
        sure=sure,
        stopped=stopped,
    )


def test_a_search_that_ended_early_says_so_and_writes_where_it_was_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    allowed = comes_to(smaller(sure=False, stopped="3 tries were allowed"), monkeypatch, tmp_path)
    bounds = ["--runs", "1/3", "--max-tries", "3", "--within", "2m", "--patience", "3s"]
    assert run([*SHRINK, *bounds, "--output", "small.yaml"]) == 0
    assert allowed == [Effort(fails=1, plays=3, tries=3, within=120.0, patience=3.0)]
    assert (tmp_path / "small.yaml").read_text() == "scenario: Small\n"
    told = capsys.readouterr().out
    assert "small.yaml: 2 of 31 deliveries are left" in told
    assert "the search ended early (3 tries were allowed)" in told
    assert "it was not made sure of" in told
    assert "partnersim run small.yaml --to http://127.0.0.1:8000/hook --patience 3" in told


def test_one_that_was_sure_says_no_more_and_takes_no_name_that_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comes_to(smaller(sure=True), monkeypatch, tmp_path)
    (tmp_path / "one-time-export-shrunk.yaml").write_text("mine")
    assert run(SHRINK) == 0
    told = capsys.readouterr().out
    assert "ended early" not in told
    assert "not made sure" not in told
    assert "one-time-export-shrunk-2.yaml: 2 of 31" in told
    assert (tmp_path / "one-time-export-shrunk.yaml").read_text() == "mine"


def test_what_fails_too_seldom_is_no_pass_and_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    comes_to(Steady(plays=3, fails=2, failed={"then/1-never": 1}), monkeypatch, tmp_path)
    assert run([*SHRINK, "--runs", "2/3"]) == 4
    assert "does not fail 2 times of 3: 3 plays, and then/1-never failed 1 times" in capsys.readouterr().out
    assert not [*tmp_path.iterdir()]
