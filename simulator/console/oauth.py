"""Fetches and keeps the tokens of OAuth 2.0 client credentials; the wire makes the request.

That a CleverTap webhook authenticates by OAuth 2.0 is documented (CleverTap, Webhooks: Setup); all else here is
assumed, by the standards: RFC 6749, section 4.4 (the grant) and 2.3.1 (the client authenticates by HTTP Basic), RFC
6750 (the token is sent as `Bearer`). Nobody says how long CleverTap waits for a token, or keeps one.
"""

import asyncio
import base64
import math
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus, urlencode

import orjson

from simulator import redaction
from simulator.console.happening import OAuth
from simulator.console.refusal import Refusal
from simulator.documents.headers import check_value
from simulator.model import Exchange, Outcome
from simulator.version import __version__
from simulator.wire import Request, Send, once

TIMEOUT: Final = 10.0
"""Real seconds a token is waited for (assumed)."""

UNSAID: Final = 60.0
"""Real seconds a token is kept that does not say how long it lives (assumed)."""

MARGIN: Final = 30.0
"""A token is not used in its last real seconds: this many, or the last tenth of a life under five minutes (assumed)."""

_REASONS: Final = frozenset(
    (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    )
)
"""RFC 6749, section 5.2. Only these words of an answer are told: anything else in it may be a secret."""


class _Kept(NamedTuple):
    token: str
    until: float


class Tokens:
    """The tokens of all webhooks. `now` is in real seconds; one request is under way for each client, whoever waits."""

    def __init__(self, send: Send, now: Callable[[], float]) -> None:
        self._send = send
        self._now = now
        self._kept: dict[OAuth, _Kept] = {}
        self._coming: dict[OAuth, asyncio.Task[str]] = {}

    async def token(self, oauth: OAuth) -> str:
        """A token that still lives, to be sent as `Authorization: Bearer …`.

        Raises:
            Refusal: none was to be had (unavailable); the message says what came instead, without a secret.
        """
        kept = self._kept.get(oauth)
        if kept is not None and self._now() < kept.until:
            return kept.token
        task = self._coming.get(oauth)
        if task is None:
            task = self._coming[oauth] = asyncio.ensure_future(self._fetch(oauth))
            task.add_done_callback(lambda done: self._came(oauth, done))
        return await asyncio.shield(task)  # who waits may give up; the others still wait

    def forget(self, oauth: OAuth) -> None:
        """A receiver answered 401 to its token: ask for another one next time."""
        self._kept.pop(oauth, None)
        self._coming.pop(oauth, None)

    def secrets(self) -> Iterator[str]:
        """Every token that is kept."""
        return (kept.token for kept in self._kept.values())

    def _came(self, oauth: OAuth, task: "asyncio.Task[str]") -> None:
        if self._coming.get(oauth) is task:
            del self._coming[oauth]
        if not task.cancelled():
            task.exception()  # whoever waited has it; perhaps nobody does any more

    async def _fetch(self, oauth: OAuth) -> str:
        asked = self._now()
        exchange = await once(self._send, _request(oauth))
        token, lives = _read(exchange, redaction.url(str(oauth.token_url)))
        if self._coming.get(oauth) is asyncio.current_task():  # else it was forgotten while it came
            self._kept[oauth] = _Kept(token, asked + lives - min(MARGIN, lives / 10))
        return token


def _request(oauth: OAuth) -> Request:
    """`grant_type=client_credentials`, form-encoded, as are id and secret inside HTTP Basic (section 2.3.1)."""
    form = {"grant_type": "client_credentials"} | ({"scope": oauth.scope} if oauth.scope else {})
    body = urlencode(form).encode()
    client = f"{quote_plus(oauth.client_id)}:{quote_plus(oauth.client_secret)}"
    lines = (
        f"POST {oauth.token_url.target} HTTP/1.1",
        f"Host: {oauth.token_url.authority}",
        f"Authorization: Basic {base64.b64encode(client.encode()).decode()}",
        "Content-Type: application/x-www-form-urlencoded",
        "Accept: application/json",
        f"User-Agent: partnersim/{__version__}",
        f"Content-Length: {len(body)}",
    )
    return Request(oauth.token_url, ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body, TIMEOUT)


def _read(exchange: Exchange, place: str) -> tuple[str, float]:
    """The token of an answer, and the real seconds it lives (section 5.1)."""
    if exchange.outcome is not Outcome.ANSWERED:
        raise _unavailable(place, f"it came to {exchange.outcome}", exchange.detail)
    told = _object(exchange)
    if exchange.status != 200:
        reason = told.get("error")
        named = f", {reason}" if isinstance(reason, str) and reason in _REASONS else ""
        raise _unavailable(place, f"the answer was {exchange.status}{named}")
    token, kind, lives = told.get("access_token"), told.get("token_type"), told.get("expires_in", UNSAID)
    if not isinstance(token, str) or not token:
        raise _unavailable(place, "the answer was 200 without a text `access_token` in a JSON object")
    try:
        check_value(token)
    except ValueError as error:
        raise _unavailable(place, f"its access_token {error}") from None
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _unavailable(place, "its token_type is not `Bearer`")
    if isinstance(lives, bool) or not isinstance(lives, int | float) or not math.isfinite(lives):
        raise _unavailable(place, "its expires_in is not a number of seconds")
    return token, max(float(lives), 0.0)


def _object(exchange: Exchange) -> dict[str, Any]:
    """The JSON object that was answered; an empty one for anything else."""
    try:
        told = orjson.loads(exchange.body)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) and not exchange.capped else {}


def _unavailable(place: str, why: str, detail: str = "") -> Refusal:
    return Refusal(
        "unavailable",
        f"no token came from {place}: {why}{f' ({detail})' if detail else ''}",
        "a token_url takes client credentials by HTTP Basic, and answers 200 with access_token and token_type",
    )
