"""Options of `partnersim load` that only a load has."""

from typing import Final

import click

from simulator.cli.options import ADDRESS, DURATION, PERCENTAGE, RATE, Command
from simulator.limits import CONNECTIONS
from simulator.load.curves import SHAPES

CLIENTS: Final = ("partnersim", "fast", "http")
"""What sends."""

AT_ONCE: Final = 200
"""Connections of a worker, where nobody says anything."""

WINDOW: Final = 10.0
"""Seconds that an effect may take to show, where nobody says anything."""

TOO_LATE: Final = 0.1
"""Seconds that the sender itself may be late, where nobody says anything."""

_WORKERS = 64

_WHAT = (
    click.option("--partner", "partners", multiple=True, metavar="NAME", help="Only this partner's notifications."),
    click.option("--rate", type=RATE, metavar="N/s", help="Notifications a second, minute or hour (100/s)."),
    click.option("--for", "duration", type=DURATION, metavar="TIME", help="How long, in real time (60s)."),
    click.option("--shape", metavar="NAME", help=f"{', '.join(SHAPES)} (steady)."),
    click.option("--repeat", type=PERCENTAGE, metavar="N%", help="The share that is sent again."),
    click.option("--stale", type=PERCENTAGE, metavar="N%", help="The share that comes after what overtook it."),
    click.option("--malformed", type=PERCENTAGE, metavar="N%", help="The share that is broken."),
    click.option("--unauthorized", type=PERCENTAGE, metavar="N%", help="The share with wrong credentials."),
    click.option("--life", type=DURATION, metavar="TIME", help="Real time in which one export's story is told (2s)."),
)

_HOW = (
    click.option(
        "--workers", type=click.IntRange(1, _WORKERS), default=1, metavar="N", help="Processes that send (1)."
    ),
    click.option(
        "--connections",
        type=click.IntRange(1, CONNECTIONS),
        metavar="N",
        help=f"That each of them has at once ({AT_ONCE}).",
    ),
    click.option(
        "--model",
        type=click.Choice(["open", "closed"]),
        default="open",
        help="open keeps the rate whatever the receiver does; closed sends as answers come (open).",
    ),
    click.option("--users", type=click.IntRange(1), metavar="N", help="How many send at once (with --model closed)."),
    click.option("--client", type=click.Choice(CLIENTS), default=CLIENTS[0], help="What sends (partnersim)."),
)

_MACHINES = (
    click.option(
        "--expect-workers",
        type=click.IntRange(0, _WORKERS),
        default=0,
        metavar="N",
        help="How many more run on other machines, which --join (0).",
    ),
    click.option(
        "--master-bind",
        type=ADDRESS,
        metavar="HOST:PORT",
        help="Where those join (127.0.0.1:5557); 0.0.0.0:5557 for all of this machine's addresses.",
    ),
    click.option(
        "--join",
        type=ADDRESS,
        metavar="HOST:PORT",
        help="Lend --workers of this machine to the load that waits there: that one says what is sent, and judges.",
    ),
)

_LOOKING = (
    click.option(
        "--threshold",
        "thresholds",
        multiple=True,
        metavar="'NAME<VALUE'",
        help="What else must hold, e.g. 'ack_p99<200ms', 'drain<5s', 'lost<1'.",
    ),
    click.option(
        "--window",
        type=DURATION,
        default=WINDOW,
        metavar="TIME",
        help="How long after the last answer an effect may take to show (10s).",
    ),
    click.option(
        "--sender-lateness",
        type=DURATION,
        default=TOO_LATE,
        metavar="TIME",
        help="How late the sender itself may be, in 99 of 100, before the result is inconclusive (100ms).",
    ),
    click.option(
        "--sample",
        type=click.IntRange(1),
        metavar="N",
        help="Read no more exports than this, chosen by the seed (all).",
    ),
)


def load_options(command: Command) -> Command:
    """All that only a load has."""
    for option in reversed((*_WHAT, *_HOW, *_MACHINES, *_LOOKING)):
        command = option(command)
    return command
