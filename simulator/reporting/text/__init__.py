"""The report for people: a paragraph a play, a line a verdict; for what failed, the evidence and how to replay it."""

import os
from collections.abc import Iterable, Iterator

from simulator.model import Play, Report, Result, Verdict
from simulator.reporting.text.evidence import Evidence, shown_evidence
from simulator.reporting.text.load import load_lines
from simulator.reporting.text.page import (
    BOLD,
    DIM,
    GREEN,
    RED,
    YELLOW,
    Line,
    Page,
    count,
    field,
    painted,
    span,
    wrapped,
)
from simulator.shown import line

_NAME_COLUMN = 32  # no wider, however long the names of the checks are

_SOURCE_COLUMN = 40  # the same for the names of scenarios

_MARKS = {Result.PASSED: "✓", Result.FAILED: "✗", Result.INCONCLUSIVE: "?", Result.NOT_APPLICABLE: "–"}
_PLAIN_MARKS = {Result.PASSED: "+", Result.FAILED: "x", Result.INCONCLUSIVE: "?", Result.NOT_APPLICABLE: "-"}
HUES = {Result.PASSED: GREEN, Result.FAILED: RED, Result.INCONCLUSIVE: YELLOW, Result.NOT_APPLICABLE: DIM}
_MEANS = {
    0: "every promise that must be kept was kept",
    1: "the receiver broke a promise that must be kept",
    3: "the receiver was never reached: nothing is known of it",
    4: "there is not enough evidence for a verdict",
    5: "the baseline is out of date, as what it knows to fail passed; nothing else is wrong",
    130: "interrupted; this is what happened so far",
    143: "asked to end; this is what happened so far",
}


def render(
    report: Report, *, colour: bool = False, encoding: str = "utf-8", width: int = 100, brief: bool = False
) -> str:
    """The text. Colour only when asked for and `NO_COLOR` is not set; marks that `encoding` lacks become ASCII.

    When `brief`, a play that passed in every respect is one line; whatever else happened is told in full all the same.
    Of a load every promise is told all the same, and unless `brief` also why those passed that did.
    """
    page = page_for(encoding, width)
    whole = [*heading_lines(report, page)]
    reasons = report.load is not None and not brief
    if report.load:
        whole += [Line(), *load_lines(report.load, page)]
        brief = False  # one play, whose promises are what the figures mean
    column = min(max((len(line(play.source)) for play in report.plays), default=0), _SOURCE_COLUMN)
    told_whole = True
    for play in report.plays:
        in_a_line = brief and _passed(play)
        if told_whole or not in_a_line:
            whole.append(Line())
        whole += _in_a_line(play, column, page) if in_a_line else play_lines(play, page, reasons=reasons)
        told_whole = not in_a_line
    whole += [Line(), *summary_lines(report, page, "1 load" if report.load else "")]
    return as_text(whole, colour=colour, encoding=encoding)


def page_for(encoding: str, width: int) -> Page:
    """A page of that width, with marks that the encoding has."""
    marks = _MARKS if _has(encoding, "✓✗–") else _PLAIN_MARKS
    return Page(max(width, 40), marks, encoding.lower().replace("-", "").replace("_", "") == "utf8")


def as_text(lines: Iterable[Line], *, colour: bool, encoding: str) -> str:
    """The text of the lines; whatever the encoding lacks is escaped."""
    coloured = colour and not os.environ.get("NO_COLOR")
    text = "".join(f"{painted(one, coloured)}\n" for one in lines)
    return text.encode(encoding, "backslashreplace").decode(encoding) if _has(encoding, "") else text


def heading_lines(report: Report, page: Page) -> Iterator[Line]:
    """What was run, with which seed, and when."""
    heading = f"partnersim {report.version}, seed {report.seed}, started {report.started}"
    yield from (Line(text, BOLD) for text in wrapped(heading, page.width))


def _has(encoding: str, characters: str) -> bool:
    try:
        characters.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _passed(play: Play) -> bool:
    """Whether there is nothing to tell but that it passed."""
    found = {verdict.result for verdict in play.verdicts}
    promised = any(one.level != "may" for one in play.verdicts)
    return play.complete and not play.note and promised and found == {Result.PASSED}


def _in_a_line(play: Play, column: int, page: Page) -> Iterator[Line]:
    margin = column + 4
    first, *rest = wrapped(play.title, page.width - margin) or [""]
    source = line(play.source)
    if len(source) > column:
        yield Line(f"{page.marks[Result.PASSED]} {source}", GREEN, 1)
        yield Line(" " * margin + first)
    else:
        yield Line(f"{page.marks[Result.PASSED]} {source:{column}}  {first}", GREEN, 1)
    yield from (Line(" " * margin + text) for text in rest)


