"""`partnersim compare` says of a file that is no report what it is not, and where reports come from."""

import json
from pathlib import Path

import pytest

from simulator.cli import run
from simulator.documents import schema
from simulator.limits import DOCUMENT_BYTES


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("partnersim 0.1.0, seed 5, started 2026-11-21T20:46:00+00:00\n\n✓ a: b: c\n", "1:1", "Expecting value"),
        ('{"partnersim": "0.1.0",\n "seed": }', "2:10", "Expecting value"),
        ('{"partnersim": "0.1.0"', "1:23", "Expecting ',' delimiter"),
        ("", "1:1", "Expecting value"),
    ],
)
def test_what_is_no_json_is_told_by_its_place_its_reason_and_what_helps(
    text: str,
    place: str,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run1.txt").write_text(text, encoding="utf-8")
    assert run(["compare", "run1.txt", "run1.txt"]) == 2
    said = capsys.readouterr().err
    assert f"run1.txt:{place}: this is no JSON report of `conform`: {reason}\n" in said
    assert "compare takes what `partnersim conform --report json=FILE` writes" in said
    assert "mapping" not in said
    assert run(["compare", "run1.txt", "run1.txt", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["error"]["mistakes"][0]
    assert f"{told['line']}:{told['column']}" == place


@pytest.mark.parametrize("text", ["[" * 100_000, "[" + "9" * 5000 + "]", "\xff\xfe", "[" * (DOCUMENT_BYTES + 2)])
def test_odd_bytes_are_refused_all_the_same(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "odd.json"
    file.write_bytes(text.encode("latin-1"))
    assert run(["compare", str(file), str(file)]) == 2
    assert "odd.json" in capsys.readouterr().err


def test_the_schema_of_reports_is_still_what_json_is_held_against(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not schema("report").accepts({})
    file = tmp_path / "a.json"
    file.write_text("{}")
    assert run(["compare", str(file), str(file)]) == 2
    assert "`verdicts` is missing" in capsys.readouterr().err
