"""ReachFive's End Job Notification: one job report at the end of an export, sent once.

Every value says how sure we are of it and who says so; the sources are three pages of ReachFive's documentation:
"Export job webhook" (https://developer.reachfive.com/docs/export-webhook.html), "Import job webhook"
(https://developer.reachfive.com/docs/import-webhook.html) and "Job Report"
(https://developer.reachfive.com/docs/models-job-report.html).
"""

from typing import Final

from simulator.provider import Event, Fact, Provider, Retry
from simulator.providers.reachfive.facts import FACTS, REPORT, SAMPLE, WEBHOOK
from simulator.providers.reachfive.readings import READINGS
from simulator.providers.reachfive.reports import KINDS, about, emits, render
from simulator.version import __version__

__all__ = ["KINDS", "REACHFIVE", "about", "render"]

REACHFIVE: Final = Provider(
    name="reachfive",
    title="ReachFive",
    documentation="https://developer.reachfive.com/docs/export-webhook.html",
    events={
        "finished": Event(
            name="finished",
            title="A job has ended",
            schema="reachfive/finished",
            end=True,
            fact=Fact("The job report is delivered at the end of a job, successful or not.", "documented", WEBHOOK),
        ),
        "running": Event(
            name="running",
            title="An anomaly: a job that has not ended",
            schema="reachfive/finished",
            end=False,
            fact=Fact(
                "RUNNING is a status of the job report, but the webhook speaks at the end of a job only: no partner"
                " is known to send it.",
                "assumed",
                f"{REPORT}; {WEBHOOK}",
            ),
        ),
    },
    readings={reading.name: reading for reading in READINGS},
    facts=FACTS,
    headers=(("Content-Type", "application/json"), ("User-Agent", f"partnersim/{__version__}"), ("Accept", "*/*")),
    acknowledged_by=("2xx",),
    about=about,
    interval=lambda job: float(job.every),
    emits=emits,
    shares_id=lambda choices: False,
    render=render,
    retry=lambda choices: Retry(attempts=1, delay=0.0, timeout=10.0),
    examples={"finished": SAMPLE},
)
