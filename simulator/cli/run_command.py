"""`partnersim run`: play scenarios against a receiver and judge it."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from simulator.cli.options import playing_options, receiver_options, telling_options


@click.command(
    epilog="A SCENARIO is a file, a folder of files, or the name of a shipped one (see: partnersim list scenarios); "
    "names may hold * (quote them)."
)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@receiver_options
@playing_options
@telling_options
def command(scenarios: tuple[str, ...], **options: Any) -> int:
    """Play scenarios against a receiver, judge what it did, and leave with an exit code.

    \b
    partnersim run clevertap/one-time-export --receiver receiver.yaml
    partnersim run scenarios/ --receiver receiver.yaml --report junit=report.xml
    partnersim run 'reachfive/*' --to http://127.0.0.1:8000/hooks --authorization "Bearer x"
    """
    from simulator.cli.choosing import chosen_scenarios
    from simulator.cli.playing import (
        Performance,
        again,
        check_reports,
        chosen_receiver,
        conclude,
        journal_folder,
        perform,
    )
    from simulator.clock import utc_now
    from simulator.runner.prepare import Settings

    check_reports(options["reports"])
    receiver = chosen_receiver(options)
    chosen = chosen_scenarios(scenarios)
    settings = Settings(
        journals=Path(journal_folder(options, utc_now())),
        seed=options["seed"],
        start=options["start"],
        scale=options["scale"],
        jobs=options["jobs"],
        tolerance=options["tolerance"],
        confirm=not options["no_confirm"],
        allow=frozenset(options["allow_target"]),
        environment=os.environ,
        reproduce=partial(again, options),
    )
    performance = Performance(
        scenarios=chosen,
        receiver=receiver,
        settings=settings,
        wait_for=options["wait_for"],
        wait_timeout=options["wait_timeout"],
        quiet=options["quiet"],
    )
    return conclude(perform(performance), options)
