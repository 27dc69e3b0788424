"""What the sample receiver answers: two hooks for the partners, JSON for programs, one page for people.

    POST /hooks/clevertap   POST /hooks/reachfive     200 when it is kept on disk, and not before
    GET  /exports/{provider}/{id}                     what is known of one export; 404 when nothing is
    GET  /exports   GET /   GET /healthz              a list; a page; whether it is well

A hook answers 401 without the right Authorization, 413 above 1 MiB, 415 for an encoding it does not read, 400 for what
is no JSON object, 422 for one it cannot understand: nothing was kept then. 503 means the same, for a disk that failed.
The media type is not asked for (neither partner says what it sends); only a charset other than UTF-8 is refused. The
routes that read ask for no credentials: listen on loopback, or put something before them that does.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from threading import Lock
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from simulator.clock import utc_now
from simulator.errors import StorageError, UsageError
from simulator.sample import parsing
from simulator.sample.flaws import NONE, Flaw
from simulator.sample.notification import EXPORT, Notification, Refused
from simulator.sample.store import Store

BODY_LIMIT = 1024 * 1024  # bytes
_LISTED = 100  # exports on one page

routes = Blueprint("sample", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the routes work with."""

    store: Store
    authorization: bytes | None
    zone: tzinfo
    now: Callable[[], datetime]
    flaw: Flaw = NONE
    refused: Counter[int] = field(default_factory=Counter)  # HTTP status → how many, since this process began
    counting: Lock = field(default_factory=Lock)


def create_app(
    database: Path,
    *,
    authorization: str | None = None,
    zone: str = "Asia/Kolkata",
    now: Callable[[], datetime] = utc_now,
    flaw: Flaw = NONE,
) -> Flask:
    """The receiver as a WSGI application that keeps what it is told in the SQLite file `database`.

    `authorization` is the whole value that the hooks' Authorization header must have (`Bearer abc`); None asks for
    none. `zone` is the IANA zone of the CleverTap account, whose times name none. `flaw` makes it a bad receiver in
    one way, to see what that looks like.

    Raises:
        UsageError: an `authorization` that no request could carry, or a zone that does not exist.
        StorageError: the file cannot be opened, or another process has it.
    """
    if authorization is not None and (not authorization or authorization != authorization.strip()):
        raise UsageError(
            "authorization is empty or has spaces round it", "give the whole value, or None to ask for none"
        )
    try:
        account_zone = ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise UsageError(f"there is no time zone {zone!r}", "name one such as Asia/Kolkata or UTC") from None
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.url_map.converters["id"] = _AnyId
    app.extensions["sample"] = Desk(
        store=flaw.store(database),
        authorization=authorization.encode() if authorization is not None else None,
        zone=account_zone,
        now=now,
        flaw=flaw,
    )
    app.register_blueprint(routes)
    app.register_error_handler(Refused, _refusal)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StorageError, _disk_error)
    app.after_request(_finish)
    return app


def close(app: Flask) -> None:
    """Let go of the database; whatever was acknowledged stays kept."""
    cast(Desk, app.extensions["sample"]).store.close()


def _desk() -> Desk:
    return cast(Desk, current_app.extensions["sample"])


class _AnyId(BaseConverter):
    """An id in a path: whatever the partner chose, slashes included."""

    regex = r"(?s:.+)"
    part_isolating = False
    weight = 200


@routes.post("/hooks/clevertap", provide_automatic_options=False)
def take_clevertap() -> Response:
    """CleverTap's status alerts, and the body with which its console tests a webhook."""
    return _take(lambda body: parsing.clevertap(body, _desk().zone))


@routes.post("/hooks/reachfive", provide_automatic_options=False)
def take_reachfive() -> Response:
    """ReachFive's job reports."""
    return _take(parsing.reachfive)


