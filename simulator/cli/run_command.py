"""`partnersim run`: play scenarios against a receiver and judge it."""

from functools import partial
from typing import Any

import click

from simulator.cli.options import NAMED, pace_options, receiver_options, telling_options, timing_options


@click.command(
    epilog="A SCENARIO is a file, a folder of files, or the name of a shipped one (see: partnersim list scenarios); "
    "names may hold * (quote them)."
)
@click.argument("scenarios", nargs=-1, type=NAMED, required=True, metavar="SCENARIO...")
@receiver_options
@timing_options
@pace_options
@telling_options
def command(scenarios: tuple[str, ...], **options: Any) -> int:
    """Play scenarios against a receiver, judge what it did, and leave with an exit code.

    \b
    partnersim run clevertap/one-time-export --receiver receiver.yaml
    partnersim run scenarios/ --receiver receiver.yaml --report junit=report.xml
    partnersim run 'reachfive/*' --to http://127.0.0.1:8000/hooks/reachfive --authorization "Bearer secret"
    """
    from simulator.cli.choosing import chosen_receiver, chosen_scenarios, settled
    from simulator.cli.command_lines import again
    from simulator.cli.playing import session
    from simulator.cli.telling import check_reports, conclude, told_when_unready
    from simulator.runner.session import perform

    check_reports(options["reports"])
    options = settled(options)
    receiver = chosen_receiver(options)
    chosen = chosen_scenarios(scenarios)
    played = session(chosen, receiver, options, partial(again, options), confirm=not options["no_confirm"])
    with told_when_unready(options):
        report = perform(played)
    return conclude(report, options)
