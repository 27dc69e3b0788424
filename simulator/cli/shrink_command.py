"""`partnersim shrink`: cut a scenario that fails down to what still fails."""

import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.options import NAMED, PATH, receiver_options
from simulator.cli.searching import effort_options

if TYPE_CHECKING:
    from simulator.exploring import Spent


@click.command()
@click.argument("scenario", type=NAMED)
@receiver_options
@effort_options
@click.option("--output", type=PATH, metavar="FILE", help="Where the smaller scenario goes (NAME-shrunk.yaml).")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def command(scenario: str, **options: Any) -> int:
    """Cut a scenario that fails against a receiver down to the fewest deliveries that fail in the same way.

    It is played again and again, each time with fresh ids, and has to fail for sure: leave the receiver alone
    meanwhile. Ctrl-C ends the search; the smallest one found until then is written.

    \b
    partnersim shrink clevertap/month-of-exports --receiver receiver.yaml
    partnersim shrink mine.yaml --receiver receiver.yaml --runs 2/5 --within 2m --output small.yaml
    """
    from simulator.authoring import load_scenario
    from simulator.cli.choosing import chosen_receiver, settled
    from simulator.cli.command_lines import run_line
    from simulator.cli.interrupting import heard
    from simulator.cli.output import free, say, write_file
    from simulator.cli.progress import standing
    from simulator.cli.searching import effort_of, reference_for
    from simulator.errors import UsageError
    from simulator.exploring import INTERRUPTED, Steady, shrink

    options = settled(options)
    receiver, read, quiet = chosen_receiver(options), load_scenario(scenario), options["quiet"]
    output: Path | None = options["output"]
    if output is not None and output.exists() and Path(scenario).exists() and output.samefile(scenario):
        raise UsageError(f"{output} is the scenario itself", "name another file with --output")
    with standing(quiet=quiet) as show, reference_for(receiver, read.provider) as reference:
        made = shrink(
            read,
            receiver,
            environment=os.environ,
            allow=frozenset(options["allow_target"]),
            effort=effort_of(options),
            progress=lambda spent: show(_stands(spent)),
            reference=reference,
        )
    if isinstance(made, Steady):
        often = ", ".join(f"{check} failed {number} times" for check, number in made.failed.items()) or "nothing failed"
        if made.stopped:
            why = f"{made.stopped}, and that was not enough to see whether it fails"
            say(f"{scenario} is as it was: {why} ({often}); allow more with --within", quiet=quiet)
            return 4
        often_played = "1 play" if made.plays == 1 else f"{made.plays} plays"
        wanted = f" {made.fails} times of {options['runs'][1]}" if made.failed else ""
        say(f"{scenario} does not fail{wanted}: {often_played}, and {often}", quiet=quiet)
        return 4
    path = output or free(re.sub(r"\.(?:ya?ml|json)$", "", Path(scenario).name) + "-shrunk")
    write_file("the scenario", path, made.text)
    say(f"{path}: {made.after:,} of {made.before:,} deliveries are left", quiet=quiet)
    say(f"  {made.check} fails: {made.because}", quiet=quiet)
    tries, plays, seconds, _ = made.spent
    say(f"  {tries:,} tries, {plays:,} plays, {seconds:.0f} s", quiet=quiet)
    if made.stopped:
        say(f"  the search ended early ({made.stopped}): it may become smaller still", quiet=quiet)
    if not made.sure:
        say("  it was not made sure of in the end: play it before you rely on it", quiet=quiet)
    say(f"  {run_line(path, options)}", quiet=quiet)
    return 128 + (heard() or signal.SIGINT) if made.stopped == INTERRUPTED else 0


def _stands(spent: "Spent") -> str:
    """Where the search is: `31 tries, 49 plays, 28 s: down to 4 deliveries`."""
    return (
        f"{spent.tries:,} tries, {spent.plays:,} plays, {spent.seconds:.0f} s: down to {spent.deliveries:,} deliveries"
    )
