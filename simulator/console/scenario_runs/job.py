"""Plays one run that was asked for, in the thread that calls, and says what became of it, whatever went wrong."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Event

from simulator.clock import utc_now
from simulator.console.scenario_runs.run import CUT_SHORT, ScenarioRun, told, with_report
from simulator.errors import PartnersimError
from simulator.redaction import Scrub
from simulator.runner.prepare import Progress
from simulator.runner.session import Session, perform
from simulator.scenario import Scenario


@dataclass(kw_only=True)
class Job:
    """A run that has not ended: what is needed to play it, and to end it. `run` is how it stands."""

    run: ScenarioRun
    session: Session
    scrub: Scrub
    ended: Event = field(default_factory=Event)
    forgotten: bool = False
    cut_short: bool = False  # by the end of the service


def played(job: Job) -> ScenarioRun:
    """Play it to its end; gives the run at its end. Raises nothing."""
    try:
        report = perform(replace(job.session, watching=lambda _: _following(job)))
    except PartnersimError as error:
        return job.run._replace(state="failed", ended=utc_now().timestamp(), error=told(error, job.scrub))
    except Exception as error:  # noqa: BLE001 - a fault of ours ends this run, and no other
        return _fault(job, error)
    run = with_report(job.run, report, job.scrub)
    return cut_short(run) if job.cut_short and report.interrupted else run


def cut_short(run: ScenarioRun) -> ScenarioRun:
    """The run at the end of the service."""
    return run._replace(state="failed", ended=utc_now().timestamp(), error=dict(CUT_SHORT))


def again(_: Scenario, seed: int, start: datetime) -> str:
    """How the same bytes are sent once more."""
    return f'POST /control/runs with the same body and "seed": {seed}, "start": "{start.isoformat()}"'


@contextmanager
def _following(job: Job) -> Iterator[Progress]:
    """Progress as the run tells it; a second play to confirm a failure adds nothing."""

    def tell(deliveries: int, story: float) -> None:
        if deliveries > job.run.deliveries:
            job.run = job.run._replace(deliveries=deliveries, story=story)

    yield tell


def _fault(job: Job, error: Exception) -> ScenarioRun:
    trace = job.scrub("".join(traceback.format_exception(error)))
    with suppress(OSError):
        (job.session.settings.journals / "fault.txt").write_text(trace, encoding="utf-8", errors="backslashreplace")
    words = {
        "message": f"a fault of partnersim: {type(error).__name__}",
        "remedy": "fault.txt lies beside the journals",
    }
    return job.run._replace(state="failed", ended=utc_now().timestamp(), error=words)
