"""The document as a page for people, and whether the service is well. No script, no cookie, nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Request, Response, current_app, render_template, request
from markupsafe import Markup, escape

from simulator.console.ledger import Sent, Wanted
from simulator.console.refusal import Refusal
from simulator.version import __version__
from simulator.web import problems
from simulator.web.guard import CHALLENGE
from simulator.web.moments import moment, moment_or_none
from simulator.web.operations import Call, Operation, Reply
from simulator.web.outline import Chapter, chapters

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from simulator.console.desk import Desk

_LISTED: Final = 10  # deliveries
_SHUT: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>partnersim serve</title></head>
<body><main>
<h1>partnersim serve</h1>
<p>The token is missing or wrong. Open the link that was printed at the start, or append
<code>?token=…</code> to this address, with the token that the service was started with.</p>
</main></body>
</html>
"""


class State(NamedTuple):
    """What the page's top says of the service."""

    about: Mapping[str, Any]
    now: str
    scale: float
    held: bool
    next_due: str | None
    total: int
    deliveries: list[Sent]


def health(desk: "Desk") -> Reply:
    """Whether the desk's thread lives; it is not asked, so the answer comes also when it is busy."""
    well = bool(desk.alive)
    return Reply(200 if well else 503, {"status": "ok" if well else "failing", "version": __version__})


def shut(environ: "WSGIEnvironment") -> Response | None:
    """The answer to a browser that asks for the page without the token; None for any other request.

    For the guard, which stands before Flask: a page without anything of the service.
    """
    asked = Request(environ)
    if asked.path != "/" or asked.method not in {"GET", "HEAD"}:
        return None
    if asked.accept_mimetypes.best_match((problems.MEDIA_TYPE, "text/html")) != "text/html":
        return None
    return Response(_SHUT, 401, headers={"WWW-Authenticate": CHALLENGE}, content_type="text/html; charset=utf-8")


def operation(whole: Mapping[str, Any]) -> Operation:
    """The operation that shows the document as a page."""

    @lru_cache(maxsize=4)
    def told(address: str) -> list[Chapter]:
        return chapters(whole, address)

    def show(desk: "Desk", _call: Call) -> Reply:
        style = _style()
        page = render_template(
            "page.html",
            info=whole["info"],
            chapters=told(request.host_url.rstrip("/")),
            state=_state(desk),
            style=Markup(style),  # noqa: S704 (our own file)
            prose=prose,
        )
        return Reply(200, page, _policy(style), "text/html; charset=utf-8")

    return show


def _state(desk: "Desk") -> State | None:
    """What the service is doing; None when it has stopped."""

    def look() -> State:
        reading = desk.clock()
        total, latest = desk.ledger.page(Wanted(), 0, _LISTED, newest=True)
        return State(
            about=desk.state(),
            now=moment(reading.now),
            scale=reading.scale,
            held=reading.held,
            next_due=moment_or_none(reading.next_due),
            total=total,
            deliveries=latest,
        )

    try:
        return desk.do(look)
    except Refusal:
        return None


def _style() -> str:
    source, _, _ = current_app.jinja_env.loader.get_source(current_app.jinja_env, "page.css")  # type: ignore[union-attr]  # ours is there
    return source


def _policy(style: str) -> dict[str, str]:
    """Only this very style sheet counts, and nothing runs or is fetched."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    }


def prose(text: str) -> Markup:
    """A text in which what stands in backquotes is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    pieces = [Markup("<code>{}</code>").format(one) if at % 2 else escape(one) for at, one in enumerate(parts)]
    return Markup("").join(pieces)
