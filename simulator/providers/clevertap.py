"""CleverTap's status alerts for exports: Initiated and Completed, and the test body of its webhook console.

Every value says how sure we are of it and who says so; the sources are three pages of CleverTap's documentation:
"Status Alerts for Exports" (https://docs.clevertap.com/docs/status-alerts-for-exports), "Setup" of webhooks
(https://docs.clevertap.com/docs/setup-webhooks), and the frequently asked questions about webhooks of 2021.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from simulator.provider import Event, Fact, Option, Payload, Provider, Reading, Retry, Run
from simulator.version import __version__

ALERTS: Final = "CleverTap, Status Alerts for Exports"
SETUP: Final = "CleverTap, Webhooks: Setup"
CAMPAIGNS: Final = "CleverTap, Webhooks (campaigns)"
FAQ: Final = "CleverTap, Webhooks FAQ of 2021 (campaigns)"
NOBODY: Final = "nobody says"

LARGE: Final = 2**52
"""What the reading `request_id: large` adds: above 2**31 and 2**32, and still exact in a double."""


class Trade(NamedTuple):
    """An export's own settings: which storage it goes to, hours between its runs (0: one time), runs that fail."""

    amazon: bool
    hours: int
    fails: frozenset[int]


_PARTNERS = {"google cloud storage": False, "amazon s3": True}
_FREQUENCIES = {"one time": 0, **{f"every {hours} hours": hours for hours in (4, 8, 12, 24)}}


def about(traits: Mapping[str, Any]) -> Trade:
    """`partner`, `type`, `frequency` and `fails` of an export, letters' case free.

    Raises:
        ValueError: a value CleverTap does not have.
    """
    partner = str(traits.get("partner", "Google Cloud Storage")).casefold()
    if partner not in _PARTNERS:
        raise ValueError(f"partner is Google Cloud Storage or Amazon S3, not {traits['partner']!r}")
    if str(traits.get("type", "Events")).casefold() != "events":
        raise ValueError(f"type is Events, the only exports that alert, not {traits['type']!r}")
    frequency = str(traits.get("frequency", "one time")).casefold()
    if frequency not in _FREQUENCIES:
        raise ValueError(f"frequency is one of {', '.join(_FREQUENCIES)}, not {traits['frequency']!r}")
    return Trade(_PARTNERS[partner], _FREQUENCIES[frequency], frozenset(traits.get("fails", ())))


def interval(trade: Trade) -> float:
    """Seconds of elapsed time between two runs: on days on which clocks change, local times shift."""
    return trade.hours * 3600.0


def emits(trade: Trade, run: int, takes: float) -> tuple[tuple[str, float], ...]:
    """Initiated at the start and Completed at the end; a run that fails ends in silence."""
    return (("initiated", 0.0),) if run in trade.fails else (("initiated", 0.0), ("completed", takes))


def render(event: str, run: Run, moment: float, choices: Mapping[str, Any]) -> Payload:
    """The alert of an event at `moment`, its keys in the order of the documented sample."""
    if event == "test":
        return _test_body(run)
    trade = run.about
    request_id = run.id
    if request_id is None:
        request_id = int(run.base) + run.serial + choices["request_id"]["adds"]
    if choices["request_id"]["quoted"]:
        request_id = str(request_id)
    status = _STATUS[event]
    time = _time_text(int(moment + 5e-7), choices["zone"], choices["time_format"])
    fields = {
        "Export Request Id": request_id,
        "Partner": choices["amazon_name"] if trade.amazon else choices["google_name"],
        "Type": choices["type_word"],
        "Status": status,
        "Frequency": choices["recurring_word"].format(trade.hours) if trade.hours else choices["one_time_word"],
        "Date and Time": time,
    }
    return Payload(fields, str(request_id), status, time)


_STATUS = {"initiated": "Initiated", "completed": "Completed"}


@lru_cache(maxsize=1024)
def _time_text(second: int, zone: ZoneInfo, words: tuple[str, str, str]) -> str:
    """`25/07/2023 4:50:52 PM` in the account's zone. Kept, since a busy account sends many in one second."""
    form, am, pm = words
    then = datetime.fromtimestamp(second, zone)
    half = am if then.hour < 12 else pm
    return form % (then.day, then.month, then.year, then.hour % 12 or 12, then.minute, then.second, half)


