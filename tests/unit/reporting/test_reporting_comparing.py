"""Two reports side by side: worse is what passed and fails now, and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from simulator.model import Level, Play, Report, Result, Verdict
from simulator.reporting import json_report
from simulator.reporting.comparing import compared, rules_of
from simulator.reporting.text.comparison import render

Plays = Callable[..., Play]
Reports = Callable[..., Report]
Told = Callable[..., dict[str, Any]]

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE
GROUPS = ("worse", "better", "different", "only_a", "only_b")


@pytest.fixture
def report(a_play: Plays, a_report: Reports) -> Told:
    """The JSON value of a report: name of a rule → result, or (result, level); with a partner, `name@partner`."""

    def made(rules: dict[str, Any], origin: str = "rules/{}", **more: Any) -> dict[str, Any]:
        plays = []
        for key, value in rules.items():
            name, _, partner = key.partition("@")
            result, level = value if isinstance(value, tuple) else (value, "must")
            partner = partner or "clevertap"
            source = f"{origin.format(name)}@{partner}"
            verdict = Verdict(check=name, result=result, because=f"why {name}", level=level, scenario=source)
            plays.append(a_play(verdict, source=source, provider=partner))
        told: dict[str, Any] = json.loads(json_report.render(a_report(*plays, **more)))
        return told

    return made


def groups(found: dict[str, Any]) -> dict[str, list[str]]:
    return {name: [f"{one['rule']}@{one['partner']}" for one in found[name]] for name in GROUPS if found[name]}


@pytest.mark.parametrize("level", ["must", "should", "may"])
@pytest.mark.parametrize("before", list(Result))
@pytest.mark.parametrize("after", list(Result))
def test_worse_is_only_what_passed_and_fails_now(before: Result, after: Result, level: Level, report: Told) -> None:
    found = compared(report({"a/b": (before, level)}), report({"a/b": (after, level)}))
    scored = level != "may"
    kinds = {(PASSED, FAILED): "worse", (FAILED, PASSED): "better"} if scored else {}
    kind = "" if before is after else kinds.get((before, after), "different")
    assert groups(found) == ({kind: ["a/b@clevertap"]} if kind else {})
    assert found["exit_code"] == (1 if kind == "worse" else 0)


def test_a_change_says_how_it_was_how_it_is_and_why(report: Told) -> None:
    found = compared(report({"a/b": PASSED}), report({"a/b": (FAILED, "should")}))
    words = {"rule": "a/b", "partner": "clevertap", "level": "should"}
    assert found["worse"] == [words | {"a": "passed", "b": "failed", "because": "why a/b"}]


def test_rules_of_one_report_only_are_told_and_make_nothing_worse(report: Told) -> None:
    found = compared(report({"a/b": PASSED, "a/gone": PASSED}), report({"a/b": PASSED, "a/new": FAILED}))
    assert groups(found) == {"only_a": ["a/gone@clevertap"], "only_b": ["a/new@clevertap"]}
    assert found["only_b"][0]["outcome"] == "failed"
    assert found["exit_code"] == 0


def test_each_partner_is_compared_with_itself(report: Told) -> None:
    before = report({"a/b@clevertap": PASSED, "a/b@reachfive": FAILED})
    after = report({"a/b@clevertap": FAILED, "a/b@reachfive": PASSED})
    assert groups(compared(before, after)) == {"worse": ["a/b@clevertap"], "better": ["a/b@reachfive"]}


def test_families_are_counted_side_by_side(report: Told) -> None:
    before = report({"a/1": PASSED, "a/2": FAILED, "a/3": NOT, "a/4": (PASSED, "should"), "b/1": (PASSED, "may")})
    found = compared(before, report({"a/1": UNCLEAR, "c/1": PASSED}))
    assert found["families"] == [
        {"family": "a", "a": {"must": [1, 2], "should": [1, 1]}, "b": {"must": [0, 1]}},
        {"family": "b", "a": {}, "b": {}},
        {"family": "c", "a": {}, "b": {"must": [1, 1]}},
    ]
    assert (found["a"]["deliveries"], found["b"]["deliveries"]) == (10, 4)


@pytest.mark.parametrize("other", ["/else/where/{}.yaml", "{}.yml", "C:\\rules\\{}.yaml"])
def test_a_rule_is_known_by_its_name_wherever_its_file_lies(other: str, report: Told) -> None:
    assert groups(compared(report({"a/b": PASSED}), report({"a/b": FAILED}, other))) == {"worse": ["a/b@clevertap"]}


def test_a_report_of_scenarios_has_no_rules(full_report: Report) -> None:
    assert rules_of(json.loads(json_report.render(full_report))) == {}


def test_people_read_what_became_worse_first(report: Told) -> None:
    before = report({"a/b": PASSED, "a/c": FAILED, "a/d": (PASSED, "should"), "a/e": UNCLEAR})
    after = report({"a/b": FAILED, "a/c": PASSED, "a/d": (UNCLEAR, "should"), "a/f": PASSED}, seed=7)
    shown = render(compared(before, after), ("x.json", "y.json"))
    order = ["\nWorse", "  ✗ a/b", "      why a/b", "\nBetter", "  ✓ a/c", "\nOtherwise", "  ? a/d", "\nOnly in A",
             "  ? a/e", "\nOnly in B", "  ✓ a/f", "\nfamily ", "\na  ", "\ndeliveries   8", "\nB is worse"]  # fmt: skip
    places = [shown.find(one) for one in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    assert "passed, then inconclusive (should)" in shown
    assert "why a/c" not in shown
    assert shown.startswith("A  x.json: partnersim 0.1.0, seed 42, ")
    assert shown.endswith("B is worse: it breaks 1 rule that A keeps.\n")
    assert render(compared(before, before), ("x", "x")).endswith("\nB is no worse than A.\n")


def test_nothing_in_it_is_longer_than_the_page_or_commands_a_terminal(report: Told) -> None:
    name = "a/" + "long-" * 8 + "b"
    after = report({name: FAILED})
    after["verdicts"][0]["because"] = "\x1b[2J ##[error] " + "long " * 200
    shown = render(compared(report({name: PASSED}), after), ("\x1b[2J" * 40, "b"), width=80, encoding="ascii")
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
    assert "##[" not in shown
    shown.encode("ascii")
