"""How what a demo played is played again: its receiver is gone by then, and has to be started first."""

import shlex
import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from simulator.errors import StorageError
from simulator.sample import AUTHORIZATION_VARIABLE
from simulator.scenario import Scenario

AUTHORIZATION: Final = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # the example of ReachFive's page
_WIDTH: Final = 100


def receiver_file_in(folder: Path, url: str, flaw: str | None) -> Path:
    """The demo's receiver file, and how to start that receiver again.

    Raises:
        StorageError: it cannot be written.
    """
    from simulator.sample import receiver_file

    file = folder / "receiver.yaml"
    start = f"# {AUTHORIZATION_VARIABLE}='{AUTHORIZATION}' partnersim receive --port {_port(url)}{_with(flaw)}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"# The demo is over. To start its receiver again:\n{start}{receiver_file(url, '')}", encoding="utf-8"
        )
    except OSError as error:
        raise StorageError(
            f"cannot write {file}: {error.strerror or error}", "name another folder with --keep"
        ) from error
    return file


def again(file: Path, scenario: Scenario, seed: int, start: datetime) -> str:
    """The line that plays the same bytes to the demo's receiver, once that is started again."""
    named = [scenario.source, "--receiver", str(file), "--seed", str(seed), "--start", start.isoformat()]
    return shlex.join(["partnersim", "run", *named])


def on_the_flaw(flaw: str) -> Iterator[str]:
    """What the flaw is, and what the rule that is meant to catch it says of such."""
    from simulator.authoring import load_rule
    from simulator.sample.flaws import named

    rule = load_rule(flaw)
    yield from _field("flaw", f"{flaw}: {named(flaw).says}")
    yield from _field("why", rule.why)
    yield from _field("mend", rule.mend)
    yield f"see: partnersim explain {flaw}"


def to_start_it(folder: Path, url: str, flaw: str | None) -> Iterator[str]:
    """What to type before the lines of the report that send or play something again."""
    database = shlex.quote(str(folder / "receiver.sqlite"))
    yield "The demo's receiver is gone. Before a line above that sends or plays again, start it again:"
    yield f"  export {AUTHORIZATION_VARIABLE}='{AUTHORIZATION}'"
    yield f"  partnersim receive --port {_port(url)} --database {database}{_with(flaw)} &"


def _port(url: str) -> str:
    return url.rpartition(":")[2]


def _with(flaw: str | None) -> str:
    return f" --flaw {flaw}" if flaw else ""


def _field(name: str, value: str) -> Iterator[str]:
    first, *rest = textwrap.wrap(value, _WIDTH - 6, break_on_hyphens=False) or [""]
    yield f"{name:5} {first}"
    yield from (" " * 6 + line for line in rest)
