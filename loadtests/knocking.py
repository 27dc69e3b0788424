"""Sees, before a machine says that it is ready, whether it reaches the receiver at all."""

from time import perf_counter

from loadtests.alarm import Overdue
from loadtests.line import Lines
from simulator.errors import UsageError
from simulator.load.machines.handed import Task
from simulator.model import Url
from simulator.wire.addresses import plain
from simulator.wire.failure import Failure
from simulator.wire.tls import context

_PATIENCE = 10.0  # seconds for a connection


def knock(share: Task, where: str) -> None:
    """Connect to each place that notifications of the load at `where` go to, and send nothing.

    Raises:
        UsageError: one is not reached from here, or may not be, or a file that TLS needs is wrong.
    """
    receiver = share.planned.receiver
    lines = Lines(context(receiver.tls), frozenset(map(plain, share.orders.allow)))
    partners = [one.lives.timeline.provider.name for one in share.planned.loads]
    for url in {end.url for one in partners if (end := receiver.endpoint(one)) is not None}:
        place = f"{url.scheme}://{url.authority}"
        if why := _objection(lines, url):
            raise UsageError(
                f"{place} is refused where it was joined: {why}",
                f"partnersim load --join {where} --allow-target {url.host} …",
            )
        if why := _trouble(lines, url):
            raise UsageError(
                f"{place} is not reached from where it was joined: {why}",
                "the receiver file has to name an address that every machine reaches",
            )


def _objection(lines: Lines, url: Url) -> str:
    """Why nothing is sent there as long as nobody allows it; "" when it may be, or never may."""
    try:
        lines.look(url, perf_counter() + _PATIENCE)
    except Failure as error:
        return error.detail if "--allow-target" in error.detail else ""
    except Overdue:
        pass  # that is told of below
    return ""


def _trouble(lines: Lines, url: Url) -> str:
    """Why it is not reached; "" when it is."""
    deadline = perf_counter() + _PATIENCE
    try:
        line = lines.open(url, deadline)
        try:
            line.shake_hands(deadline)
        finally:
            line.close()
    except Overdue:
        return f"no connection within {_PATIENCE:.0f}s"
    except (Failure, OSError) as error:
        return str(error)
    return ""
