"""`conform --explore`: random schedules after the rules, told as one more rule, so that there is one report."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from simulator.cli.explored import counted, unlike, written
from simulator.cli.interrupting import heard
from simulator.cli.searching import reference_for, standing
from simulator.errors import NeverReached, UsageError
from simulator.exploring import INTERRUPTED, PARTNERS, Effort, Explored, Shrunk, explore
from simulator.model import Lateness, Play, Report, Result, Verdict
from simulator.receiver import Receiver
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


def explorable(receiver: Receiver, options: Mapping[str, Any]) -> tuple[str, ...]:
    """The partners whose schedules are asked for: those that the receiver takes, or those of `--partner`.

    Raises:
        UsageError: there are no schedules of any of them.
    """
    if not options["explore"]:
        return ()
    wanted = options["partners"] or PARTNERS
    found = tuple(one for one in PARTNERS if one in wanted and receiver.endpoint(one))
    if not found:
        raise UsageError(
            f"there are no random schedules of {' or '.join(wanted)} for this receiver",
            f"there are of {', '.join(PARTNERS)}: leave out --explore, or give the receiver an endpoint for them",
        )
    return found


def beyond(
    partners: Sequence[str], receiver: Receiver, environment: Mapping[str, str], report: Report, options: Any
) -> tuple[Report, tuple[Judged, ...]]:
    """Play the schedules of these partners, and write what failed: the report with them, and a verdict for each.

    Nothing is played after a run that was interrupted, or that never reached the receiver.

    Raises:
        StorageError: a file could not be written.
    """
    found: list[Judged] = []
    for partner in partners if not report.interrupted and report.exit_code != NeverReached.exit_code else ():
        with standing(quiet=options["quiet"]) as show, reference_for(receiver, partner) as reference:
            once = 1 if options["no_confirm"] else 2
            try:
                explored = explore(
                    receiver,
                    partner,
                    count=options["explore"],
                    seed=report.seed,
                    environment=environment,
                    allow=frozenset(options["allow_target"]),
                    effort=Effort(fails=once, plays=once, patience=options["patience"]),
                    progress=show,
                    reference=reference,
                )
            except NeverReached as error:
                found.append(_judged(partner, report, _verdict(Result.INCONCLUSIVE, error.message)))
                continue
        found.append(_told(partner, explored, report, options))
        if explored.stopped == INTERRUPTED:
            report = replace(report, interrupted=128 + (heard() or signal.SIGINT))
            break
    return replace(report, plays=(*report.plays, *(one.play for one in found))), tuple(found)


def _told(partner: str, explored: Explored, report: Report, options: Mapping[str, Any]) -> Judged:
    """What came of one partner's schedules; what failed is written."""
    files = written(explored, options)
    flaky = [one for one in explored.found if one.shrunk is not None and not isinstance(one.shrunk, Shrunk)]
    if files:
        told = [f"schedule {one.found.seed}: {one.shrunk.check}: {one.shrunk.because} ({one.left})" for one in files]
        verdict = replace(_verdict(Result.FAILED, "; ".join(told)), reproduce=files[0].command)
    elif explored.exit_code:
        doubts = [f"{one.check}: {one.because}" for one in explored.inconclusive[:1]]
        doubts += [f"schedule {one.seed} failed {unlike(one)}: {one.check}: {one.because}" for one in flaky[:1]]
        doubts += [f"it ended early: {explored.stopped}"] if explored.stopped else []
        verdict = _verdict(Result.INCONCLUSIVE, "; ".join([*doubts, counted(explored)]))
    else:
        verdict = _verdict(Result.PASSED, counted(explored))
    return _judged(partner, report, verdict, explored)


def _verdict(result: Result, because: str) -> Verdict:
    return Verdict(check=RULE.name, result=result, because=because, sentence=RULE.sentence)


def _judged(partner: str, report: Report, verdict: Verdict, explored: Explored | None = None) -> Judged:
    deliveries = explored.deliveries if explored else 0
    play = Play(
        title=RULE.sentence,
        source=f"{RULE.origin}@{partner}",
        provider=partner,
        seed=report.seed,
        start=report.started,
        journal="",
        deliveries=deliveries,
        attempts=deliveries,
        lateness=Lateness(),
        verdicts=(verdict,),
        reached=deliveries > 0,
        complete=not (explored and explored.stopped),
        note=counted(explored) if explored else "",
    )
    return Judged(RULE, partner, verdict, play)