def _take(read: Callable[[bytes], Notification | None]) -> Response:
    """Who is it, can it be understood, is it on the disk: in this order, and only then 200."""
    desk = _desk()
    _authorize(desk)
    notification = read(_body())
    if notification is None:
        return jsonify(kept="nothing: this is the console's test")
    notification = desk.flaw.takes_for(notification)
    new = desk.store.keep(notification, desk.now())
    if notification.kind != EXPORT:
        return jsonify(kept="apart: this is no export")
    answer = jsonify(kept="new" if new else "before: this is a repeat")
    answer.status_code = desk.flaw.accepts_by
    return answer


def _authorize(desk: Desk) -> None:
    """The whole value or nothing, compared in a time that tells nothing; an absent header is a wrong one.

    Two headers arrive as one value joined by a comma, and so are not the value either.
    """
    if desk.authorization is None:
        return
    given = request.environ.get("HTTP_AUTHORIZATION", "").encode("latin-1", "replace")
    if not desk.flaw.lets_in(given, desk.authorization):
        raise Refused(401, "the Authorization header is missing or wrong")


def _body() -> bytes:
    """The request's bytes, when they are in an encoding that is read here."""
    if request.content_encoding not in {None, "", "identity"}:
        raise Refused(415, "a Content-Encoding is not read here: send the JSON as it is")
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Refused(415, "only UTF-8 is read here")
    return request.get_data(cache=False)


@routes.get("/exports/<provider>/<id:export_id>")
def show_export(provider: str, export_id: str) -> Response:
    """One export, as far as its notifications tell."""
    export = _desk().store.export(provider, export_id)
    if export is None:
        raise Refused(404, "no notification of such an export was kept")
    return jsonify(export.facts())


@routes.get("/exports")
def list_exports() -> Response:
    """All there is, the last to turn up first, a hundred at a time: `next` leads on."""
    store = _desk().store
    before = request.args.get("before", type=int)
    exports = store.exports(limit=_LISTED, before=min(max(before, 0), 2**62) if before is not None else None)
    listed: dict[str, Any] = {"count": store.totals().exports, "exports": [one.facts() for one in exports]}
    if len(exports) == _LISTED:
        listed["next"] = url_for("sample.list_exports", before=exports[-1].number)
    return jsonify(listed)


@routes.get("/")
def show_page() -> str:
    """What arrived, for people."""
    desk = _desk()
    with desk.counting:
        refused = sorted(desk.refused.items())
    return render_template(
        "page.html",
        exports=desk.store.exports(limit=_LISTED),
        totals=desk.store.totals(),
        refused=refused,
        asks=desk.authorization is not None,
    )


@routes.get("/healthz")
def show_health() -> Response:
    """200 when the database can be read."""
    _desk().store.totals()
    return jsonify(ok=True)


def _refusal(error: Refused) -> Response:
    answer = jsonify(error=error.sentence)
    answer.status_code = error.status
    if error.status == 401:
        scheme = (_desk().authorization or b"").decode("latin-1").partition(" ")[0]
        answer.headers["WWW-Authenticate"] = f'{scheme if scheme.isalnum() else "Bearer"} realm="sample receiver"'
    return answer


def _http_error(error: HTTPException) -> Response:
    """405, 413 and their like, with their headers, as JSON; 500 for a fault of ours, without its inside."""
    answer = cast(Response, error.get_response())
    answer.data = json.dumps({"error": error.name.lower()})
    answer.mimetype = "application/json"
    return answer


def _disk_error(error: StorageError) -> Response:
    current_app.logger.error("%s", error)
    answer = jsonify(error="the disk failed; nothing was kept")
    answer.status_code = 503
    answer.headers["Retry-After"] = "10"
    return answer


def _finish(answer: Response) -> Response:
    """Count what the hooks refuse, and let no browser run, frame, guess or keep anything."""
    if answer.status_code >= 400 and request.path.startswith("/hooks/"):
        desk = _desk()
        with desk.counting:
            desk.refused[answer.status_code] += 1
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
