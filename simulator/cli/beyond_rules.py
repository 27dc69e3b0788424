"""`conform --explore`: random schedules after the rules, told as one more rule, so that there is one report."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from simulator.cli.command_lines import explore_line
from simulator.cli.explored import written
from simulator.cli.interrupting import heard
from simulator.cli.progress import standing
from simulator.cli.searching import reference_for
from simulator.errors import NeverReached, UsageError
from simulator.exploring import INTERRUPTED, PARTNERS, Effort, Explored, explore
from simulator.exploring.as_rule import judged, never_reached
from simulator.model import Report
from simulator.receiver import Receiver
from simulator.rule import Judged


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
                found.append(never_reached(partner, error.message, report))
                continue
        found.append(_told(partner, explored, report, options))
        if explored.stopped == INTERRUPTED:
            report = replace(report, interrupted=128 + (heard() or signal.SIGINT))
            break
    return replace(report, plays=(*report.plays, *(one.play for one in found))), tuple(found)


def _told(partner: str, explored: Explored, report: Report, options: Mapping[str, Any]) -> Judged:
    """What came of one partner's schedules; what failed is written."""
    files = written(explored, options)
    left = {one.found.seed: one.left for one in files}
    commands = {one.seed: explore_line(partner, one.seed, options) for one in explored.found}
    commands |= {one.found.seed: one.command for one in files}
    return judged(partner, explored, report, left=left, commands=commands)
