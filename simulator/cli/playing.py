"""What `run`, `trigger` and `demo` have in common: how a session is put together from a command line."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from simulator.cli.interrupting import heard
from simulator.cli.progress import progress_line
from simulator.clock import utc_now
from simulator.errors import StorageError
from simulator.journal import file_name
from simulator.limits import IN_FLIGHT
from simulator.receiver import Receiver
from simulator.runner.prepare import Settings
from simulator.runner.session import Session
from simulator.scenario import Scenario

Options = Mapping[str, Any]
"""What click made of a command line: option name → value."""


def session(
    scenarios: Sequence[Scenario],
    receiver: Receiver,
    options: Options,
    reproduce: Callable[[Scenario, int, datetime], str],
    *,
    confirm: bool,
) -> Session:
    """A session as the command line describes it."""
    settings = Settings(
        journals=journal_folder(options, utc_now()),
        reproduce=reproduce,
        seed=options["seed"],
        start=options["start"],
        scale=options["scale"],
        jobs=options.get("jobs", IN_FLIGHT),
        tolerance=options.get("tolerance"),
        patience=options.get("patience", 0.0),
        confirm=confirm,
        allow=frozenset(options["allow_target"]),
        environment=os.environ,
    )
    return Session(
        scenarios=scenarios,
        names=[file_name(number, one.source) for number, one in enumerate(scenarios, start=1)],
        receiver=receiver,
        settings=settings,
        wait_for=options["wait_for"],
        wait_timeout=options["wait_timeout"],
        watching=partial(progress_line, quiet=options["quiet"]),
        interrupted=heard,
    )


def journal_folder(options: Options, moment: datetime, prefix: str = "") -> Path:
    """Where this call's journals go: the folder of `--journal`, or a new one below `.partnersim`."""
    if options["journals"]:
        return Path(options["journals"])
    root = Path(".partnersim")
    stem = prefix + moment.strftime("%Y%m%dT%H%M%S")
    try:
        root.mkdir(exist_ok=True)
        if not (root / ".gitignore").exists():
            (root / ".gitignore").write_text("*\n", encoding="utf-8")
        return _new_folder(root, stem)
    except OSError as error:
        with suppress(OSError):  # the folder that this is in may be gone
            root = root.absolute()
        raise StorageError(f"cannot write below {root}: {error.strerror}", "name a folder with --journal") from error


def _new_folder(root: Path, stem: str) -> Path:
    """A folder nobody else has, also when several begin in the same second."""
    for name in (stem, f"{stem}-{os.getpid()}"):
        with suppress(FileExistsError):
            (root / name).mkdir()
            return root / name
    return root / f"{stem}-{os.getpid()}"  # two calls of one process: a journal that stands there is an error
