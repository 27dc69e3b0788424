"""What CleverTap's pages leave open, and the answers a scenario can choose by name; the first is the default."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.provider import Option, Reading, Retry
from simulator.providers.clevertap.facts import ALERTS, CAMPAIGNS, FAQ, NOBODY, SETUP

LARGE: Final = 2**52
"""What the reading `request_id: large` adds: above 2**31 and 2**32, and still exact in a double."""


def _zone(name: str) -> Option:
    """Any other IANA zone of the account."""
    try:
        if name in {"localtime", "posixrules"} or name.startswith(("right/", "posix/")):
            raise ValueError(name)  # this machine's own, or not on UTC
        zone = ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError(f"reading zone takes an IANA time zone such as Europe/Paris, not {name!r}") from error
    return Option(name=name, value=zone, grade="assumed", source=NOBODY)


def _words(name: str, question: str, *options: Option) -> Reading:
    return Reading(name=name, question=question, options=options)


def _option(name: str, grade: Any, source: str, value: Any = None) -> Option:
    return Option(name=name, value=name if value is None else value, grade=grade, source=source)


_RETRY_NOTE = "documented for campaign webhooks; that export alerts do the same is assumed"

READINGS: Final = (
    _words(
        "request_id",
        "What does Export Request Id look like?",
        _option("number", "documented", f"{ALERTS}: the sample", {"adds": 0, "quoted": False}),
        _option("string", "assumed", NOBODY, {"adds": 0, "quoted": True}),
        _option("large", "assumed", f"{NOBODY}; above 2**31, exact in a double", {"adds": LARGE, "quoted": False}),
    ),
    _words(
        "google_name",
        "What is Google's storage called?",
        _option("Google Cloud Storage", "documented", f"{ALERTS}: the sample"),
        _option("Google Cloud Platform (GCP)", "documented", f"{ALERTS}: the table of parameters"),
    ),
    _words(
        "amazon_name",
        "What is Amazon's storage called?",
        _option("Amazon S3", "assumed", f"{ALERTS} names it so among the supported partners, in no payload"),
        _option("AWS", "assumed", f"{ALERTS} uses it in its first paragraph, in no payload"),
        _option("Amazon Web Services (AWS)", "assumed", f"{ALERTS} uses it in its first paragraph, in no payload"),
    ),
    _words(
        "type_word",
        "How is the type of export spelled?",
        _option("Events", "documented", f"{ALERTS}: the sample"),
        _option("events", "documented", f"{ALERTS}: the table of parameters"),
    ),
    _words(
        "one_time_word",
        "How is the frequency of a one-time export spelled?",
        _option("One Time", "documented", f"{ALERTS}: the sample"),
        _option("One-time", "assumed", f"{ALERTS} uses it in prose, in no payload"),
        _option("One time", "assumed", NOBODY),
    ),
    _words(
        "recurring_word",
        "How is the frequency of a recurring export spelled?",
        _option(
            "Every N Hours", "assumed", f"{NOBODY}; the intervals of 4, 8, 12 and 24 are documented", "Every {} Hours"
        ),
        _option("Recurring", "assumed", f"{ALERTS} uses it in prose, in no payload", "Recurring"),
        _option("N Hours", "assumed", NOBODY, "{} Hours"),
    ),
    _words(
        "recurring_id",
        "Does a recurring export keep its Export Request Id over all its runs?",
        _option("same", "inferred", "names of exported files carry the request id and the time of the run separately"),
        _option("new", "assumed", NOBODY),
    ),
    _words(
        "time_format",
        "How is Date and Time spelled?",
        _option("unpadded", "documented", f"{ALERTS}: the sample", ("%02d/%02d/%04d %d:%02d:%02d %s", "AM", "PM")),
        _option("padded", "assumed", NOBODY, ("%02d/%02d/%04d %02d:%02d:%02d %s", "AM", "PM")),
        _option(
            "narrow-space",
            "assumed",
            f"{NOBODY}; formatters with recent Unicode locale data put U+202F before AM and PM",
            ("%02d/%02d/%04d %d:%02d:%02d\u202f%s", "AM", "PM"),
        ),
        _option("lower-case", "assumed", NOBODY, ("%02d/%02d/%04d %d:%02d:%02d %s", "am", "pm")),
    ),
    Reading(
        name="zone",
        question="In which zone is Date and Time? Nothing in it says so.",
        options=(
            _option("Asia/Kolkata", "inferred", f"{ALERTS}: id and time of the sample", ZoneInfo("Asia/Kolkata")),
            _option("UTC", "assumed", NOBODY, ZoneInfo("UTC")),
        ),
        other=_zone,
    ),
    _words(
        "retry",
        "Is an alert sent again when it is not acknowledged?",
        _option("none", "assumed", f"{NOBODY} for export alerts", Retry(attempts=1, delay=0.0, timeout=5.0)),
        _option(
            "campaign-5s-2",
            "assumed",
            f"{CAMPAIGNS}: {_RETRY_NOTE}, so is no delay",
            Retry(attempts=3, delay=0.0, timeout=5.0),
        ),
        _option(
            "campaign-3s-1",
            "assumed",
            f"{SETUP}: {_RETRY_NOTE}, so is no delay",
            Retry(attempts=2, delay=0.0, timeout=3.0),
        ),
        _option("faq-1s-3x15s", "assumed", f"{FAQ}: {_RETRY_NOTE}", Retry(attempts=4, delay=15.0, timeout=1.0)),
    ),
)
