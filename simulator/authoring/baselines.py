"""Baseline files: what a receiver is known not to keep yet, held against the rules there are."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import NamedTuple

from simulator.authoring.files import content
from simulator.authoring.findings import Findings
from simulator.documents import did_you_mean, parse, quoted
from simulator.rule import Rule


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
