"""What a receiver is known not to keep yet: a baseline file, held against a run's verdicts, and renewed by them."""

import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from simulator.authoring.files import content
from simulator.authoring.findings import Findings
from simulator.documents import did_you_mean, parse, quoted
from simulator.model import Known, Verdict
from simulator.rule import Judged, Rule

_TO_BE_SAID: Final = "to be said"
_HEADING: Final = "# What the receiver is known not to keep yet, for: partnersim conform --baseline FILE\n"
_PLAIN: Final = re.compile(r"[a-z][a-z0-9]*")


class Entry(NamedTuple):
    """One rule that is known to be broken: with one partner's notifications, or with everybody's (`partner` "")."""

    rule: str
    partner: str
    reason: str
    until: str = ""  # ISO 8601 day, UTC, from which on it counts again; "" for none


Baseline = tuple[Entry, ...]
"""All that is known, in order of the file; no rule twice with one partner."""


def load_baseline(path: Path, names: Collection[str], read: Callable[[str], Rule]) -> Baseline:
    """The baseline in a file; `names` are all the rules there are, and `read` gives the one of a name.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        DocumentError: every mistake in it.
    """
    return parse_baseline(content(path, "baseline"), str(path), names, read)


def parse_baseline(text: bytes | str, source: str, names: Collection[str], read: Callable[[str], Rule]) -> Baseline:
    """The baseline that a text describes; `source` names it in messages.

    Raises:
        DocumentError: every mistake in it: a rule that is not there or never counts, a partner that it has nothing
            for, a day that is in no calendar, something that is known twice.
    """
    document = parse(text, source, "baseline")
    findings = Findings(document)
    seen: dict[tuple[str, str], int] = {}
    entries = [Entry(**({"partner": ""} | one)) for one in document.value["known"]]
    for place, entry in enumerate(entries):
        if entry.until:
            _in_the_calendar(findings, place, entry.until)
        if entry.rule not in names:
            near = did_you_mean(entry.rule, names)
            findings.add(("known", place, "rule"), f"there is no rule {quoted(entry.rule)}{near}", _remedy(near))
            continue
        rule = read(entry.rule)
        if rule.level == "may":
            said = f"{quoted(entry.rule)} is what a receiver may do: it never fails a run"
            findings.add(("known", place, "rule"), said, "take the entry out")
        elif entry.partner and entry.partner not in rule.played:
            said = f"{quoted(entry.rule)} has nothing for {quoted(entry.partner)}"
            near = did_you_mean(entry.partner, rule.played)
            findings.add(("known", place, "partner"), said + near, f"it is about {' and '.join(rule.played)}")
        else:
            _once(findings, place, entry, rule, seen)
    findings.settle()
    return tuple(entries)


def _remedy(near: str) -> str:
    return "" if near else "see: partnersim list rules; one that is gone is taken out"


def _in_the_calendar(findings: Findings, place: int, until: str) -> None:
    try:
        date.fromisoformat(until)
    except ValueError as error:
        findings.add(("known", place, "until"), f"{quoted(until)} is not in the calendar: {error}")


def _once(findings: Findings, place: int, entry: Entry, rule: Rule, seen: dict[tuple[str, str], int]) -> None:
    """No two entries speak of one rule with one partner."""
    for partner in [entry.partner] if entry.partner else rule.played:
        if (entry.rule, partner) in seen:
            line, _ = findings.document.where(("known", seen[entry.rule, partner]))
            said = f"{quoted(entry.rule)} with {quoted(partner)} stands in line {line} already"
            findings.add(("known", place, "rule"), said, "take one of them out")
            return
        seen[entry.rule, partner] = place


def applied(baseline: Baseline, judged: Sequence[Judged], today: date) -> tuple[Judged, ...]:
    """The same, each that failed or passed with what the baseline says of it; others are left as they are.

    From the day that an entry names, its failure counts like any other, and says so.
    """
    return tuple(_with(_entry(baseline, one), one, today) for one in judged)


def _entry(baseline: Baseline, one: Judged) -> Entry | None:
    return next((each for each in baseline if each.rule == one.rule.name and each.partner in {"", one.partner}), None)


def _with(entry: Entry | None, one: Judged, today: date) -> Judged:
    if entry is None or not (one.verdict.failed or one.verdict.passed):
        return one
    expired = bool(entry.until) and today >= date.fromisoformat(entry.until)
    verdict = replace(one.verdict, known=Known(entry.reason, entry.until, expired))
    if verdict.failed and expired:
        over = f"it was known until {entry.until}, which is over: {entry.reason}"
        verdict = replace(verdict, because="; ".join(filter(None, [verdict.because, over])))
    return one._replace(verdict=verdict, play=replace(one.play, verdicts=(verdict,)))


def renewed(baseline: Baseline, judged: Sequence[Judged], taken: Collection[str], *, more: bool) -> Baseline:
    """The baseline without what passes now; with `more`, also with every failure that it does not know.

    `taken` are the partners that the receiver takes: of an entry for everybody, those are left that still fail.
    """
    passed = {(one.rule.name, one.partner) for one in judged if one.verdict.drifted}
    played = {one.rule.name: tuple(one.rule.played) for one in judged}
    kept = chain.from_iterable(_left(entry, played.get(entry.rule, ()), passed, taken) for entry in baseline)
    new = (
        Entry(one.rule.name, one.partner, _TO_BE_SAID)
        for one in judged
        if more and _counts(one.verdict) and one.rule.level != "may"
    )
    return (*kept, *new)


def _counts(verdict: Verdict) -> bool:
    return verdict.failed and verdict.known is None


def _left(
    entry: Entry, partners: Sequence[str], passed: Collection[tuple[str, str]], taken: Collection[str]
) -> Sequence[Entry]:
    """What is still to be known of an entry."""
    if entry.partner:
        return [] if (entry.rule, entry.partner) in passed else [entry]
    if not any((entry.rule, partner) in passed for partner in partners):
        return [entry]
    left = [partner for partner in partners if partner in taken and (entry.rule, partner) not in passed]
    return [entry._replace(partner=partner) for partner in left]


def rendered(baseline: Baseline) -> str:
    """The text of a baseline file, YAML: reads back as it was."""
    if not baseline:
        return f"{_HEADING}known: []\n"
    return "".join([_HEADING, "known:\n", *chain.from_iterable(map(_lines, baseline))])


def _lines(entry: Entry) -> list[str]:
    words = {"rule": entry.rule, "partner": _scalar(entry.partner), "reason": _text(entry.reason), "until": entry.until}
    kept = [f"{name}: {word}\n" for name, word in words.items() if word]
    return [f"  {'-' if not place else ' '} {line}" for place, line in enumerate(kept)]


def _scalar(word: str) -> str:
    return word if not word or _PLAIN.fullmatch(word) else _text(word)


def _text(text: str) -> str:
    """A text between double quotes; what cannot be printed is escaped, and so is a build server's ##[order]."""
    written = json.dumps(text, ensure_ascii=False).replace("##", "#\\x23")
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in written)
