"""Options of `partnersim load` that only a load has."""

import click

from simulator.cli.options import ADDRESS, DURATION, PERCENTAGE, RATE, Command
from simulator.clock import spelled
from simulator.limits import CONNECTIONS
from simulator.load import usual
from simulator.load.curves import SHAPES
from simulator.load.words import spelled_rate

_WORKERS = 64

_WHAT = (
    click.option("--partner", "partners", multiple=True, metavar="NAME", help="Only this partner's notifications."),
    click.option(
        "--rate", type=RATE, metavar="N/s", help=f"Notifications a second, minute or hour ({spelled_rate(usual.RATE)})."
    ),
    click.option(
        "--for", "duration", type=DURATION, metavar="TIME", help=f"How long, in real time ({spelled(usual.SECONDS)})."
    ),
    click.option("--shape", metavar="NAME", help=f"{', '.join(SHAPES)} ({usual.SHAPE})."),
    click.option("--repeat", type=PERCENTAGE, metavar="N%", help="The share that is sent again."),
    click.option("--stale", type=PERCENTAGE, metavar="N%", help="The share that comes after what overtook it."),
    click.option("--malformed", type=PERCENTAGE, metavar="N%", help="The share that is broken."),
    click.option("--unauthorized", type=PERCENTAGE, metavar="N%", help="The share with wrong credentials."),
    click.option(
        "--life",
        type=DURATION,
        metavar="TIME",
        help=f"Real time in which one export's story is told ({spelled(usual.LIFE)}).",
    ),
)

_HOW = (
    click.option(
        "--workers", type=click.IntRange(1, _WORKERS), default=1, metavar="N", help="Processes that send (1)."
    ),
    click.option(
        "--connections",
        type=click.IntRange(1, CONNECTIONS),
        metavar="N",
        help=f"That each of them has at once ({usual.CONNECTIONS}).",
    ),
    click.option(
        "--model",
        type=click.Choice(["open", "closed"]),
        default="open",
        help="open keeps the rate whatever the receiver does; closed sends as answers come (open).",
    ),
    click.option("--users", type=click.IntRange(1), metavar="N", help="How many send at once (with --model closed)."),
    click.option(
        "--client", type=click.Choice(usual.CLIENTS), default=usual.CLIENTS[0], help=f"What sends ({usual.CLIENTS[0]})."
    ),
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
        help="Lend --workers of this machine to the load that waits there: that one says what is sent, and judges. "
        "Public hosts need --allow-target here, too.",
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
        default=usual.WINDOW,
        metavar="TIME",
        help=f"For how long after the last answer nothing more may come to show ({spelled(usual.WINDOW)}).",
    ),
    click.option(
        "--sender-lateness",
        type=DURATION,
        default=usual.TOO_LATE,
        metavar="TIME",
        help="How late the sender itself may be, in 99 of 100, before the result is inconclusive "
        f"({spelled(usual.TOO_LATE)}).",
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
