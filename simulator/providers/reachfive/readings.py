"""What ReachFive's pages leave open, and the answers a scenario can choose by name; the first is the default."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from simulator.provider import Option, Reading
from simulator.providers.reachfive.facts import IMPORTS, NOBODY, REPORT, WEBHOOK


def _milliseconds(moment: int) -> str:
    """`2020-11-21T14:26:10.345Z`, of microseconds; cut, not rounded, as all three are."""
    return _second_text(moment // 1_000_000) + _thousandths(moment // 1000 % 1000)


def _microseconds(moment: int) -> str:
    """`2020-11-21T14:26:10.345000Z`."""
    return f"{_second_text(moment // 1_000_000)}.{moment % 1_000_000:06}Z"


def _seconds(moment: int) -> str:
    """`2020-11-21T14:26:10Z`."""
    return f"{_second_text(moment // 1_000_000)}Z"


@lru_cache(maxsize=1000)
def _thousandths(number: int) -> str:
    """`.345Z`. Kept, since there are no more than a thousand."""
    return f".{number:03}Z"


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
