"""What searching commands have in common: what they may cost, and what they hold a receiver against."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.options import DURATION

if TYPE_CHECKING:
    from simulator.exploring import Effort, Reference
    from simulator.receiver import Receiver


def _runs(_: Any, __: Any, value: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]?)/([1-9][0-9]?)", value)
    if not match or int(match[1]) > int(match[2]):
        raise click.BadParameter(f"{value!r} is not K/N, such as 2/3: it fails when K of N plays do")
    return int(match[1]), int(match[2])


def effort_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--runs`, `--max-tries`, `--within` and `--patience`."""
    for option in (
        click.option(
            "--patience",
            type=DURATION,
            default=0.0,
            metavar="TIME",
            help="In the end, no window of a claim is shorter than this.",
        ),
        click.option(
            "--within",
            type=DURATION,
            metavar="TIME",
            help="Search no longer than this; what is found is then played to make sure of it.",
        ),
        click.option("--max-tries", type=click.IntRange(1), metavar="N", help="Try no more scenarios than this."),
        click.option(
            "--runs", default="2/2", callback=_runs, metavar="K/N", help="It fails when K of N plays do (2/2)."
        ),
    ):
        command = option(command)
    return command


def effort_of(options: Mapping[str, Any]) -> "Effort":
    """What the options allow."""
    from simulator.exploring import Effort

    fails, plays = options["runs"]
    return Effort(
        fails=fails,
        plays=plays,
        tries=options["max_tries"],
        within=options["within"],
        patience=options["patience"],
    )


@contextmanager
def reference_for(receiver: "Receiver", partner: str) -> Iterator["Reference | None"]:
    """The sample receiver in this process, with the credentials that `receiver` asks of that partner.

    None for a partner that it does not take notifications of.
    """
    if partner not in {"clevertap", "reachfive"}:
        yield None
        return
    from simulator.authoring import parse_receiver
    from simulator.exploring import Reference
    from simulator.sample import AUTHORIZATION_VARIABLE, close, create_app, receiver_file

    authorization = receiver.authorization_for(partner)
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="partnersim-"))
        app = create_app(Path(folder) / "reference.sqlite", authorization=authorization)
        stack.callback(close, app)
        env = {AUTHORIZATION_VARIABLE: authorization or ""}
        file = receiver_file("http://reference.test", authorization)
        yield Reference(app, parse_receiver(file, "the sample receiver", env))
