"""`partnersim explore`: play random schedules, and cut down those that fail."""

import os
import signal
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.options import receiver_options
from simulator.cli.searching import effort_options

if TYPE_CHECKING:
    from simulator.exploring import Explored


@click.command()
@click.option("--partner", required=True, metavar="NAME", help="Whose schedules: clevertap or reachfive.")
@click.option("--count", type=click.IntRange(1), default=20, metavar="N", help="How many schedules (20).")
@receiver_options
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Of the first schedule; printed.")
@effort_options
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def command(partner: str, count: int, **options: Any) -> int:
    """Play random schedules of one partner: repeats, delays, other orders, faults, wrong credentials, retries.

    The same seed makes the same schedules; ids are fresh all the same. One that fails is cut down, as by
    `partnersim shrink`, and written here.

    \b
    partnersim explore --partner clevertap --receiver receiver.yaml
    partnersim explore --partner reachfive --receiver receiver.yaml --count 200 --seed 42
    """
    from simulator.cli.choosing import chosen_receiver, settled
    from simulator.cli.interrupting import heard
    from simulator.cli.output import say
    from simulator.cli.searching import effort_of, reference_for, standing
    from simulator.clock import fresh_seed
    from simulator.exploring import INTERRUPTED, explore

    options = settled(options)
    receiver, quiet = chosen_receiver(options), options["quiet"]
    seed = fresh_seed() if options["seed"] is None else options["seed"]
    with standing(quiet=quiet) as show, reference_for(receiver, partner) as reference:
        explored = explore(
            receiver,
            partner,
            count=count,
            seed=seed,
            environment=os.environ,
            allow=frozenset(options["allow_target"]),
            effort=effort_of(options),
            progress=show,
            reference=reference,
        )
    for line in [*said(explored, options), *written(explored, options)]:
        say(line, quiet=quiet)
    return 128 + (heard() or signal.SIGINT) if explored.stopped == INTERRUPTED else explored.exit_code


def said(explored: "Explored", options: Any) -> list[str]:
    """How many schedules there were, and what came of them."""
    doubts, found = explored.inconclusive, explored.found
    lines = [
        f"{explored.schedules:,} schedules from seed {explored.seed}, {explored.deliveries:,} deliveries: "
        f"{explored.passed:,} promises kept, {len(found):,} schedules failed, {len(doubts):,} promises not judged"
    ]
    lines += [f"  not judged: {doubts[0].check}: {doubts[0].because}"] if doubts else []
    return lines + ([f"  it ended early: {explored.stopped}"] if explored.stopped else [])


def written(explored: "Explored", options: Any) -> list[str]:
    """Write each that was cut down to a file of its own; what is said of it.

    Raises:
        StorageError: a file could not be written.
    """
    from simulator.cli.searching import free, run_line, write
    from simulator.exploring import Shrunk

    lines = []
    for one in explored.found:
        if not isinstance(one.shrunk, Shrunk):
            how = "like one before it" if one.shrunk is None else "and did not when it was played again: flaky"
            lines.append(f"✗ schedule {one.seed} failed {how}: {one.check}: {one.because}")
            continue
        path = free(f"schedule-{one.seed}-shrunk")
        write(path, one.shrunk.text)
        lines += [
            f"✗ schedule {one.seed} failed: {one.shrunk.check}: {one.shrunk.because}",
            f"  {path}: {one.shrunk.after:,} of {one.shrunk.before:,} deliveries are left",
            f"  {run_line(path, options)}",
        ]
    return lines
