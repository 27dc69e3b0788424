"""The operations of /control/state, /control/reset and /control/clock: the service's story, its clock, a new beginning.

The history stands in `deliveries.py`, whole scenarios in `scenario_runs.py`, the stream of events in `stream.py`.
"""

from typing import TYPE_CHECKING, Any, Final

from simulator.web import telling
from simulator.web.moments import duration, moment, read_moment, time_scale
from simulator.web.operations import Call, Operations, Reply

if TYPE_CHECKING:
    from simulator.console.desk import Desk

_STATE: Final = ("version", "seed", "start", "misfire", "folder", "journals")


def show_state(desk: "Desk", _: Call) -> Reply:
    """What the service is, and where it keeps what."""
    return Reply(200, _state(desk))


def reset(desk: "Desk", call: Call) -> Reply:
    """Forget everything and begin anew."""
    body = call.body or {}
    start = read_moment(body["start"]) if body.get("start") is not None else None
    scale = time_scale(body["scale"]) if body.get("scale") is not None else None
    desk.await_(lambda: desk.reset(seed=body.get("seed"), start=start, scale=scale, held=body.get("held")))
    return Reply(200, _state(desk))


def show_clock(desk: "Desk", _: Call) -> Reply:
    """The story's clock as it stands."""
    return Reply(200, telling.clock(desk.do(desk.clock)))


def change_clock(desk: "Desk", call: Call) -> Reply:
    """Hold it, let it go on, or change its pace."""
    held, scale = call.body.get("held"), call.body.get("scale")
    factor = time_scale(scale) if scale is not None else None
    return Reply(200, telling.clock(desk.do(lambda: desk.set_clock(held=held, scale=factor))))


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


OPERATIONS: Final[Operations] = {
    "showState": show_state,
    "reset": reset,
    "showClock": show_clock,
    "changeClock": change_clock,
    "advanceClock": advance_clock,
}


def _state(desk: "Desk") -> dict[str, Any]:
    told = desk.do(desk.state)
    return {name: told[name] for name in _STATE} | {"start": moment(told["start"])}
