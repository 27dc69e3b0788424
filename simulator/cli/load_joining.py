"""What the command line says of other machines: where they join a load, and joining one."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from simulator.cli.load_waiting import Unanswered
from simulator.cli.output import say, tell_people
from simulator.clock import spelled
from simulator.errors import UsageError
from simulator.load.machines.joining import Loan, lend
from simulator.load.orders import Orders
from simulator.load.processes import Meeting
from simulator.load.usual import GATHERING
from simulator.load.words import workers as so_many
from simulator.shown import block

_OF_A_JOINER = {"join", "workers", "allow_target", "quiet"}
_USUAL = ("127.0.0.1", 5557)  # Locust's own port

Options = Mapping[str, Any]


def joined(options: Options) -> int:
    """Lend this machine's processes to the load that `--join` names; the exit code.

    Raises:
        UsageError: something else is said of what is sent, or Locust is not installed.
    """
    host, port = options["join"]
    others = _others()
    if others:
        raise UsageError(
            f"{' and '.join(others)} cannot stand beside --join",
            f"{host}:{port} says what is sent, and judges it; here only --workers and --allow-target can be chosen",
        )
    workers, quiet = options["workers"], options["quiet"]

    def saying(words: str) -> None:
        say(words, as_json=True, quiet=quiet)

    unanswered = Unanswered(f"{host}:{port}", GATHERING, saying)
    loan = Loan(host, port, workers, os.environ, Path.cwd(), _complain, unanswered.look, options["allow_target"])
    many, upto = so_many(workers), spelled(loan.patience)
    saying(f"joining the load at {loan.where} with {many}, which says what is sent; knocking for up to {upto}")
    code = lend(loan)
    if not code:
        saying(f"{loan.where} has all of it, and judges it")
    return code


def meeting_of(options: Options) -> Meeting | None:
    """Where workers of other machines join; None when none are expected.

    Raises:
        UsageError: the words contradict one another.
    """
    bind, expected = options["master_bind"], options["expect_workers"]
    if not expected:
        if bind:
            raise UsageError("--master-bind goes with --expect-workers", "say how many are to join there")
        return None
    own = [f"--{name}" for name in ("cacert", "cert", "key") if options[name]]
    if own:
        raise UsageError(
            f"{' and '.join(own)} {'goes' if len(own) == 1 else 'go'} with workers of this machine alone",
            "name those files in the receiver file: who joins looks for them from the folder that it joins in",
        )
    if options["to"]:
        raise UsageError(
            "--expect-workers goes with --receiver FILE: what a URL needs is not handed to other machines",
            "write a receiver file, with credentials as ${env:NAME}",
        )
    host, port = bind or _USUAL
    return Meeting(host, port, expected)


def _complain(why: str) -> None:
    tell_people(block(f"partnersim: {why}"))


def machine_words(orders: Orders, meeting: Meeting | None) -> list[str]:
    """Those of a command line that say how many workers send, and where."""
    own = orders.workers - (meeting.elsewhere if meeting else 0)
    words = [f"--workers {own}"] if own > 1 else []
    if meeting:
        words.append(f"--expect-workers {meeting.elsewhere}")
        words += [f"--master-bind {meeting.host}:{meeting.port}"] if (meeting.host, meeting.port) != _USUAL else []
    return words


def _others() -> Sequence[str]:
    """What was typed beside what one who joins may say."""
    context = click.get_current_context()
    typed = [
        one
        for one in context.command.params
        if one.name not in _OF_A_JOINER
        and context.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
        and context.params.get(one.name or "") not in (None, (), False)
    ]
    return [one.opts[0] if isinstance(one, click.Option) else "SCENARIO" for one in typed]
