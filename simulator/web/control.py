"""The operations of /control: the clock, the history of what was sent, and whole scenarios."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from simulator.authoring import load_scenario
from simulator.clock import Scale
from simulator.console.hands import FASTEST
from simulator.console.ledger import Sent, Wanted
from simulator.console.refusal import Refusal, not_found
from simulator.console.scenario_runs.request import RunRequest
from simulator.console.scenario_runs.run import ScenarioRun
from simulator.documents import quoted
from simulator.model import Attempt
from simulator.resources import shipped_scenarios
from simulator.web.exports import check_export
from simulator.web.moments import duration, moment, moment_or_none, read_moment
from simulator.web.operations import Call, Operation, Reply

if TYPE_CHECKING:
    from simulator.console.course import ClockReading
    from simulator.console.desk import Desk

_MEDIA: Final = {"text": "text/plain; charset=utf-8", "junit": "application/xml"}
_STATE: Final = ("version", "seed", "start", "misfire", "folder", "journals")
_FILTERS: Final = ("partner", "event", "export", "outcome", "acknowledged")


def show_state(desk: "Desk", _: Call) -> Reply:
    """What the service is, and where it keeps what."""
    return Reply(200, _state(desk))


def reset(desk: "Desk", call: Call) -> Reply:
    """Forget everything and begin anew."""
    body = call.body or {}
    start = read_moment(body["start"]) if body.get("start") is not None else None
    scale = _scale(body["scale"]) if body.get("scale") is not None else None
    desk.await_(lambda: desk.reset(seed=body.get("seed"), start=start, scale=scale, held=body.get("held")))
    return Reply(200, _state(desk))


def show_clock(desk: "Desk", _: Call) -> Reply:
    """The story's clock as it stands."""
    return Reply(200, _clock(desk.do(desk.clock)))


def set_clock(desk: "Desk", call: Call) -> Reply:
    """Hold it, let it go on, or change its pace."""
    held, scale = call.body.get("held"), call.body.get("scale")
    factor = _scale(scale) if scale is not None else None
    return Reply(200, _clock(desk.do(lambda: desk.set_clock(held=held, scale=factor))))


def advance_clock(desk: "Desk", call: Call) -> Reply:
    """Move it on; what falls due on the way is sent, and answered, before this is."""
    if "by" in call.body:
        length = duration(call.body["by"])
        advanced = desk.await_(lambda: desk.advance(by=length))
    else:
        to = read_moment(call.body["to"])
        advanced = desk.await_(lambda: desk.advance(to))
    return Reply(
        200,
        {"now": moment(advanced.now), "deliveries": advanced.deliveries, "outcomes": dict(advanced.outcomes)},
    )


def list_deliveries(desk: "Desk", call: Call) -> Reply:
    """The history, in order of number."""
    query = call.query
    wanted = Wanted(**{name: query.get(name) for name in _FILTERS})

    def look() -> tuple[int, list[Sent]]:
        found = desk.ledger.page(wanted, query["offset"], query["limit"], newest=query["order"] == "newest")
        if wanted.export is not None and not found[0]:
            check_export(desk, wanted.export)
        return found

    total, items = desk.do(look)
    return Reply(200, {"total": total, "items": [_delivery(one) for one in items]})


def show_delivery(desk: "Desk", call: Call) -> Reply:
    """One delivery with every attempt at it."""
    number = int(call.path["number"])
    whole = desk.do(lambda: desk.ledger.whole(number))
    if whole is None:
        raise not_found("delivery", call.path["number"])
    return Reply(200, {**_delivery(whole.sent), "requests": [_request(one) for one in whole.attempts]})


def resend_delivery(desk: "Desk", call: Call) -> Reply:
    """Send it again; answered when the receiver has answered."""
    number, fresh = int(call.path["number"]), bool((call.body or {}).get("fresh", False))
    return Reply(200, _delivery(desk.await_(lambda: desk.resend(number, fresh=fresh))))


def list_scenarios(_: "Desk", call: Call) -> Reply:
    """The scenarios that ship."""
    known = _shipped()
    page = known[call.query["offset"] :][: call.query["limit"]]
    return Reply(200, {"total": len(known), "items": list(page)})


