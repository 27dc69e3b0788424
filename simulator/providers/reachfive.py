"""ReachFive's End Job Notification: one job report at the end of an export, sent once.

Every value says how sure we are of it and who says so; the sources are three pages of ReachFive's documentation:
"Export job webhook" (https://developer.reachfive.com/docs/export-webhook.html), "Import job webhook"
(https://developer.reachfive.com/docs/import-webhook.html) and "Job Report"
(https://developer.reachfive.com/docs/models-job-report.html).
"""

from binascii import b2a_base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from simulator.provider import Event, Fact, Option, Payload, Provider, Reading, Retry, Run
from simulator.version import __version__

WEBHOOK: Final = "ReachFive, Export job webhook"
IMPORTS: Final = "ReachFive, Import job webhook"
REPORT: Final = "ReachFive, Job Report"
NOBODY: Final = "nobody says"

KINDS: Final = ("User Profiles", "User Events", "User Consents")
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_NAMES_MADE: Final = 32  # definition names made up for one seed: exports without a name of their own share them out


class Job(NamedTuple):
    """An export's own settings. `definition` is "" when the author gave no name; `every` is in seconds, 0 for once."""

    definition: str
    kind: str
    every: float
    succeeds: bool
    total: int
    failed: int


def about(traits: Mapping[str, Any]) -> Job:
    """`definition`, `kind`, `every`, `result`, `total` and `failed` of an export.

    Raises:
        ValueError: a value ReachFive does not have, or counts that do not add up.
    """
    from simulator.clock import seconds  # it brings asyncio, and the table of partners is to load fast

    kinds = {kind.casefold(): kind for kind in KINDS}
    kind = str(traits.get("kind", KINDS[0])).casefold()
    if kind not in kinds:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {traits['kind']!r}")
    result = traits.get("result", "success")
    total = int(traits.get("total", 3))
    usual = {"success": 0, "partial failure": min(1, total), "failed": total}
    if result not in usual:
        raise ValueError(f"result is one of {', '.join(usual)}, not {result!r}")
    failed = int(traits.get("failed", usual[result]))
    if not 0 <= failed <= total:
        raise ValueError(f"of {total} operations {failed} cannot fail")
    if result == "success" and failed:
        raise ValueError(f"with failed: {failed} the result is a partial failure, not a success")
    if result == "partial failure" and not 0 < failed < total:
        raise ValueError(f"in a partial failure some operations fail and some do not, not {failed} of {total}")
    every = seconds(traits.get("every", 0))
    return Job(str(traits.get("definition", "")), kinds[kind], every, result != "failed", total, failed)


def emits(job: Job, run: int, takes: float) -> tuple[tuple[str, float], ...]:
    """One notification at the end, however the job ended."""
    return (("finished", takes),)


