"""What people read after `conform`: what failed and how to mend it, a table of families, what is still open."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from simulator.model import Report, Result, Verdict
from simulator.reporting.text import (
    HUES,
    as_text,
    heading_lines,
    page_for,
    play_lines,
    summary_lines,
)
from simulator.reporting.text.evidence import Evidence, shown_evidence
from simulator.reporting.text.page import BOLD, DIM, GREEN, RED, YELLOW, Line, Page, count, field, wrapped
from simulator.rule import Judged

_NAME_COLUMN = 28  # no wider, however long a rule's name is
_LOOKED_INTO = 3  # of what has no verdict for one reason; the others are much like them
_UNSEEN = "Passed by their answers alone"
_OPEN = {Result.INCONCLUSIVE: "No verdict (inconclusive)", Result.NOT_APPLICABLE: "Not applicable"}


def render(
    report: Report,
    judged: Sequence[Judged],
    *,
    unplayed: int = 0,
    colour: bool = False,
    encoding: str = "utf-8",
    width: int = 100,
    brief: bool = False,
) -> str:
    """The text. When `brief`, rules that passed stand in the table only. `unplayed` were not begun before the end."""
    page = page_for(encoding, width)
    scored = [one for one in judged if one.rule.level != "may"]
    whole = [*heading_lines(report, page)]
    if not brief:
        whole += _passed([one for one in scored if one.verdict.result is Result.PASSED], page)
    for one in scored:
        if one.verdict.failed and not (brief and one.verdict.excused):
            whole += [Line(), *_failed(one, page)]
    whole += _known("Known to fail", [one for one in scored if one.verdict.excused], page)
    whole += _known(
        "Known to fail, but passed: take these out of the baseline",
        [one for one in scored if one.verdict.drifted],
        page,
    )
    whole += _families(scored, page)
    whole += _tolerated([one for one in judged if one.rule.level == "may"], page, brief=brief)
    for result, heading in _OPEN.items():
        whole += _open([one for one in judged if one.verdict.result is result], heading, page, brief=brief)
    unseen = [one for one in judged if one.unseen and one.verdict.result is Result.PASSED]
    whole += _open(unseen, _UNSEEN, page, brief=brief)
    whole += [Line(), *summary_lines(report, page, _how_many(judged, unplayed))]
    return as_text(whole, colour=colour, encoding=encoding)


def _how_many(judged: Sequence[Judged], unplayed: int) -> str:
    """`58 rules with clevertap, 40 with reachfive, 6 of them may (never counted)`."""
    partners = list(dict.fromkeys(one.partner for one in judged))
    numbers = [(sum(1 for one in judged if one.partner == partner), partner) for partner in partners]
    words = [
        f"{count(number, 'rule') if not place else f'{number:,}'} with {partner}"
        for place, (number, partner) in enumerate(numbers)
    ]
    milder = sum(1 for one in judged if one.rule.level == "may")
    left = [f"{milder:,} of them may (never counted)"] if milder else []
    left += [f"{unplayed:,} not played"] if unplayed else []
    return ", ".join([*words, *left]) or "no rule"


def _passed(passed: Sequence[Judged], page: Page) -> Iterator[Line]:
    """A line each."""
    if passed:
        yield Line()
    column = _column(one.rule.name for one in passed)
    for one in passed:
        lead = f"{page.marks[Result.PASSED]} {one.rule.name:{column}}  "
        yield from _beside(lead, column + 4, f"{one.rule.sentence} ({one.partner})", page, GREEN)


def _failed(one: Judged, page: Page) -> Iterator[Line]:
    """As a play is told, and then what to make of it."""
    yield from play_lines(one.play, page)
    yield Line()
    for name, value in (("why", one.rule.why), ("usually", one.rule.broken), ("mend", one.rule.mend)):
        yield from field(name, value, page, indent=6)
    yield from field("source", one.rule.source, page, indent=6)


def _known(heading: str, those: Sequence[Judged], page: Page) -> Iterator[Line]:
    """What the baseline says of them, a line each."""
    if not those:
        return
    yield from [Line(), Line(heading, BOLD)]
    column = _column(one.rule.name for one in those)
    for one in those:
        known = one.verdict.known
        words = f"{known.reason}{f' (until {known.until})' if known.until else ''}" if known else ""
        lead = f"  {page.marks[one.verdict.result]} {one.rule.name:{column}}  {one.partner}  "
        yield from _beside(lead, column + 17, words, page, YELLOW)


def _families(scored: Sequence[Judged], page: Page) -> Iterator[Line]:
    """How many of each family were kept, partner by partner."""
    partners = list(dict.fromkeys(one.partner for one in scored))
    rows = [
        [family, *(_kept([one for one in of if one.partner == partner], page) for partner in partners)]
        for family, of in _by_family(scored).items()
    ]
    if not rows:
        return
    table = [["family", *partners], *rows]
    columns = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    yield Line()
    for row, of in zip(table, [[], *_by_family(scored).values()], strict=True):
        text = "   ".join(f"{cell:{width}}" for cell, width in zip(row, columns, strict=True)).rstrip()
        yield Line(text, _hue(of) if of else BOLD, len(row[0]) if of else 0)


def _kept(of: Sequence[Judged], page: Page) -> str:
    """`4/6 must (1 ?) · 2/2 should`: those that passed, of those that a verdict was wanted of; the rest was broken."""
    words = []
    for level in ("must", "should"):
        asked = [one for one in of if one.rule.level == level and one.verdict.result is not Result.NOT_APPLICABLE]
        if asked:
            results = [one.verdict.result for one in asked]
            unclear = results.count(Result.INCONCLUSIVE)
            aside = f" ({unclear} {page.marks[Result.INCONCLUSIVE]})" if unclear else ""
            words.append(f"{results.count(Result.PASSED)}/{len(asked)} {level}{aside}")
    return (" · " if page.unicode else ", ").join(words) or page.marks[Result.NOT_APPLICABLE]


def _hue(of: Sequence[Judged]) -> str:
    results = {one.verdict.result for one in of}
    if any(one.verdict.failed and one.verdict.counts and not one.verdict.excused for one in of):
        return RED
    return YELLOW if results & {Result.FAILED, Result.INCONCLUSIVE} else HUES[Result.PASSED]


def _by_family(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    found: dict[str, list[Judged]] = {}
    for one in judged:
        found.setdefault(one.rule.family, []).append(one)
    return found


def _tolerated(judged: Sequence[Judged], page: Page, *, brief: bool) -> Iterator[Line]:
    """What may be accepted or refused: which of it was, without a verdict; in full, why some could not be told."""
    told = [one for one in judged if one.verdict.result in {Result.PASSED, Result.FAILED}]
    if not told:
        return
    yield from [Line(), Line("Tolerated or not (may, never counted)", BOLD)]
    column = _column(one.rule.name for one in told)
    aside = max(len(one.partner) for one in told)
    for one in told:
        marks = "  ".join(f"{page.marks[result]} {name}" for name, result in _variants(one).items())
        lead = f"  {one.rule.name:{column}}  {one.partner:{aside}}  "
        yield from _beside(lead, column + aside + 6, marks, page)
        for because in [] if brief else _untold(one):
            yield from field(page.marks[Result.INCONCLUSIVE], because, page, indent=4)
    if brief and any(_untold(one) for one in told):
        yield Line(f"  {page.marks[Result.INCONCLUSIVE]} could not be told (-v says why)", DIM)


def _untold(one: Judged) -> list[str]:
    """Why it could not be told whether something was tolerated, each reason once; nothing where no mark says so."""
    if Result.INCONCLUSIVE not in _variants(one).values():
        return []
    return list(dict.fromkeys(part.because for part in one.parts if part.result is Result.INCONCLUSIVE))


def _beside(lead: str, margin: int, words: str, page: Page, hue: str = "") -> Iterator[Line]:
    """Words beside what leads to them, or below it where that is longer than the margin."""
    first, *rest = wrapped(words, page.width - margin) or [""]
    if len(lead) > margin:
        yield Line(lead.rstrip(), hue, 1)
        yield Line(" " * margin + first)
    else:
        yield Line(lead + first, hue, 1)
    yield from (Line(" " * margin + text) for text in rest)


def _variants(one: Judged) -> dict[str, Result]:
    """What may be tolerated and how it was answered, by its delivery's name, and whether it had an effect."""
    answers = {part.check.removeprefix("expect/"): part.result for part in one.parts if _is_answer(part)}
    effects = [part.result for part in one.parts if not _is_answer(part)]
    worst = [result for result in (Result.FAILED, Result.INCONCLUSIVE) if result in effects] or effects
    return answers | ({"its effect": worst[0]} if worst else {})


