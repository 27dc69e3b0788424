"""`partnersim validate` knows a baseline, and says its mistakes with line, column and remedy."""

import json
from pathlib import Path

import pytest

from simulator.authoring import kind_of
from simulator.cli import run

OWN = """\
rule: ours/kept
level: must
sentence: An alert is acknowledged
source: "house rule: ours"
why: Because.
broken: By another answer.
mend: Answer so.
played:
  clevertap:
    exports: {one: {}}
    expect: {each: {status: ack}}
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_right_baseline_is_called_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("known.yaml").write_text("known:\n  - {rule: repeats/at-once, reason: later}\n")
    Path("none.yaml").write_text("known: []\n")
    Path("known.json").write_text('{"known": [{"rule": "repeats/at-once", "reason": "later"}]}')
    assert run(["validate", "known.yaml", "none.yaml", "known.json"]) == 0
    told = capsys.readouterr().out
    assert [f"ok  {name}  (baseline)" in told for name in ("known.yaml", "none.yaml", "known.json")] == [True] * 3


@pytest.mark.parametrize(
    ("entry", "place", "said"),
    [
        ("rule: repeats/at-onec, reason: r", "known.yaml:2:12", "did you mean `repeats/at-once`?"),
        ("rule: repeats/at-once, reason: r, until: 2026-02-30", "known.yaml:2:47", "is not in the calendar"),
        ("rule: repeats/at-once", "known.yaml:2:5", "`reason` is missing"),
    ],
)
def test_its_mistakes_are_said_with_line_and_column(
    entry: str, place: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("known.yaml").write_text(f"known:\n  - {{{entry}}}\n")
    assert run(["validate", "known.yaml", "--json"]) == 2
    heard = capsys.readouterr()
    assert f"{place}: " in heard.err
    assert said in heard.err
    (file,) = json.loads(heard.out)["files"]
    (mistake,) = file["mistakes"]
    assert f"{file['file']}:{mistake['line']}:{mistake['column']}" == place


def test_rules_of_ones_own_are_known_where_they_are_named_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules/ours").mkdir(parents=True)
    Path("rules/ours/kept.yaml").write_text(OWN)
    Path("rules/ours/wrong.yaml").write_text("rule: ours/wrong\n")
    Path("known.yaml").write_text("known:\n  - {rule: ours/kept, reason: later}\n")
    assert run(["validate", "known.yaml"]) == 2
    assert "there is no rule `ours/kept`" in capsys.readouterr().err
    assert run(["validate", "known.yaml", "rules/ours/kept.yaml"]) == 0
    assert run(["validate", "known.yaml", "rules"]) == 2
    heard = capsys.readouterr()
    assert "ok  known.yaml  (baseline)" in heard.out
    assert "2 wrong" not in heard.out


def test_a_scenario_stays_one_and_so_does_a_file_of_nothing() -> None:
    for text in ("scenario: known\nknown: 1\n", "", "{", "- known\n", "  known:\n"):
        Path("one.yaml").write_text(text)
        assert kind_of("one.yaml") == "scenario"
