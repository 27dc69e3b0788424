"""How each report tells of failures that are known, of ones whose day is over, and of what passed all the same."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import jsonschema
import pytest

from simulator.authoring import parse_rule
from simulator.model import Known, Level, Play, Report, Result, Verdict
from simulator.reporting import json_report, junit
from simulator.reporting.text.conformity import render
from simulator.resources import folder
from simulator.rule import Judged

Plays = Callable[..., Play]
Reports = Callable[..., Report]

PASSED, FAILED = Result.PASSED, Result.FAILED
KNOWN, UNTIL = Known("not yet"), Known("the index comes", "2027-01-31")
OVER = Known("late", "2026-01-01", expired=True)
SCHEMA = json.loads((folder("schemas") / "report.schema.json").read_text("utf-8"))


def judged(a_play: Plays, name: str, result: Result, known: Known | None, level: Level = "must") -> Judged:
    head = f"rule: {name}\nlevel: {level}\nsentence: It is so\nsource: s\nwhy: It matters.\nbroken: b\nmend: m\n"
    verdict = Verdict(check=name, result=result, because="so it was", level=level, sentence="It is so", known=known)
    play = a_play(verdict, source=f"rules/{name}@clevertap")
    return Judged(
        parse_rule(f"{head}played:\n  clevertap:\n    exports: {{a: {{}}}}\n", name), "clevertap", verdict, play
    )


def text(a_report: Reports, *those: Judged, **more: Any) -> str:
    return render(a_report(*(one.play for one in those)), those, **more)


def case(a_report: Reports, one: Judged) -> Element:
    report = a_report(one.play)
    root = fromstring(junit.render(report).encode())
    red = root.attrib["failures"] != "0" or root.attrib["errors"] != "0"
    assert red is (report.exit_code != 0)
    return next(root.iter("testcase"))


def test_in_brief_a_known_failure_is_a_line_with_its_reason(a_play: Plays, a_report: Reports) -> None:
    those = [judged(a_play, "a/known", FAILED, UNTIL), judged(a_play, "a/b", PASSED, None)]
    brief = text(a_report, *those, brief=True)
    assert "Known to fail\n  ✗ a/known  clevertap  the index comes (until 2027-01-31)\n" in brief
    assert "It matters." not in brief
    assert "a        1/2 must\n" in brief
    assert "1 passed, 1 failed (1 known), 0 inconclusive\n" in brief
    assert brief.endswith("Exit code 0: every promise that must be kept was kept, but for what is known.\n")
    assert "It matters." in text(a_report, *those)


def test_long_names_and_reasons_stay_on_the_page(a_play: Plays, a_report: Reports) -> None:
    those = [judged(a_play, f"a/{'long-' * n}b", FAILED, Known("reason " * 40)) for n in (0, 9)]
    shown = text(a_report, *those, brief=True, width=80)
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("reason") == 80


def test_one_whose_day_is_over_is_told_in_full_like_any_other(a_play: Plays, a_report: Reports) -> None:
    brief = text(a_report, judged(a_play, "a/over", FAILED, OVER), brief=True)
    assert "It matters." in brief
    assert "Known to fail" not in brief
    assert "1 failed, " in brief


def test_what_passed_though_known_to_fail_is_named(a_play: Plays, a_report: Reports) -> None:
    brief = text(a_report, judged(a_play, "a/mended", PASSED, KNOWN), brief=True)
    assert "Known to fail, but passed: take these out of the baseline\n  ✓ a/mended  clevertap  not yet\n" in brief
    assert "Exit code 5: the baseline is out of date" in brief


def test_a_should_that_is_known_is_not_counted_as_one_that_was_not_kept(a_play: Plays, a_report: Reports) -> None:
    those = [judged(a_play, "a/b", PASSED, None), judged(a_play, "a/soft", FAILED, KNOWN, "should")]
    assert text(a_report, *those).endswith("Exit code 0: every promise that must be kept was kept.\n")


def test_programs_are_told_what_is_known_and_what_drifted(a_play: Plays, a_report: Reports) -> None:
    those = [judged(a_play, "a/known", FAILED, UNTIL), judged(a_play, "a/over", FAILED, OVER)]
    those += [judged(a_play, "a/mended", PASSED, KNOWN), judged(a_play, "a/b", PASSED, None)]
    value = json.loads(json_report.render(a_report(*(one.play for one in those))))
    jsonschema.validate(value, SCHEMA)
    assert (value["known"], value["drift"]) == (1, [{"rule": "a/mended", "partner": "clevertap"}])
    assert [one["known"] for one in value["verdicts"]] == [
        {"reason": "the index comes", "until": "2027-01-31", "expired": False},
        {"reason": "late", "until": "2026-01-01", "expired": True},
        {"reason": "not yet", "until": "", "expired": False},
        None,
    ]


@pytest.mark.parametrize(
    ("result", "known", "tag", "kind", "message"),
    [
        (FAILED, UNTIL, "skipped", "must.failed.known", "known until 2027-01-31: the index comes"),
        (FAILED, KNOWN, "skipped", "must.failed.known", "known: not yet"),
        (FAILED, OVER, "failure", "must.failed", "so it was"),
        (PASSED, KNOWN, "error", "must.passed.known",
         "passed, but is known to fail (not yet): take it out of the baseline"),
    ],
)  # fmt: skip
def test_a_build_server_is_told_as_well(
    result: Result, known: Known, tag: str, kind: str, message: str, a_play: Plays, a_report: Reports
) -> None:
    found = case(a_report, judged(a_play, "a/b", result, known)).find(tag)
    assert found is not None
    assert found.attrib == {"type": kind, "message": message}
