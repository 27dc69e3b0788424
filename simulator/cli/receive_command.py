"""`partnersim receive`: the sample receiver."""

import os
import signal
from functools import partial
from pathlib import Path
from threading import Event

import click

from simulator.cli.options import PATH
from simulator.sample import AUTHORIZATION_VARIABLE


@click.command()
@click.option("--host", default="127.0.0.1", metavar="HOST", help="Where it listens (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, metavar="PORT", help="0 takes a free one (8000).")
@click.option("--database", type=PATH, metavar="FILE", help="SQLite file (receiver.sqlite).")
@click.option(
    "--authorization",
    envvar=AUTHORIZATION_VARIABLE,
    metavar="VALUE",
    help=f"The Authorization value that partners must send (or {AUTHORIZATION_VARIABLE}).",
)
@click.option(
    "--zone", default="Asia/Kolkata", metavar="ZONE", help="The CleverTap account's time zone (Asia/Kolkata)."
)
@click.option("--flaw", metavar="NAME", help="Be a bad receiver in one way (see: partnersim list flaws).")
@click.option("--print-receiver-file", is_flag=True, help="Print the receiver file for it, and end.")
def command(
    host: str,
    port: int,
    database: Path | None,
    authorization: str | None,
    zone: str,
    flaw: str | None,
    print_receiver_file: bool,
) -> int:
    """Run the sample receiver: Flask and SQLite, durable before it answers, with a page that lists what arrived.

    It takes notifications at /hooks/clevertap and /hooks/reachfive and shows its state at /exports/PROVIDER/ID.

    \b
    partnersim receive --print-receiver-file > receiver.yaml
    partnersim receive --port 8000
    partnersim receive --flaw repeats/at-once
    """
    from zoneinfo import ZoneInfo

    from simulator.cli.output import say
    from simulator.errors import StorageError, UsageError
    from simulator.sample import close, create_app, receiver_file, serve
    from simulator.sample.flaws import named

    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as error:
        raise UsageError(
            f"there is no time zone {zone!r}", "name one of the IANA list, such as Europe/Paris"
        ) from error
    if not host:  # to a socket that is every address of this machine
        raise UsageError("the host is empty", "127.0.0.1 is this machine alone, 0.0.0.0 all that reach it")
    bracketed = f"[{host}]" if ":" in host else host
    if print_receiver_file:
        say(receiver_file(f"http://{bracketed}:{port}", authorization, zone).rstrip("\n"))
        return 0
    chosen = named(flaw)
    place = database or Path("receiver.sqlite")
    try:
        app = create_app(place, authorization=authorization, zone=zone, flaw=chosen)
    except OSError as error:
        raise StorageError(f"cannot use the database {place}: {error}", "name another file with --database") from error
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(app, host, port, partial(_ready, place, chosen.says if flaw else ""), stop=stop)
    finally:
        close(app)
    return 0


def _ready(place: Path, flaw: str, url: str) -> None:
    from simulator.cli.output import say

    warning = f"it is a bad receiver on purpose: {flaw}\n" if flaw else ""
    say(f"listening on {url} (pid {os.getpid()}, database {place})\n{warning}stop with Ctrl-C")
