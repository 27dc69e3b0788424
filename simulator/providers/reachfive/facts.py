"""What we rely on in ReachFive's job reports, how sure we are and who says so: pages, facts, the documented sample."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.provider import Fact

WEBHOOK: Final = "ReachFive, Export job webhook"
IMPORTS: Final = "ReachFive, Import job webhook"
REPORT: Final = "ReachFive, Job Report"
NOBODY: Final = "nobody says"

FACTS: Final = (
    Fact("One POST at the end of a job, whether it was successful or not.", "documented", WEBHOOK),
    Fact("Fire and forget: there are no retries.", "documented", WEBHOOK),
    Fact(
        "The webhook is set per export definition (User Profiles, User Events, User Consents): URL, timeout in seconds,"
        " and an optional static Authorization value of any pattern, `<Type> <Value>` recommended.",
        "documented",
        WEBHOOK,
    ),
    Fact(
        "The page also says: if no response is received in the time specified, the job report is not sent. That"
        " contradicts itself, since the request must be out for a response to be awaited. It is read so: the attempt"
        " is cut at the timeout and never repeated; the receiver may have read all of it.",
        "assumed",
        WEBHOOK,
    ),
    Fact("Unless configured, the timeout is 10 s.", "assumed", f"{NOBODY}; by analogy with its user-event webhooks"),
    Fact("The job report comes without its `definition` object.", "documented", WEBHOOK),
    Fact(
        "`status` is SUCCESS in the sample; the page Job Report lists SUCCESS, FAILURE and RUNNING. A failed job sends"
        " FAILED unless the reading `failed_word` says FAILURE.",
        "assumed",
        f"{WEBHOOK}; {REPORT}",
    ),
    Fact("SUCCESS with total_failed above 0 occurs: a partial failure.", "documented", f"{WEBHOOK}: the sample"),
    Fact("total_succeeded + total_failed = total_operations.", "inferred", f"{WEBHOOK}: the sample"),
    Fact(
        "created_at is when the job began, updated_at when it ended, not before.", "inferred", f"{WEBHOOK}: the sample"
    ),
    Fact("Times are ISO 8601 in UTC with milliseconds.", "documented", f"{WEBHOOK}: the sample"),
    Fact(
        "`id` and `definition_id` are 20 base64url characters, the first 6 bytes the creation time in milliseconds.",
        "inferred",
        f"{WEBHOOK}, {REPORT}: the samples",
    ),
    Fact("All runs of an export have one definition_id, and each its own id.", "inferred", WEBHOOK),
    Fact("Any 2xx acknowledges; nothing follows from any answer.", "assumed", NOBODY),
    Fact("There is no signature and no delivery id: none is documented.", "assumed", WEBHOOK),
    Fact(
        "Setting it up needs the Developer, Manager or Administrator role and the Export Jobs feature.",
        "documented",
        WEBHOOK,
    ),
    Fact("Content-Type is application/json.", "assumed", NOBODY),
    Fact("User-Agent: ReachFive's is unknown; partnersim says who it is. Accept is */*.", "assumed", NOBODY),
)

SAMPLE: Final[Mapping[str, Any]] = {
    "total_succeeded": 2,
    "total_operations": 3,
    "total_failed": 1,
    "id": "AXVLjk0mPq3Zdy8Qkpxt",
    "status": "SUCCESS",
    "created_at": "2020-11-21T14:26:10.345Z",
    "type": "export",
    "updated_at": "2020-11-21T14:26:11.630Z",
    "definition_id": "AWstKc0mPq3Zqw5seX89",
    "definition_name": "User export",
}
"""The documented sample; what it leaves out of both ids is filled up to their 20 characters."""
