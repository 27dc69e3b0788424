"""`partnersim demo`: a sample receiver, both partners' scenarios, verdicts and reports; needs nothing else."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from simulator.cli.options import telling_options
from simulator.scenario import Scenario

SCENARIOS: Final = (
    "clevertap/one-time-export",
    "clevertap/four-hourly-day",
    "clevertap/repeated-completed",
    "clevertap/late-initiated",
    "clevertap/failed-export-is-silence",
    "clevertap/wrong-credentials",
    "reachfive/successful-export",
    "reachfive/partial-failure",
    "reachfive/failed-job",
    "reachfive/repeated-notification",
)
_AUTHORIZATION: Final = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # the example of ReachFive's page


@click.command()
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Fixes ids and dice.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Where reports go (.partnersim/demo-…).")
@telling_options
def command(seed: int | None, keep: Path | None, **options: Any) -> int:
    """Start the sample receiver, play both partners' scenarios against it, and show the verdicts.

    Everything stays on this machine. Takes some seconds; a day of exports passes in one of them.
    """
    from simulator.authoring import load_receiver, load_scenario
    from simulator.cli.output import say
    from simulator.cli.playing import Performance, check_reports, conclude, journal_folder, perform
    from simulator.clock import utc_now
    from simulator.runner.prepare import Settings
    from simulator.sample import receiver_file

    check_reports(options["reports"])
    folder = keep or journal_folder({"journals": None}, utc_now(), "demo-")
    with sample_receiver() as url, tempfile.TemporaryDirectory(prefix="partnersim-") as scratch:
        file = Path(scratch) / "receiver.yaml"
        file.write_text(receiver_file(url, _AUTHORIZATION), encoding="utf-8")
        environment = {**os.environ, "PARTNERSIM_SAMPLE_AUTHORIZATION": _AUTHORIZATION}
        receiver = load_receiver(str(file), environment)
        say(f"sample receiver on {url}, journals and reports in {folder}\n", **_mute(options))
        settings = Settings(journals=folder, seed=seed, environment=environment, reproduce=_again)
        report = perform(
            Performance(
                scenarios=[load_scenario(name) for name in SCENARIOS],
                receiver=receiver,
                settings=settings,
                quiet=options["quiet"],
            )
        )
    kept = [("text", folder / "report.txt"), ("json", folder / "report.json"), ("junit", folder / "report.xml")]
    return conclude(report, {**options, "reports": [*kept, *options["reports"]]})


def _again(scenario: Scenario, seed: int, start: datetime) -> str:
    """The demo's own receiver is gone by then: a new one is started first."""
    return f"partnersim run {scenario.source} --receiver receiver.yaml --seed {seed} --start {start.isoformat()}"


def _mute(options: Any) -> dict[str, bool]:
    return {"as_json": options["as_json"], "quiet": options["quiet"]}


@contextmanager
def sample_receiver() -> Iterator[str]:
    """While inside, the sample receiver runs on a free port of this machine, in a process of its own; gives its URL.

    Raises:
        PartnersimError: it did not start; with what it said.
    """
    from simulator.errors import PartnersimError

    with tempfile.TemporaryDirectory(prefix="partnersim-") as scratch:
        log = Path(scratch) / "receiver.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [
                    sys.executable,
                    "-m",
                    "simulator",
                    "receive",
                    "--port",
                    "0",
                    "--database",
                    str(Path(scratch) / "receiver.sqlite"),
                ],
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PARTNERSIM_AUTHORIZATION": _AUTHORIZATION},
                start_new_session=True,  # Ctrl-C is ours: the receiver must still answer while the run ends
            )
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            line = process.stdout.readline().decode()
            if not line.startswith("listening on "):
                raise PartnersimError(f"the sample receiver did not start: {log.read_text(errors='replace').strip()}")
            yield line.split()[2]
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
