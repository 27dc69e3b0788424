"""The operations of /control/scenarios and /control/runs: whole scenarios, played against a receiver and judged."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import orjson

from simulator.authoring import load_scenario
from simulator.clock import Scale
from simulator.console.scenario_runs.request import RunRequest
from simulator.resources import shipped_scenarios
from simulator.web import telling
from simulator.web.moments import duration, read_moment, time_scale
from simulator.web.operations import Call, Operations, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk

_MEDIA: Final = {"text": "text/plain; charset=utf-8", "junit": "application/xml"}


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
        scale=Scale(time_scale(scale, instant=True)) if scale is not None else None,
        patience=duration(body.get("patience", 0)),
        confirm=body.get("confirm", True),
    )
    run = desk.runs.start(request)
    return Reply(202, telling.run(run), {"Location": f"/control/runs/{run.id}"})


def list_runs(desk: "Desk", call: Call) -> Reply:
    """All runs, the oldest first."""
    total, items = desk.runs.page(call.query["offset"], call.query["limit"])
    return Reply(200, {"total": total, "items": [telling.run(one) for one in items]})


def show_run(desk: "Desk", call: Call) -> Reply:
    """How one run stands."""
    return Reply(200, telling.run(desk.runs.get(call.path["id"])))


def cancel_run(desk: "Desk", call: Call) -> Reply:
    """End it; what happened so far is judged all the same."""
    return Reply(200, telling.run(desk.runs.cancel(call.path["id"])))


def show_report(desk: "Desk", call: Call) -> Reply:
    """What a run came to."""
    form = call.query["format"]
    told = desk.runs.report(call.path["id"], form)
    return Reply(200, told, content_type=_MEDIA[form]) if form in _MEDIA else Reply(200, orjson.loads(told))


@cache
def _shipped() -> tuple[Mapping[str, str], ...]:
    read = {name: load_scenario(name) for name in shipped_scenarios()}
    return tuple({"name": name, "title": one.title, "provider": one.provider} for name, one in read.items())


OPERATIONS: Final[Operations] = {
    "listScenarios": list_scenarios,
    "startRun": start_run,
    "listRuns": list_runs,
    "showRun": show_run,
    "cancelRun": cancel_run,
    "showReport": show_report,
}
