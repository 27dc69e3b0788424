"""`partnersim explore`: play random schedules, and cut down those that fail."""

import os
import signal
from typing import Any

import click

from simulator.cli.options import receiver_options
from simulator.cli.searching import effort_options


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

    `--within` bounds the playing of the schedules, and after it the cutting down of the first of each kind that
    fails, for as long once more. The plays that make sure of what is left are not bounded, so that it may take longer.

    \b
    partnersim explore --partner clevertap --receiver receiver.yaml
    partnersim explore --partner reachfive --receiver receiver.yaml --count 200 --seed 42
    """
    from simulator.cli.choosing import chosen_receiver, settled
    from simulator.cli.explored import said, written
    from simulator.cli.interrupting import heard
    from simulator.cli.output import say
    from simulator.cli.progress import standing
    from simulator.cli.searching import effort_of, reference_for
    from simulator.clock import fresh_seed
    from simulator.exploring import INTERRUPTED, explore
    from simulator.reporting.text import meaning

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
    for line in said(explored, written(explored, options)):
        say(line, quiet=quiet)
    code = 128 + (heard() or signal.SIGINT) if explored.stopped == INTERRUPTED else explored.exit_code
    say(f"Exit code {code}: {meaning(code)}.", quiet=quiet)
    return code
