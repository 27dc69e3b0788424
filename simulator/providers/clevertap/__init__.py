"""CleverTap's status alerts for exports: Initiated and Completed, and the test body of its webhook console.

Every value says how sure we are of it and who says so; the sources are three pages of CleverTap's documentation:
"Status Alerts for Exports" (https://docs.clevertap.com/docs/status-alerts-for-exports), "Setup" of webhooks
(https://docs.clevertap.com/docs/setup-webhooks), and the frequently asked questions about webhooks of 2021.
"""

from typing import Final

from simulator.provider import Event, Fact, Provider
from simulator.providers.clevertap.alerts import Trade, about, emits, interval, render
from simulator.providers.clevertap.facts import ALERTS, FACTS, SAMPLE, SETUP
from simulator.providers.clevertap.readings import LARGE, READINGS
from simulator.version import __version__

__all__ = ["CLEVERTAP", "LARGE", "SAMPLE", "Trade"]

CLEVERTAP: Final = Provider(
    name="clevertap",
    title="CleverTap",
    documentation="https://docs.clevertap.com/docs/status-alerts-for-exports",
    events={
        "initiated": Event(
            name="initiated",
            title="An export begins",
            schema="clevertap/initiated",
            end=False,
            fact=Fact("An alert comes when an export is initiated.", "documented", ALERTS),
        ),
        "completed": Event(
            name="completed",
            title="An export has ended successfully",
            schema="clevertap/completed",
            end=True,
            fact=Fact("An alert comes when an export is completed successfully.", "documented", ALERTS),
        ),
        "test": Event(
            name="test",
            title="The console tries a webhook that is being created",
            schema="clevertap/test",
            end=False,
            fact=Fact("Creating a webhook sends a test body and wants a 200.", "documented", SETUP),
        ),
    },
    readings={reading.name: reading for reading in READINGS},
    facts=FACTS,
    headers=(("Content-Type", "application/json"), ("User-Agent", f"partnersim/{__version__}"), ("Accept", "*/*")),
    acknowledged_by=("200",),
    about=about,
    interval=interval,
    emits=emits,
    shares_id=lambda choices: bool(choices["recurring_id"] == "same"),
    render=render,
    retry=lambda choices: choices["retry"],
    examples={
        "initiated": {**SAMPLE, "Status": "Initiated", "Date and Time": "25/07/2023 4:41:32 PM"},
        "completed": SAMPLE,
    },
)