def render(event: str, run: Run, moment: float, choices: Mapping[str, Any]) -> Payload:
    """The job report at `moment`, its keys in the order of the documented sample."""
    job: Job = run.about
    running = event == "running"
    total, failed = (0, 0) if running else (job.total, job.failed)
    status = "RUNNING" if running else "SUCCESS" if job.succeeds else choices["failed_word"]
    created, updated = round(min(run.started, moment) * 1e6), round(moment * 1e6)
    job_id = str(run.id) if run.id is not None else _identifier(created // 1000, run.dice)
    definition_id, definition_name = _definition(run, job)
    spelled = choices["time_digits"]
    updated_at = spelled(updated)
    fields = {
        "total_succeeded": total - failed,
        "total_operations": total,
        "total_failed": failed,
        "id": job_id,
        "status": status,
        "created_at": spelled(created),
        "type": choices["job_type"],
        "updated_at": updated_at,
        "definition_id": definition_id,
        "definition_name": definition_name,
    }
    return Payload(fields, job_id, status, updated_at, definition_id)


def _identifier(milliseconds: int, dice: bytes) -> str:
    """20 base64url characters: 6 bytes of the time of creation, 9 of dice."""
    return b2a_base64(milliseconds.to_bytes(6, "big") + dice[:9], newline=False).translate(_URL_SAFE).decode()


def _definition(run: Run, job: Job) -> tuple[str, str]:
    """Id and name of an export's definition, the same for all its runs; the name is made up where none was given."""
    base = int(run.base)
    dice = blake2b(b"%d %b" % (base, run.export.encode()), digest_size=16).digest()
    name = job.definition or f"{job.kind} – {_places(base)[dice[15] % _NAMES_MADE]}"
    return _identifier(base * 1000, dice), name


@lru_cache(maxsize=16)
def _places(base: int) -> tuple[str, ...]:
    """French towns, for definition names with letters beyond ASCII among them."""
    from faker import Faker

    made = Faker("fr_FR")
    made.seed_instance(base)
    return tuple(made.city() for _ in range(_NAMES_MADE))


def _milliseconds(moment: int) -> str:
    """`2020-11-21T14:26:10.345Z`, of microseconds; cut, not rounded, as all three are."""
    return "%s.%03dZ" % (_second_text(moment // 1_000_000), moment // 1000 % 1000)  # noqa: UP031 - hot, and faster so


def _microseconds(moment: int) -> str:
    """`2020-11-21T14:26:10.345000Z`."""
    return f"{_second_text(moment // 1_000_000)}.{moment % 1_000_000:06}Z"


def _seconds(moment: int) -> str:
    """`2020-11-21T14:26:10Z`."""
    return f"{_second_text(moment // 1_000_000)}Z"


@lru_cache(maxsize=1024)
def _second_text(second: int) -> str:
    """`2020-11-21T14:26:10`. Kept, since a busy account sends many in one second."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def _option(name: str, grade: Any, source: str, value: Any = None) -> Option:
    return Option(name=name, value=name if value is None else value, grade=grade, source=source)


READINGS: Final = (
    Reading(
        name="failed_word",
        question="What is the status of a job that failed?",
        options=(
            _option("FAILED", "assumed", NOBODY),
            _option("FAILURE", "documented", f"{REPORT}: the list of statuses"),
        ),
    ),
    Reading(
        name="time_digits",
        question="How many fraction digits have created_at and updated_at?",
        options=(
            _option("milliseconds", "documented", f"{WEBHOOK}: the sample", _milliseconds),
            _option("microseconds", "inferred", f"{REPORT}: a definition's time in the sample has them", _microseconds),
            _option("seconds", "assumed", NOBODY, _seconds),
        ),
    ),
    Reading(
        name="job_type",
        question="What is the type of the job?",
        options=(
            _option("export", "documented", f"{WEBHOOK}: the sample"),
            _option("import", "documented", f"{IMPORTS}: the same kind of webhook tells of import jobs"),
        ),
    ),
)


def _fact(says: str, grade: Any, source: str) -> Fact:
    return Fact(says=says, grade=grade, source=source)


FACTS: Final = (
    _fact("One POST at the end of a job, whether it was successful or not.", "documented", WEBHOOK),
    _fact("Fire and forget: there are no retries.", "documented", WEBHOOK),
    _fact(
        "The webhook is set per export definition (User Profiles, User Events, User Consents): URL, timeout in seconds,"
        " and an optional static Authorization value of any pattern, `<Type> <Value>` recommended.",
        "documented",
        WEBHOOK,
    ),
    _fact(
        "The page also says: if no response is received in the time specified, the job report is not sent. That"
        " contradicts itself, since the request must be out for a response to be awaited. It is read so: the attempt"
        " is cut at the timeout and never repeated; the receiver may have read all of it.",
        "assumed",
        WEBHOOK,
    ),
    _fact("Unless configured, the timeout is 10 s.", "assumed", f"{NOBODY}; by analogy with its user-event webhooks"),
    _fact("The job report comes without its `definition` object.", "documented", WEBHOOK),
    _fact(
        "`status` is SUCCESS in the sample; the page Job Report lists SUCCESS, FAILURE and RUNNING. A failed job sends"
        " FAILED unless the reading `failed_word` says FAILURE.",
        "assumed",
        f"{WEBHOOK}; {REPORT}",
    ),
    _fact("SUCCESS with total_failed above 0 occurs: a partial failure.", "documented", f"{WEBHOOK}: the sample"),
    _fact("total_succeeded + total_failed = total_operations.", "inferred", f"{WEBHOOK}: the sample"),
    _fact(
        "created_at is when the job began, updated_at when it ended, not before.", "inferred", f"{WEBHOOK}: the sample"
    ),
    _fact("Times are ISO 8601 in UTC with milliseconds.", "documented", f"{WEBHOOK}: the sample"),
    _fact(
        "`id` and `definition_id` are 20 base64url characters, the first 6 bytes the creation time in milliseconds.",
        "inferred",
        f"{WEBHOOK}, {REPORT}: the samples",
    ),
    _fact("All runs of an export have one definition_id, and each its own id.", "inferred", WEBHOOK),
    _fact("Any 2xx acknowledges; nothing follows from any answer.", "assumed", NOBODY),
    _fact("There is no signature and no delivery id: none is documented.", "assumed", WEBHOOK),
    _fact(
        "Setting it up needs the Developer, Manager or Administrator role and the Export Jobs feature.",
        "documented",
        WEBHOOK,
    ),
    _fact("Content-Type is application/json.", "assumed", NOBODY),
    _fact("User-Agent: ReachFive's is unknown; partnersim says who it is. Accept is */*.", "assumed", NOBODY),
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
            fact=_fact("The job report is delivered at the end of a job, successful or not.", "documented", WEBHOOK),
        ),
        "running": Event(
            name="running",
            title="An anomaly: a job that has not ended",
            schema="reachfive/finished",
            end=False,
            fact=_fact(
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
