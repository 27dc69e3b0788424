"""`partnersim demo`: a sample receiver, both partners' scenarios, verdicts and reports; needs nothing else."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from simulator.cli.demo_again import AUTHORIZATION, again, on_the_flaw, receiver_file_in, to_start_it
from simulator.cli.options import PATH, telling_options
from simulator.errors import PartnersimError
from simulator.sample import AUTHORIZATION_VARIABLE

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
)


@click.command()
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Fixes ids and dice.")
@click.option("--keep", type=PATH, metavar="DIR", help="Where reports go (.partnersim/demo-…).")
@click.option("--flaw", metavar="NAME", help="Against a bad receiver (see: partnersim list flaws).")
@telling_options
def command(seed: int | None, keep: Path | None, flaw: str | None, **options: Any) -> int:
    """Start the sample receiver, play both partners' scenarios against it, and show the verdicts.

    Everything stays on this machine. Takes some seconds; a day of exports passes in one of them.

    \b
    partnersim demo
    partnersim demo --keep demo-reports
    partnersim demo --flaw repeats/at-once
    """
    from simulator.authoring import load_receiver, load_scenario
    from simulator.cli.interrupting import heard
    from simulator.cli.output import say
    from simulator.cli.playing import journal_folder
    from simulator.cli.progress import progress_line
    from simulator.cli.telling import check_reports, conclude, write_reports
    from simulator.clock import utc_now
    from simulator.journal import file_name
    from simulator.runner.prepare import Settings
    from simulator.runner.session import Session, perform
    from simulator.shown import block

    check_reports(options["reports"])
    folder = keep or journal_folder({"journals": None}, utc_now(), "demo-")
    names = [*SCENARIOS, *(_rule_of(flaw) if flaw else ())]
    with sample_receiver(flaw) as url:
        file = receiver_file_in(folder, url, flaw)
        environment = {**os.environ, AUTHORIZATION_VARIABLE: AUTHORIZATION}
        scenarios = [load_scenario(name) for name in names]
        kind = f"sample receiver with the flaw {flaw}" if flaw else "sample receiver"
        say(f"{kind} on {url}, journals and reports in {folder}\n", **_mute(options))
        played = Session(
            scenarios=scenarios,
            names=[file_name(number, one.source) for number, one in enumerate(scenarios, start=1)],
            receiver=load_receiver(str(file), environment),
            settings=Settings(journals=folder, seed=seed, environment=environment, reproduce=partial(again, file)),
            watching=partial(progress_line, quiet=options["quiet"]),
            interrupted=heard,
        )
        report = perform(played)
    kept = [("text", folder / "report.txt"), ("json", folder / "report.json"), ("junit", folder / "report.xml")]
    write_reports(report, kept)
    code = conclude(report, options)
    after = [["", *on_the_flaw(flaw)]] if flaw else []
    after += [["", *to_start_it(folder, url, flaw)]] if code else []
    for told in after:
        say(block("\n".join(told)), **_mute(options))
    return code


def _rule_of(flaw: str) -> list[str]:
    """The rule that is meant to catch the flaw, with each partner.

    Raises:
        UsageError: there is no such flaw.
    """
    from simulator.authoring import load_rule
    from simulator.sample.flaws import named

    named(flaw)
    return [f"rules/{flaw}@{partner}" for partner in load_rule(flaw).played]


def _mute(options: Any) -> dict[str, bool]:
    return {"as_json": options["as_json"], "quiet": options["quiet"]}


@contextmanager
def sample_receiver(flaw: str | None = None) -> Iterator[str]:
    """While inside, the sample receiver runs on a free port of this machine, in a process of its own; gives its URL.

    With `flaw` it has that one.

    Raises:
        PartnersimError: it did not start; with what it said.
    """
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
                    f"{scratch}/receiver.sqlite",
                    *(("--flaw", flaw) if flaw else ()),
                ],
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                env={**os.environ, AUTHORIZATION_VARIABLE: AUTHORIZATION},
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
