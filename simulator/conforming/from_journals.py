"""What journals say of the rules that they were played for, and the verdicts of rules that follow from it alone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from simulator.authoring import Baseline, Entry, parse_scenario
from simulator.conforming.baseline import applied, entry_for
from simulator.conforming.pairs import Pair
from simulator.conforming.verdicts import judged_play
from simulator.errors import StorageError
from simulator.journal import Journal
from simulator.model import Play, Report
from simulator.receiver import Probe, Receiver
from simulator.rule import Judged, Rule


def in_header(pair: Pair, fail_on: Literal["must", "should"], baseline: Baseline) -> dict[str, Any]:
    """All that its verdict and its report need besides the scenario, as the head of a journal has it under `rule`."""
    rule, known = pair.rule, entry_for(baseline, pair.rule.name, pair.partner)
    return {
        "name": rule.name,
        "level": rule.level,
        "sentence": rule.sentence,
        "source": rule.source,
        "why": rule.why,
        "broken": rule.broken,
        "mend": rule.mend,
        "control": list(rule.control),
        "where_shown": rule.where_shown,
        "fail_on": fail_on,
        "known": {"reason": known.reason, "until": known.until} if known else None,
    }


def folded(report: Report) -> tuple[Report, tuple[Judged, ...]]:
    """A report of journals, each that was played for a rule with the rule's one verdict as in its run; and these.

    What was played for itself keeps the verdicts that it has. Of rules that were not played nothing is told.

    Raises:
        StorageError: a journal lacks what this version writes.
    """
    made = [(play, Journal.open(play.journal)) for play in report.plays]
    judged = [_judged(play, journal) if "rule" in journal.header else None for play, journal in made]
    plays = [one.play if one else play for one, play in zip(judged, report.plays, strict=True)]
    return replace(report, plays=tuple(plays)), tuple(filter(None, judged))


def _judged(play: Play, journal: Journal) -> Judged:
    try:
        return _as_in_its_run(play, journal.header)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StorageError(
            f"{journal.path} was not written by this version, or was changed since: {type(error).__name__} {error}",
            f"judge it with partnersim {journal.header.get('partnersim', 'of its own version')}",
        ) from error


def _as_in_its_run(play: Play, header: Mapping[str, Any]) -> Judged:
    """With what was known on the day that it was played."""
    told, played = header["rule"], header["scenario"]
    rule = Rule(
        name=told["name"],
        level=told["level"],
        sentence=told["sentence"],
        source=told["source"],
        why=told["why"],
        broken=told["broken"],
        mend=told["mend"],
        played={play.provider: parse_scenario(played["text"], played["source"])},
        origin=played["source"].rpartition("@")[0],
        control=tuple(told["control"]),
        where_shown=told["where_shown"],
    )
    judged = judged_play(Pair(rule, play.provider), play, told["fail_on"], _receiver(header["receiver"]))
    known = told["known"]
    baseline = (Entry(rule.name, play.provider, known["reason"], known["until"]),) if known else ()
    return applied(baseline, [judged], datetime.fromisoformat(header["started"]).date())[0]


def _receiver(facts: Mapping[str, Any]) -> Receiver:
    """As much of it as shows what its probes can show."""
    probes = {name: Probe(name=name, get="", select=one["select"]) for name, one in facts["probes"].items()}
    return Receiver(name=facts["name"], endpoints={}, probes=probes)
