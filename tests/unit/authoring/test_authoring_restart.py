"""`restart` of a scenario, and of what a rule plays."""

import pytest

from simulator.authoring import parse_rule, parse_scenario
from simulator.errors import DocumentError

SCENARIO = "scenario: Killed\nprovider: clevertap\nexports: {one: {}}\n"
RULE = """\
rule: cut/mine
level: should
sentence: It comes back
source: "house rule: ours"
why: Because we say so.
broken: Somehow.
mend: Otherwise.
needs: [probe, start]
alone: true
played:
  clevertap:
    exports:
      one: {}
    restart: {at: 10m}
"""


def complaint(text: str, source: str = "mine.yaml") -> tuple[int, str, str]:
    with pytest.raises(DocumentError) as caught:
        (parse_rule if text.startswith("rule") else parse_scenario)(text, source)
    (mistake,) = caught.value.mistakes
    return mistake.line, mistake.message, mistake.remedy


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("10m", 600.0), ("0s", 0.0), ('"2026-01-05T01:00:00"', 3600.0)],
)
def test_it_is_a_moment_of_the_story(written: str, seconds: float) -> None:
    clock = 'clock: {start: "2026-01-05T00:00:00"}\n'
    assert parse_scenario(f"{SCENARIO}{clock}restart: {{at: {written}}}\n", "mine.yaml").restart == seconds


def test_without_it_the_receiver_is_left_alone() -> None:
    assert parse_scenario(SCENARIO, "mine.yaml").restart is None


@pytest.mark.parametrize("written", ["{}", "{at: soon}", "10m", "{at: 10m, often: 2}"])
def test_anything_else_is_a_mistake_in_its_line(written: str) -> None:
    line, *_ = complaint(f"{SCENARIO}restart: {written}\n")
    assert line == 4


def test_a_rule_restarts_what_it_plays() -> None:
    assert parse_rule(RULE, "cut/mine.yaml").played["clevertap"].restart == 600.0


def test_a_rule_that_restarts_and_is_not_alone_is_refused() -> None:
    line, message, remedy = complaint(RULE.replace("alone: true\n", ""), "cut/mine.yaml")
    assert (line, "beside other rules" in message, remedy) == (13, True, "add: alone: true")


@pytest.mark.parametrize("needs", ["", "needs: [probe]\n"])
def test_a_rule_that_restarts_and_does_not_need_start_is_refused(needs: str) -> None:
    _, message, remedy = complaint(RULE.replace("needs: [probe, start]\n", needs), "cut/mine.yaml")
    assert "how the receiver is started" in message
    assert "`needs`" in remedy
