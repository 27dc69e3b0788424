"""How the clock, deliveries and runs of scenarios are spelled in the API, in answers and in the stream of events alike.

Moments are ISO 8601, null stands for what is not there yet. The consoles' own things are spelled in `clevertap.py` and
`reachfive.py`.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, Final

from simulator.console.feed import Entry
from simulator.console.ledger import Sent, Whole
from simulator.console.scenario_runs.run import ScenarioRun
from simulator.console.story_clock import ClockReading
from simulator.model import Attempt
from simulator.web.moments import moment, moment_or_none

Told = dict[str, Any]
"""A JSON object."""


def clock(reading: ClockReading) -> Told:
    """The story's clock."""
    return _clock(reading._asdict())


def delivery(sent: Sent) -> Told:
    """One delivery, as a row of the history."""
    return _delivery(sent._asdict())


def whole_delivery(whole: Whole) -> Told:
    """One delivery with every attempt at it."""
    return {**delivery(whole.sent), "requests": [_request(one) for one in whole.attempts]}


def run(run: ScenarioRun) -> Told:
    """One run of a scenario."""
    return {
        "id": run.id,
        "state": run.state,
        "scenario": run.scenario or None,
        "title": run.title,
        "provider": run.provider,
        "receiver": run.receiver,
        "seed": run.seed,
        "start": moment_or_none(run.start),
        "time_scale": run.time_scale,
        "patience": run.patience,
        "confirm": run.confirm,
        "created_at": moment(run.created),
        "started_at": moment_or_none(run.began),
        "ended_at": moment_or_none(run.ended),
        "progress": {"deliveries": run.deliveries, "story": run.story},
        "outcome": run.outcome,
        "exit_code": run.exit_code,
        "failed": run.failed,
        "journals": run.journals,
        "error": run.error,
    }


def happened(entry: Entry) -> Told:
    """What an event says: a clock and a delivery whole, of a run some members."""
    return _HAPPENED[entry.kind](entry.data)


def _clock(reading: Mapping[str, Any]) -> Told:
    return {**reading, "now": moment(reading["now"]), "next_due": moment_or_none(reading["next_due"])}


def _delivery(sent: Mapping[str, Any]) -> Told:
    perhaps = {name: sent[name] or None for name in ("again", "outcome", "answer")}
    return {**sent, "at": moment(sent["at"]), "due": moment(sent["due"]), **perhaps}


def _part_of_a_run(members: Mapping[str, Any]) -> Told:
    return {**members, "scenario": members["scenario"] or None}


_HAPPENED: Final[Mapping[str, Callable[[Mapping[str, Any]], Told]]] = {
    "clock": _clock,
    "delivery": _delivery,
    "run": _part_of_a_run,
}
"""The kinds of events."""


def _request(attempt: Attempt) -> Told:
    answered = attempt.answer_status or attempt.answer_head or attempt.answer_body
    answer = {"status": attempt.answer_status, "head": attempt.answer_head, **_bytes(attempt.answer_body)}
    return {
        "attempt": attempt.attempt,
        "method": attempt.method,
        "head": attempt.head,
        **_bytes(attempt.body),
        "outcome": str(attempt.outcome),
        "detail": attempt.detail,
        "late": attempt.late,
        "took": attempt.took,
        "answer": answer if answered else None,
    }


def _bytes(body: bytes) -> dict[str, str]:
    """Bytes as text where they are UTF-8, else in base64."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}