def _test_body(run: Run) -> Payload:
    """What the console sends when a webhook is created: five made-up profiles, the same for the same dice."""
    from faker import Faker

    made = Faker("en_US")
    made.seed_instance(int.from_bytes(run.dice))
    profiles = [{"Identity": made.user_name(), "Email": made.safe_email(), "push_token": made.sha1()} for _ in range(5)]
    fields = {"is_test": True, "targetId": 1234, "key_values": {"key": "value"}, "profiles": profiles}
    return Payload(fields, "1234", "", "")


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


def _fact(says: str, grade: Any, source: str) -> Fact:
    return Fact(says=says, grade=grade, source=source)


FACTS: Final = (
    _fact("The body has six keys, with spaces and capitals; `Export Request Id` is a number.", "documented", ALERTS),
    _fact(
        "An Export Request Id is an epoch second: that of the sample is 2023-07-25 16:41:32 in India, 9m20s before the"
        " sample's time. partnersim counts ids from a second long before the story, so that stories do not share them.",
        "inferred",
        f"{ALERTS}: the sample",
    ),
    _fact(
        "Date and Time is DD/MM/YYYY h:mm:ss AM|PM: hour not padded, no zone, whole seconds.",
        "documented",
        f"{ALERTS}: the sample",
    ),
    _fact(
        "Date and Time is in the zone of the account, Asia/Kolkata for the sample.", "inferred", f"{ALERTS}: the sample"
    ),
    _fact("Status is Initiated or Completed.", "documented", ALERTS),
    _fact(
        "A failed export is silence: alerts come when one is initiated or completed successfully.", "inferred", ALERTS
    ),
    _fact("Only exports of events to Amazon S3 and Google Cloud alert.", "documented", ALERTS),
    _fact("Recurring exports run every 4, 8, 12 or 24 hours.", "documented", ALERTS),
    _fact(
        "The hours between two runs are elapsed time: on days on which clocks change, local times of runs shift.",
        "assumed",
        NOBODY,
    ),
    _fact("Two exports created in one second share an Export Request Id.", "inferred", f"{ALERTS}: the sample"),
    _fact(
        "Alerts start for existing and new exports as soon as they are enabled, so a Completed may come without an"
        " Initiated; when the webhook is changed, the second half of a run goes to the new URL.",
        "documented",
        ALERTS,
    ),
    _fact(
        "Alerts are POST requests to one webhook of the account, chosen by its name; disabling stops them.",
        "documented",
        ALERTS,
    ),
    _fact(
        "Creating a webhook sends a test body of another shape, and keeps the webhook only on 200.", "documented", SETUP
    ),
    _fact("Success is 200; 3xx, 4xx and 5xx are errors; of 201, 202 and 204 nothing is said.", "documented", CAMPAIGNS),
    _fact(
        "Without a word on timeout and retries of export alerts: 5 s and no retry; the figures of campaign webhooks are"
        " named readings.",
        "assumed",
        NOBODY,
    ),
    _fact("A webhook authenticates by custom headers, Basic or OAuth 2.0.", "documented", SETUP),
    _fact("There is no signature and no delivery id: none is documented.", "assumed", ALERTS),
    _fact("Content-Type is application/json.", "assumed", NOBODY),
    _fact("User-Agent: CleverTap's is unknown; partnersim says who it is. Accept is */*.", "assumed", NOBODY),
)

SAMPLE: Final[Mapping[str, Any]] = {
    "Export Request Id": 1690283492,
    "Partner": "Google Cloud Storage",
    "Type": "Events",
    "Status": "Completed",
    "Frequency": "One Time",
    "Date and Time": "25/07/2023 4:50:52 PM",
}

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
            fact=_fact("An alert comes when an export is initiated.", "documented", ALERTS),
        ),
        "completed": Event(
            name="completed",
            title="An export has ended successfully",
            schema="clevertap/completed",
            end=True,
            fact=_fact("An alert comes when an export is completed successfully.", "documented", ALERTS),
        ),
        "test": Event(
            name="test",
            title="The console tries a webhook that is being created",
            schema="clevertap/test",
            end=False,
            fact=_fact("Creating a webhook sends a test body and wants a 200.", "documented", SETUP),
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