def _is_answer(part: Verdict) -> bool:
    return part.check.startswith("expect/")


def _open(judged: Sequence[Judged], heading: str, page: Page, *, brief: bool) -> Iterator[Line]:
    """What is not known, by what would settle it; of what was played to no verdict also how to look into it."""
    if not judged:
        return
    yield from [Line(), Line(heading, BOLD)]
    result = judged[0].verdict.result
    reasons: dict[str, list[Judged]] = {}
    for one in judged:
        reasons.setdefault(one.verdict.because, []).append(one)
    long = False
    for because, of in reasons.items():
        if long:
            yield Line()
        first, *rest = wrapped(because, page.width - 4) or [""]
        yield Line(f"  {page.marks[result]} {first}", HUES[result], 3)
        yield from (Line(f"    {text}") for text in rest)
        yield from (Line(f"      {text}", DIM) for text in wrapped(", ".join(_names(of)), page.width - 6))
        if result is Result.INCONCLUSIVE:
            looked = [*_to_look_into([one for one in of if one.play.journal], page, brief=brief)]
            yield from looked
            long = Line() in looked


def _to_look_into(played: Sequence[Judged], page: Page, *, brief: bool) -> Iterator[Line]:
    """The journal of each and the line that plays it again, of the first few when brief; in full also what was sent."""
    told = played[:_LOOKED_INTO] if brief else played
    long = False
    for one in told:
        if long:
            yield Line()
        place = f"{one.play.journal}{f':{one.verdict.evidence[0]}' if one.verdict.evidence else ''}"
        yield from field("journal", place, page, indent=8)
        if one.verdict.reproduce:
            yield Line(f"        {'again':<9} {one.verdict.reproduce}", DIM, 18)
        if not brief:
            shown = [*shown_evidence(replace(one.verdict, reproduce=""), Evidence.of(one.play), page)]
            yield from shown
            long = bool(shown)
    if left := len(played) - len(told):
        yield Line(f"        and {left:,} more so (-v tells of all)", DIM)


def _names(judged: Sequence[Judged]) -> Iterator[str]:
    """Each rule once, with its partners."""
    partners: dict[str, list[str]] = {}
    for one in judged:
        partners.setdefault(one.rule.name, []).append(one.partner)
    return (f"{name} ({', '.join(those)})" for name, those in partners.items())


def _column(names: Iterable[str]) -> int:
    return min(max((len(name) for name in names), default=0), _NAME_COLUMN)
