"""What we rely on in CleverTap's alerts, how sure we are and who says so: pages, facts, the documented sample."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.provider import Fact

ALERTS: Final = "CleverTap, Status Alerts for Exports"
SETUP: Final = "CleverTap, Webhooks: Setup"
CAMPAIGNS: Final = "CleverTap, Webhooks (campaigns)"
FAQ: Final = "CleverTap, Webhooks FAQ of 2021 (campaigns)"
NOBODY: Final = "nobody says"

FACTS: Final = (
    Fact("The body has six keys, with spaces and capitals; `Export Request Id` is a number.", "documented", ALERTS),
    Fact(
        "An Export Request Id is an epoch second: that of the sample is 2023-07-25 16:41:32 in India, 9m20s before the"
        " sample's time. partnersim counts ids from a second long before the story, so that stories do not share them.",
        "inferred",
        f"{ALERTS}: the sample",
    ),
    Fact(
        "Date and Time is DD/MM/YYYY h:mm:ss AM|PM: hour not padded, no zone, whole seconds.",
        "documented",
        f"{ALERTS}: the sample",
    ),
    Fact(
        "Date and Time is in the zone of the account, Asia/Kolkata for the sample.", "inferred", f"{ALERTS}: the sample"
    ),
    Fact("Status is Initiated or Completed.", "documented", ALERTS),
    Fact(
        "A failed export is silence: alerts come when one is initiated or completed successfully.", "inferred", ALERTS
    ),
    Fact("Only exports of events to Amazon S3 and Google Cloud alert.", "documented", ALERTS),
    Fact("Recurring exports run every 4, 8, 12 or 24 hours.", "documented", ALERTS),
    Fact(
        "The hours between two runs are elapsed time: on days on which clocks change, local times of runs shift.",
        "assumed",
        NOBODY,
    ),
    Fact("Two exports created in one second share an Export Request Id.", "inferred", f"{ALERTS}: the sample"),
    Fact(
        "Alerts start for existing and new exports as soon as they are enabled, so a Completed may come without an"
        " Initiated; when the webhook is changed, the second half of a run goes to the new URL.",
        "documented",
        ALERTS,
    ),
    Fact(
        "Alerts are POST requests to one webhook of the account, chosen by its name; disabling stops them.",
        "documented",
        ALERTS,
    ),
    Fact(
        "Creating a webhook sends a test body of another shape, and keeps the webhook only on 200.", "documented", SETUP
    ),
    Fact("Success is 200; 3xx, 4xx and 5xx are errors; of 201, 202 and 204 nothing is said.", "documented", CAMPAIGNS),
    Fact(
        "Without a word on timeout and retries of export alerts: 5 s and no retry; the figures of campaign webhooks are"
        " named readings.",
        "assumed",
        NOBODY,
    ),
    Fact("A webhook authenticates by custom headers, Basic or OAuth 2.0.", "documented", SETUP),
    Fact("There is no signature and no delivery id: none is documented.", "assumed", ALERTS),
    Fact("Content-Type is application/json.", "assumed", NOBODY),
    Fact("User-Agent: CleverTap's is unknown; partnersim says who it is. Accept is */*.", "assumed", NOBODY),
)

SAMPLE: Final[Mapping[str, Any]] = {
    "Export Request Id": 1690283492,
    "Partner": "Google Cloud Storage",
    "Type": "Events",
    "Status": "Completed",
    "Frequency": "One Time",
    "Date and Time": "25/07/2023 4:50:52 PM",
}
