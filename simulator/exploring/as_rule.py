"""What exploring came to, told as one more rule: passed, failed, or in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from simulator.exploring.seeking import Explored, Found
from simulator.exploring.shrinking import Shrunk
from simulator.model import Report, Result, Verdict, unplayed
from simulator.reporting.text.page import count
from simulator.rule import Judged, Rule

RULE: Final = Rule(
    name="explore/schedules",
    level="must",
    sentence="Random schedules find no promise that is broken",
    source="house rule: what is kept of one notification has to be kept among many others, too",
    why="Partners repeat, delay, reorder and break off in the same hour, and not one of them at a time.",
    broken="A case is right by itself, and wrong together with the next one.",
    mend="Play the scenario that was written: it is the smallest that still fails.",
    played={},
    origin="explore",
)
"""No rule of a file: what the schedules of one partner are held against."""

_NAMED: Final = 5  # schedules that failed; whoever has more mends these first


def judged(
    partner: str, explored: Explored, report: Report, *, left: Mapping[int, str], commands: Mapping[int, str]
) -> Judged:
    """One verdict of one partner's schedules, beside those of `report`.

    It failed where a schedule was cut down; `left` says of each such, by its seed, what is left of it and where, and
    `commands` of each that failed what plays it again. It passed when something was kept and there is no doubt.
    """
    if explored.failed:
        found = sorted(explored.found, key=lambda one: not isinstance(one.shrunk, Shrunk))
        verdict = replace(
            _verdict(Result.FAILED, _named(found, left, commands)), reproduce=commands.get(found[0].seed, "")
        )
    elif explored.exit_code:
        verdict = _verdict(Result.INCONCLUSIVE, "; ".join([*_doubts(explored), counted(explored)]))
    else:
        verdict = _verdict(Result.PASSED, counted(explored))
    made = _of(partner, verdict, report)
    play = replace(
        made.play,
        deliveries=explored.deliveries,
        attempts=explored.deliveries,
        reached=explored.deliveries > 0,
        complete=not explored.stopped,
        note=counted(explored),
    )
    return made._replace(play=play)


def never_reached(partner: str, because: str, report: Report) -> Judged:
    """The verdict where nothing of it got to the receiver."""
    return _of(partner, _verdict(Result.INCONCLUSIVE, because), report)


def _named(found: Sequence[Found], left: Mapping[int, str], commands: Mapping[int, str]) -> str:
    """The first of those that failed and how to play each again; of one alone the verdict's own command says it."""
    words = []
    for one in found[:_NAMED]:
        if isinstance(one.shrunk, Shrunk):
            said, more = f"schedule of seed {one.seed}: {one.shrunk.check}: {one.shrunk.because}", left[one.seed]
        else:
            said, more = f"schedule of seed {one.seed} failed {unlike(one)}: {one.check}: {one.because}", ""
        command = commands.get(one.seed, "") if len(found) > 1 else ""
        how = ": ".join(word for word in (more, command) if word)
        words.append(f"{said} ({how})" if how else said)
    rest = len(found) - _NAMED
    return "; ".join([*words, *([f"and {rest:,} more"] if rest > 0 else [])])


def _doubts(explored: Explored) -> list[str]:
    flaky = [one for one in explored.found if one.shrunk is not None and not isinstance(one.shrunk, Shrunk)]
    doubts = [f"{one.check}: {one.because}" for one in explored.inconclusive[:1]]
    doubts += [f"schedule of seed {one.seed} failed {unlike(one)}: {one.check}: {one.because}" for one in flaky[:1]]
    return doubts + ([f"it ended early: {explored.stopped}"] if explored.stopped else [])


def _verdict(result: Result, because: str) -> Verdict:
    return Verdict(check=RULE.name, result=result, because=because, sentence=RULE.sentence)


def _of(partner: str, verdict: Verdict, report: Report) -> Judged:
    source = f"{RULE.origin}@{partner}"
    play = unplayed(verdict, source=source, provider=partner, seed=report.seed, start=report.started)
    return Judged(RULE, partner, verdict, play)


def counted(explored: Explored) -> str:
    """How many schedules there were, and what came of them, in a line."""
    return (
        f"{count(explored.schedules, 'schedule')} from seed {explored.seed}, "
        f"{count(explored.deliveries, 'delivery', 'deliveries')}: {count(explored.passed, 'promise')} kept, "
        f"{count(len(explored.found), 'schedule')} failed, {count(len(explored.inconclusive), 'promise')} not judged"
    )


def unlike(failed: Found) -> str:
    """Why one that failed was not cut down."""
    return "like one before it" if failed.shrunk is None else "and did not when it was played again: flaky"
