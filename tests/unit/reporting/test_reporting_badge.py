"""The badge says how many promises were kept, in the colour of the result: the same bytes for the same verdicts."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from simulator.authoring import parse_rule
from simulator.model import Known, Level, Play, Report, Result, Verdict
from simulator.reporting import badge
from simulator.rule import Judged

Plays = Callable[..., Play]
Reports = Callable[..., Report]

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE
GREEN, YELLOW, RED, GREY = "#4c1", "#dfb317", "#e05d44", "#9f9f9f"
KNOWN = Known("not yet")
SVG = "{http://www.w3.org/2000/svg}"


def judged(
    a_play: Plays, result: Result, level: Level = "must", counted: Level | None = None, known: Known | None = None
) -> Judged:
    head = f"rule: a/b\nlevel: {level}\nsentence: s\nsource: s\nwhy: w\nbroken: b\nmend: m\n"
    verdict = Verdict(check="a/b", result=result, because="", level=counted or level, known=known)
    made = parse_rule(f"{head}played:\n  clevertap:\n    exports: {{a: {{}}}}\n", "a/b")
    return Judged(made, "clevertap", verdict, a_play(verdict))


def drawn(a_report: Reports, *those: Judged, **more: Any) -> Element:
    text = badge.render(a_report(*(one.play for one in those), **more), those)
    assert text.isascii()
    assert text.endswith("</svg>\n")
    return fromstring(text)


def said(a_report: Reports, *those: Judged, **more: Any) -> tuple[str, str]:
    """Words and colour of the right half."""
    root = drawn(a_report, *those, **more)
    label, words = (one.text or "" for one in root.iter(f"{SVG}text"))
    assert label == "partnersim"
    assert root.get("aria-label") == root.findtext(f"{SVG}title") == f"partnersim: {words}"
    return words, [one.attrib["fill"] for one in root.iter(f"{SVG}rect")][1]


def test_it_counts_what_must_be_kept_in_the_colour_of_the_result(a_play: Plays, a_report: Reports) -> None:
    kept, broken, unclear = (judged(a_play, one) for one in (PASSED, FAILED, UNCLEAR))
    assert said(a_report, kept, kept, judged(a_play, NOT), judged(a_play, PASSED, "should")) == ("2/2 must", GREEN)
    assert said(a_report, kept, broken) == ("1/2 must", RED)
    assert said(a_report, kept, unclear) == ("1/2 must", GREY)
    assert said(a_report, kept, judged(a_play, FAILED, "may")) == ("1/1 must", GREEN)


def test_what_should_be_kept_is_told_where_it_counts(a_play: Plays, a_report: Reports) -> None:
    kept = judged(a_play, PASSED)
    assert said(a_report, kept, judged(a_play, FAILED, "should")) == ("1/1 must", YELLOW)
    counted = judged(a_play, FAILED, "should", counted="must")
    assert said(a_report, kept, counted) == ("1/1 must · 0/1 should", RED)


def test_what_is_known_is_neither_hidden_nor_red(a_play: Plays, a_report: Reports) -> None:
    kept = judged(a_play, PASSED)
    assert said(a_report, kept, judged(a_play, FAILED, known=KNOWN)) == ("1/2 must · 1 known", YELLOW)
    assert said(a_report, kept, judged(a_play, PASSED, known=KNOWN)) == ("2/2 must · baseline out of date", YELLOW)


def test_without_a_verdict_it_says_so(a_play: Plays, a_report: Reports) -> None:
    assert said(a_report) == ("no verdict", GREY)
    assert said(a_report, judged(a_play, NOT)) == ("no verdict", GREY)
    assert said(a_report, judged(a_play, PASSED), interrupted=130) == ("1/1 must", GREY)


def test_the_same_verdicts_are_the_same_bytes_and_other_ones_are_others(a_play: Plays, a_report: Reports) -> None:
    kept = judged(a_play, PASSED)
    one, two = (badge.render(a_report(kept.play, seed=seed), [kept]) for seed in (1, 2))
    assert one == two
    assert badge.render(a_report(kept.play, kept.play), [kept, kept]) != one


def test_its_boxes_are_side_by_side_and_hold_their_words(a_play: Plays, a_report: Reports) -> None:
    root = drawn(a_report, *[judged(a_play, PASSED)] * 60)
    left, right = root.iter(f"{SVG}rect")
    assert float(left.attrib["width"]) == float(right.attrib["x"])
    assert float(right.attrib["x"]) + float(right.attrib["width"]) == float(root.attrib["width"])
    for box, text in zip((left, right), root.iter(f"{SVG}text"), strict=True):
        half = float(text.attrib["textLength"]) / 2
        assert float(box.attrib["x"]) < float(text.attrib["x"]) - half
        assert float(text.attrib["x"]) + half < float(box.attrib["x"]) + float(box.attrib["width"])


@pytest.mark.parametrize("word", ["<&>\"'", "]]><script>", "\x1b[2J\u202e☃"])
def test_whatever_it_says_is_only_text(
    word: str, a_play: Plays, a_report: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(badge, "_words", lambda _: [word])
    words, _ = said(a_report, judged(a_play, PASSED))
    assert words.isprintable()
    assert words[-1] == word[-1]
