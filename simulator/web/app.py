"""The service as a WSGI application: a route for each operation of the document, behind the guard."""

import re
import sys
from collections.abc import Iterable, Mapping
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING, Any, Final

import orjson
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from simulator import shown
from simulator.clock import RealClock
from simulator.errors import PartnersimError
from simulator.web import control, deliveries, metrics, pages, problems, scenario_runs
from simulator.web.asking import Asked, Form, call, forms
from simulator.web.consoles import CONSOLES
from simulator.web.document import Place, document, places
from simulator.web.guard import BODY_LIMIT, Door, authorities, check
from simulator.web.operations import JSON, Call, Operation, Operations, Reply
from simulator.web.problems import Problem
from simulator.web.stream import Streams

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from simulator.console.desk import Desk

OPERATIONS: Final[Operations] = {
    **{name: operation for one in CONSOLES.values() for name, operation in one.operations.items()},
    **control.OPERATIONS,
    **deliveries.OPERATIONS,
    **scenario_runs.OPERATIONS,
}
"""Those that need nothing but the desk; the service's own stand below."""
PATIENT: Final = 6
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""No browser is to keep, run, frame or guess anything, or to tell others the address."""


def create_app(
    desk: "Desk",
    *,
    token: str,
    port: int,
    names: Iterable[str] = (),
    ending: Event | None = None,
    patient: int = PATIENT,
) -> Flask:
    """The service of a desk.

    `token` opens every route but /healthz. `port` and `names` are what it is known by, besides this machine's own
    names; see `guard.authorities`. Event streams end when `ending` is set. `patient` is how many requests may wait for
    a receiver at once: fewer than there are threads, so that all others are still answered.
    """
    whole, wanted = document(), forms()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.url_map.merge_slashes = False
    streams = Streams(ending or Event())
    operations = {**OPERATIONS, **_service(desk, whole, streams)}
    blueprints: dict[str, Blueprint] = {}
    room = BoundedSemaphore(patient)
    for place in places(whole):
        blueprint = blueprints.setdefault(place.part, Blueprint(place.part, __name__))
        name = place.operation["operationId"]
        operation = operations[name]
        if place.operation.get("x-waits"):
            operation = _where_there_is_room(operation, room)
        _route(blueprint, desk, place, wanted[name], operation)
    for blueprint in blueprints.values():
        app.register_blueprint(blueprint)
    app.register_error_handler(Problem, problems.answer)
    app.register_error_handler(PartnersimError, lambda error: problems.answer(problems.of_error(error)))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _fault)
    app.after_request(_dressed)
    door = Door(
        token=token.encode(),
        authorities=authorities(names, port),
        open=frozenset(place.path for place in places(whole) if place.operation.get("security") == []),
        linked=frozenset(("/",)),
    )
    _put_behind(app, door)
    return app


def _service(desk: "Desk", whole: Mapping[str, Any], streams: Streams) -> Operations:
    """The operations that are about the service itself."""
    clock = RealClock()

    def figures() -> list[metrics.Figure]:
        return [
            ("streams_open", "Event streams that are open.", "gauge", [({}, streams.open)]),
            ("uptime_seconds", "Seconds since the service was started.", "gauge", [({}, clock.now())]),
        ]

    return {
        "showDocument": lambda _desk, _call: Reply(200, whole),
        "showHealth": lambda _desk, _call: pages.health(_desk),
        "showMetrics": metrics.operation(desk, figures),
        "showPage": pages.operation(whole),
        "streamEvents": streams.operation,
    }


def _where_there_is_room(operation: Operation, room: BoundedSemaphore) -> Operation:
    """The operation, unless too many like it are under way."""

    def patient(desk: "Desk", call: Call) -> Reply:
        if not room.acquire(blocking=False):
            raise Problem(
                "unavailable",
                "too many requests wait for a receiver already",
                "ask again",
                headers={"Retry-After": "1"},
            )
        try:
            return operation(desk, call)
        finally:
            room.release()

    return patient


def _route(blueprint: Blueprint, desk: "Desk", place: Place, wanted: Form, operation: Operation) -> None:
    """Make the route of one operation."""

    def view(**path: str) -> Response:
        asked = Asked(
            path=path,
            query=request.query_string,
            headers={key.lower(): value for key, value in request.headers.items()},
            body=request.get_data(cache=False),
        )
        return _response(operation(desk, call(wanted, asked)))

    rule = re.sub(r"\{(\w+)\}", r"<\1>", place.path)
    blueprint.add_url_rule(
        rule, place.operation["operationId"], view, methods=[place.method], provide_automatic_options=False
    )


def _response(reply: Reply) -> Response:
    body = reply.body
    if reply.content_type == JSON:
        body = b"" if body is None else orjson.dumps(body)
    made = Response(body, reply.status, headers=dict(reply.headers), content_type=reply.content_type)
    if reply.body is None:
        made.headers.remove("Content-Type")
    return made


def _http_error(error: HTTPException) -> Response:
    """What Flask refuses by itself; a redirect it would like to make is to no place of ours."""
    status = error.code or 500
    if status < 400:
        status = 404
    allowed = getattr(error, "valid_methods", None)
    said = _SAID.get(status, error.name)
    headers = {}
    if allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
        said = f"this path takes {headers['Allow']}, and not {shown.line(request.method)[:20]}"
    return problems.answer(problems.of_status(status, said, headers))


_SAID: Final = {404: "nothing stands at that path; GET / lists all that does"}


def _fault(error: Exception) -> Response:
    """A fault of ours: whoever asked learns that there is one; whoever runs the service, where."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    sys.stderr.write(f"partnersim: a fault of ours: {type(error).__name__} at {where}\n")
    return problems.answer(Problem("fault", "a fault of partnersim", "see what it says on its stderr"))


def _dressed(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _put_behind(app: Flask, door: Door) -> None:
    """Have the guard look at every request before Flask does."""
    inner = app.wsgi_app

    def guarded(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"  # RFC 9110: an empty path is the same
        try:
            check(door, environ)
        except Problem as problem:
            shut = pages.shut(environ) if problem.slug == "unauthorized" else None
            return _dressed(shut or problems.answer(problem))(environ, start_response)
        return inner(environ, start_response)

    app.wsgi_app = guarded  # type: ignore[method-assign]  # the way Flask documents for middleware