def start_run(desk: "Desk", call: Call) -> Reply:
    """Play a scenario: all that is wrong with it is told now, what it came to later."""
    body = call.body
    start, scale = body.get("start"), body.get("time_scale")
    request = RunRequest(
        scenario=body.get("scenario"),
        text=body.get("text"),
        receiver=body.get("receiver"),
        to=body.get("to"),
        authorization=body.get("authorization"),
        headers=body.get("headers", {}),
        seed=body.get("seed"),
        start=datetime.fromtimestamp(read_moment(start), UTC) if start is not None else None,
        scale=Scale(_scale(scale, instant=True)) if scale is not None else None,
        patience=duration(body.get("patience", 0)),
        confirm=body.get("confirm", True),
    )
    run = desk.runs.start(request)
    return Reply(202, _run(run), {"Location": f"/control/runs/{run.id}"})


def list_runs(desk: "Desk", call: Call) -> Reply:
    """All runs, the oldest first."""
    total, items = desk.runs.page(call.query["offset"], call.query["limit"])
    return Reply(200, {"total": total, "items": [_run(one) for one in items]})


def show_run(desk: "Desk", call: Call) -> Reply:
    """How one run stands."""
    return Reply(200, _run(desk.runs.get(call.path["id"])))


def cancel_run(desk: "Desk", call: Call) -> Reply:
    """End it; what happened so far is judged all the same."""
    return Reply(200, _run(desk.runs.cancel(call.path["id"])))


def show_report(desk: "Desk", call: Call) -> Reply:
    """What a run came to."""
    form = call.query["format"]
    told = desk.runs.report(call.path["id"], form)
    return Reply(200, told, content_type=_MEDIA[form]) if form in _MEDIA else Reply(200, orjson.loads(told))


def _state(desk: "Desk") -> dict[str, Any]:
    told = desk.do(desk.state)
    return {name: told[name] for name in _STATE} | {"start": moment(told["start"])}


def _clock(reading: "ClockReading") -> dict[str, Any]:
    return {
        "now": moment(reading.now),
        "scale": reading.scale,
        "held": reading.held,
        "next_due": moment_or_none(reading.next_due),
    }


def _scale(value: str | float, *, instant: bool = False) -> float:
    """Story seconds in a second: a number, or `60x`, `1h=1s`, `real`; `instant` where that can be.

    Raises:
        Refusal: it is none of these, or no story passes so fast (unfit).
    """
    try:
        scale = Scale.parse(value) if isinstance(value, str) else Scale(float(value))
    except (ValueError, OverflowError):
        raise Refusal("unfit", f"{quoted(value)} is not a time scale", "e.g. 60, 60x, 1h=1s or real") from None
    if not (0 < scale.factor <= FASTEST or (instant and scale.instant)):
        raise Refusal(
            "unfit",
            f"{quoted(value)} is not a time scale above 0 and up to 1,000,000",
            "e.g. 60; to wait for nothing, hold the clock and advance it",
        )
    return scale.factor


def _delivery(sent: Sent) -> dict[str, Any]:
    return {
        **sent._asdict(),
        "at": moment(sent.at),
        "due": moment(sent.due),
        "again": sent.again or None,
        "outcome": sent.outcome or None,
        "answer": sent.answer or None,
    }


def _request(attempt: Attempt) -> dict[str, Any]:
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


def _run(run: ScenarioRun) -> dict[str, Any]:
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


@cache
def _shipped() -> tuple[Mapping[str, str], ...]:
    read = {name: load_scenario(name) for name in shipped_scenarios()}
    return tuple({"name": name, "title": one.title, "provider": one.provider} for name, one in read.items())


OPERATIONS: Final[Mapping[str, Operation]] = {
    "showState": show_state,
    "reset": reset,
    "showClock": show_clock,
    "setClock": set_clock,
    "advanceClock": advance_clock,
    "listDeliveries": list_deliveries,
    "showDelivery": show_delivery,
    "resendDelivery": resend_delivery,
    "listScenarios": list_scenarios,
    "startRun": start_run,
    "listRuns": list_runs,
    "showRun": show_run,
    "cancelRun": cancel_run,
    "showReport": show_report,
}
