"""`partnersim load`: many notifications at a rate, and what the receiver kept of them."""

from typing import Any

import click

from simulator.cli.load_options import load_options
from simulator.cli.options import NAMED, load_timing_options, receiver_options, telling_options


@click.command(
    epilog="A SCENARIO is a file, a folder of files, or the name of a shipped one; without any, those made for loads "
    "are played that the receiver takes, or those of --partner. An option wins over what "
    "a scenario says in its `load:` block. Locust's own figures: --report locust-html=PATH, "
    "--report locust-csv=PREFIX. Machines that join are told the orders and the texts of the receiver and scenario "
    "files; variables and certificates that those name have to be on each of them. What they say to one another, on "
    "Locust's own channel, is neither encrypted nor authenticated: bind and join only within a network that you trust."
)
@click.argument("scenarios", nargs=-1, type=NAMED, metavar="[SCENARIO...]")
@receiver_options
@load_options
@load_timing_options
@telling_options
def command(scenarios: tuple[str, ...], **options: Any) -> int:
    """Send a receiver many notifications, and then look, export by export, what it kept of what it acknowledged.

    Needs Locust (pip install '.[load]'), which runs in processes of its own.

    \b
    partnersim load --receiver receiver.yaml --rate 300/s --for 60s
    partnersim load --receiver receiver.yaml --rate 2000/s --expect-workers 4 --master-bind 0.0.0.0:5557
    partnersim load --join 10.0.0.5:5557 --workers 2
    partnersim load load/clevertap --receiver receiver.yaml --workers 2 --threshold 'ack_p99<200ms'
    partnersim load my-load.yaml --receiver receiver.yaml --shape midnight --repeat 5% --report html=load.html
    partnersim load --to http://127.0.0.1:8000/hooks/clevertap --partner clevertap --header 'X-Env: ci'
    """
    from simulator.cli.choosing import settled
    from simulator.cli.load_joining import joined
    from simulator.cli.loading import checked, performed
    from simulator.cli.telling import conclude, told_when_unready

    if options["join"]:
        return joined(options)
    own, more = checked(settled(options))
    with told_when_unready(own):
        report = performed(scenarios, own, more)
    return conclude(report, own)
