"""One run of a scenario as the service tells it and the store keeps it, and what its journals say of it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from simulator.clock import utc_now
from simulator.console.refusal import Refusal
from simulator.console.store import Store
from simulator.errors import PartnersimError, StorageError
from simulator.model import Report
from simulator.redaction import Scrub
from simulator.runner.from_journals import report_of

KIND: Final = "run"  # of things in the store, and of entries of the feed
CUT_SHORT: Final[Mapping[str, str]] = {"message": "the service ended", "remedy": "ask for the run again"}
_FAILURES: Final = 50  # failed verdicts told of one run; its report has all
_WORD: Final = 2_000  # characters of a sentence in a run


class ScenarioRun(NamedTuple):
    """One run as it is told. Moments are epoch seconds of the wall; a JSON value but for its being a tuple."""

    id: str
    scenario: str  # the shipped scenario's name; "" for a text
    title: str
    provider: str
    receiver: str  # its name
    seed: int
    start: float | None  # of the story, epoch seconds; None until it began, unless it was asked for
    time_scale: str | None  # None: the scenario's own
    patience: float
    confirm: bool
    created: float
    state: str = "queued"  # queued, running, done, canceled, failed
    began: float | None = None
    ended: float | None = None
    deliveries: int = 0
    story: float = 0.0  # seconds of the story that have been played
    outcome: str | None = None  # passed, failed, inconclusive: of what was played
    exit_code: int | None = None
    failed: list[dict[str, Any]] = []  # noqa: RUF012 - never changed
    journals: list[str] = []  # noqa: RUF012 - never changed
    error: dict[str, str] | None = None  # message and remedy, of a run that failed

    @property
    def open(self) -> bool:
        """Whether it is yet to end."""
        return self.state in {"queued", "running"}


def with_report(run: ScenarioRun, report: Report, scrub: Scrub) -> ScenarioRun:
    """The run at its end; what ended early was canceled."""
    failed = [
        {
            "rule": scrub(one.check),
            "level": one.level,
            "sentence": scrub(one.sentence)[:_WORD],
            "because": scrub(one.because)[:_WORD],
        }
        for one in report.verdicts
        if one.failed
    ]
    return run._replace(
        state="canceled" if report.interrupted else "done",
        ended=utc_now().timestamp(),
        start=datetime.fromisoformat(report.plays[0].start).timestamp() if report.plays else run.start,
        deliveries=sum(play.deliveries for play in report.plays),
        outcome=str(report.outcome),
        exit_code=report.exit_code,
        failed=failed[:_FAILURES],
        journals=[play.journal for play in report.plays],
    )


def told(error: PartnersimError, scrub: Scrub) -> dict[str, str]:
    """Message and remedy, without secrets."""
    return {"message": scrub(error.message)[:_WORD], "remedy": scrub(error.remedy)[:_WORD]}


def judged(run: ScenarioRun, folder: Path) -> Report:
    """The report of a run whose journals are in `folder`.

    Raises:
        Refusal: there are none (not-found).
        StorageError: they cannot be read.
    """
    if not any(folder.glob("*.ndjson")):
        why = run.error["message"] if run.error else "it was canceled before"
        raise Refusal("not-found", f"{run.id} sent nothing, so there is no report: {why}", "ask for the run again")
    try:
        return report_of([folder])
    except (AttributeError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise StorageError(
            f"the journals in {folder} are not what was written: {type(error).__name__}", "nothing mends them"
        ) from error


def last_number(folder: Path) -> int:
    """The highest of the runs whose folders are there: journals are never written over."""
    numbers = [one.name.removeprefix("run-") for one in folder.glob("run-*")]
    return max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=0)


def write_off(store: Store) -> None:
    """What was under way when the last process ended has failed."""
    for ident, value in store.things(KIND):
        if ScenarioRun(**value).open:
            store.put(KIND, ident, {**value, "state": "failed", "error": dict(CUT_SHORT)})