def play_lines(play: Play, page: Page, *, reasons: bool = False) -> Iterator[Line]:
    """One play: what was played, then its verdicts; with the `reasons` also of those that passed."""
    yield from (Line(text, BOLD) for text in wrapped(play.title, page.width))
    late = play.lateness
    facts = {
        "scenario": play.source,
        "partner": play.provider,
        "story": f"seed {play.seed}, starts {play.start}",
        "sent": f"{count(play.deliveries, 'delivery', 'deliveries')} in {count(play.attempts, 'attempt')}",
        "sender": f"late by {span(late.p50)} (p50), {span(late.p99)} (p99), {span(late.max)} (max)" if late.max else "",
        "journal": play.journal,
        "note": "; ".join(filter(None, [play.note, "" if play.complete else "not all that was planned was played"])),
    }
    for name, value in facts.items():
        if value:
            yield from field(name, value, page, indent=2)
    if not play.verdicts:
        return
    yield Line()
    column = min(max(len(verdict.check) for verdict in play.verdicts), _NAME_COLUMN)
    evidence = Evidence.of(play)
    long = False
    for verdict in play.verdicts:
        if long:
            yield Line()
        yield from _verdict(verdict, column, page, reasons=reasons)
        shown = [*shown_evidence(verdict, evidence, page)]
        yield from shown
        long = bool(shown)


def _verdict(verdict: Verdict, column: int, page: Page, *, reasons: bool) -> Iterator[Line]:
    """Mark, name and sentence; for all but a pass, unless asked for, also why."""
    words = verdict.sentence or verdict.because or verdict.result
    if verdict.level != "must":
        words += f" ({verdict.level})"
    lead = f"  {page.marks[verdict.result]} {verdict.check}"
    margin = column + 6
    first, *rest = wrapped(words, page.width - margin) or [""]
    hue = HUES[verdict.result]
    if len(line(verdict.check)) > column:
        yield Line(lead, hue, 3)
        yield Line(" " * margin + first)
    else:
        yield Line(f"{lead}{' ' * (margin - 4 - len(line(verdict.check)))}{first}", hue, 3)
    yield from (Line(" " * margin + text) for text in rest)
    if (reasons or verdict.result is not Result.PASSED) and verdict.because and verdict.sentence:
        yield from field("because", verdict.because, page, indent=6)


def summary_lines(report: Report, page: Page, things: str = "") -> Iterator[Line]:
    """The closing lines: how many (`things` in words, else scenarios), how they ended, what the exit code means.

    What only may be is not counted: beside `things`, which are rules, they say so; else it is said here.
    """
    counted = [one for one in report.verdicts if not (one.level == "may" if things else one.asks_nothing)]
    found = [one.result for one in counted]
    known = sum(1 for one in report.verdicts if one.excused)
    aside = {Result.FAILED: f" ({known:,} known)"} if known else {}
    kinds = (Result.PASSED, Result.FAILED, Result.INCONCLUSIVE)
    counts = ", ".join(f"{found.count(one):,} {one}{aside.get(one, '')}" for one in kinds)
    if left_out := found.count(Result.NOT_APPLICABLE):
        counts += f", {left_out:,} not applicable"
    if not things and (free := len(report.verdicts) - len(counted)):
        counts += f", {free:,} not counted (any answer will do)"
    deliveries = count(sum(play.deliveries for play in report.plays), "delivery", "deliveries")
    hue = HUES[report.outcome]
    said = f"{things or count(len(report.plays), 'scenario')}, {deliveries}: {counts}"
    yield from (Line(text, hue) for text in wrapped(said, page.width))
    yield from (Line(text) for text in wrapped(f"Exit code {report.exit_code}: {_meaning(report)}.", page.width))


def meaning(code: int) -> str:
    """What an exit code says of a receiver, in a sentence without its end."""
    return _MEANS.get(code, "this is what happened so far")


def _only_may(report: Report) -> bool:
    """Whether what was played need not be kept, all of it."""
    played = [one for one in report.verdicts if one.result is not Result.NOT_APPLICABLE]
    return bool(played) and all(one.level == "may" for one in played)


def _meaning(report: Report) -> str:
    """An exit code in words, with what the words alone would hide."""
    means = meaning(report.exit_code)
    if report.exit_code == 4 and not report.verdicts:
        return "nothing was judged, and zero evidence never passes"
    if report.exit_code == 4 and not all(play.complete for play in report.plays):
        return f"{means}: not all that was planned was played"
    if report.exit_code == 4 and _only_may(report) and any(one.asks_nothing for one in report.verdicts):
        return "any answer would have done, so there is nothing to decide"
    if report.exit_code == 4 and _only_may(report):
        return "only rules that may be kept (may) were played, so there is nothing to decide"
    if report.exit_code == 0 and any(one.excused and one.counts for one in report.verdicts):
        means = "every promise that must be kept was kept, but for what is known"
    milder = sum(
        1 for one in report.verdicts if one.level == "should" and one.failed and not one.counts and not one.excused
    )
    if report.exit_code == 0 and milder:
        return f"{means}; {milder:,} that should be kept {'was' if milder == 1 else 'were'} not"
    return means
