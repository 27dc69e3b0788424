"""What a receiver is known not to keep yet: a baseline held against a run's verdicts, renewed by them, and told."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Final

from simulator.authoring.baselines import Baseline, Entry
from simulator.model import Known, Verdict
from simulator.rule import Judged

TO_BE_SAID: Final = "to be said"
"""The reason of what a baseline took up by itself, until somebody says why."""

_HEADING: Final = "# What the receiver is known not to keep yet, for: partnersim conform --baseline FILE\n"
_PLAIN: Final = re.compile(r"[a-z][a-z0-9]*")


def applied(baseline: Baseline, judged: Sequence[Judged], today: date) -> tuple[Judged, ...]:
    """The same, each that failed or passed with what the baseline says of it; others are left as they are.

    From the day that an entry names, its failure counts like any other, and says so.
    """
    return tuple(_with(entry_for(baseline, one.rule.name, one.partner), one, today) for one in judged)


def entry_for(baseline: Baseline, rule: str, partner: str) -> Entry | None:
    """What it says of that rule with that partner's notifications; None: nothing."""
    return next((each for each in baseline if each.rule == rule and each.partner in {"", partner}), None)


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
        Entry(one.rule.name, one.partner, TO_BE_SAID)
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
