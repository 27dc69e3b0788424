"""`partnersim explain` tells of a rule as far as a person reads, whatever the rule holds."""

import json
from pathlib import Path

import pytest

from simulator.authoring import shipped_rules
from simulator.cli import run

RULE = """\
rule: ours/huge
level: must
sentence: A huge name is kept
source: "house rule: ours"
why: Because.
broken: By a bound.
mend: Have none.
played:
  reachfive:
    exports: {one: {}}
    timeline: {more: {event: finished, export: one, set: {note: HUGE}, valid: false}}
    expect: {each: {status: ack}}
    then: [{eventually: {of: one, name: HUGE}}]
"""


def test_a_huge_value_is_cut_wherever_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ours" / "huge.yaml"
    file.parent.mkdir()
    file.write_text(RULE.replace("HUGE", json.dumps("a huge name " * 400)))
    assert run(["explain", str(file)]) == 0
    told = capsys.readouterr().out
    assert len(told) < 5000
    assert "(4,802 characters)" in told  # of `set`


@pytest.mark.parametrize("name", shipped_rules())
def test_no_shipped_rule_fills_more_than_a_screen_or_two(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 90
    assert max(map(len, lines)) < 130
