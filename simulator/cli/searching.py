"""What searching commands have in common: what they may cost, where they stand, what they hold a receiver against."""

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.options import DURATION
from simulator.clock import RealClock
from simulator.curl import shell_address

if TYPE_CHECKING:
    from simulator.exploring import Effort, Reference, Spent
    from simulator.receiver import Receiver

_EVERY = 0.2  # seconds between two looks at where it stands


def _runs(_: Any, __: Any, value: str) -> tuple[int, int]:
    match = re.fullmatch(r"([1-9][0-9]?)/([1-9][0-9]?)", value)
    if not match or int(match[1]) > int(match[2]):
        raise click.BadParameter(f"{value!r} is not K/N, such as 2/3: it fails when K of N plays do")
    return int(match[1]), int(match[2])


def effort_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--runs`, `--max-tries` and `--within`."""
    for option in (
        click.option("--within", type=DURATION, metavar="TIME", help="End the search after this time."),
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
    return Effort(fails=fails, plays=plays, tries=options["max_tries"], within=options["within"])


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

    endpoint = receiver.endpoint(partner)
    authorization = (endpoint.authorization if endpoint else None) or receiver.authorization
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="partnersim-"))
        app = create_app(Path(folder) / "reference.sqlite", authorization=authorization)
        stack.callback(close, app)
        env = {AUTHORIZATION_VARIABLE: authorization or ""}
        file = receiver_file("http://reference.test", authorization)
        yield Reference(app, parse_receiver(file, "the sample receiver", env))


@contextmanager
def standing(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """While inside, gives what shows a line that moves; only on a terminal, and gone at the end."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    clock, status, shown_at = RealClock(), Console(stderr=True).status(Text("")), -_EVERY
    status.start()

    def show(text: str) -> None:
        nonlocal shown_at
        if clock.now() - shown_at >= _EVERY:
            shown_at = clock.now()
            status.update(Text(text))

    try:
        yield show
    finally:
        status.stop()


def told(spent: "Spent") -> str:
    """Where a search stands: `31 tries, 49 plays, 28 s: down to 4 deliveries`."""
    return (
        f"{spent.tries:,} tries, {spent.plays:,} plays, {spent.seconds:.0f} s: down to {spent.deliveries:,} deliveries"
    )


def free(stem: str) -> Path:
    """A file in this folder that is not there yet: `late-initiated-shrunk.yaml`."""
    path, number = Path(f"{stem}.yaml"), 1
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.yaml")
    return path


def run_line(path: Path, options: Mapping[str, Any]) -> str:
    """The command that plays what was written."""
    patience = [f"--patience {options['patience']:g}"] if options.get("patience") else []
    return " ".join(["partnersim run", shlex.quote(str(path)), *_to(options), *patience, *_allowing(options)])


def explore_line(partner: str, seed: int, options: Mapping[str, Any]) -> str:
    """The command that plays one random schedule, whole."""
    words = [f"partnersim explore --partner {partner} --seed {seed} --count 1"]
    return " ".join([*words, *_to(options), *_allowing(options)])


def _to(options: Mapping[str, Any]) -> list[str]:
    if options["receiver_file"]:
        return ["--receiver", shlex.quote(options["receiver_file"])]
    secret = ['--authorization "$AUTHORIZATION"'] if options["authorization"] else []
    return ["--to", shell_address(options["to"]), *secret]


def _allowing(options: Mapping[str, Any]) -> list[str]:
    return [f"--allow-target {shlex.quote(host)}" for host in options["allow_target"]]
