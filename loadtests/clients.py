"""Whoever carries deliveries: partnersim's own sender, or one of Locust's clients, to see what the client matters."""

import hashlib
import ssl
from collections.abc import Callable
from time import perf_counter
from types import SimpleNamespace
from typing import Any, Protocol

from gevent import GreenletExit
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession

from loadtests.line import Lines
from loadtests.sender import Sender
from simulator.check.answers import HUNG_UP
from simulator.model import Delivery, Exchange, Outcome
from simulator.model.load import GivenUp
from simulator.receiver import Receiver
from simulator.wire.failure import AGED, STOPPED_UNANSWERED, STOPPED_UNSENT, Failure
from simulator.wire.tls import context

Now = Callable[[], float]
Opening = Callable[[], None]
"""Is called whenever a client begins to make a connection."""


class Carrier(Protocol):
    """Carries one delivery after the other; see `Sender`, which is the model."""

    stopped: bool

    def carry(self, delivery: Delivery, leave: Callable[[], None] | None = None) -> Exchange:
        """Make one exchange; never raises."""

    def close(self) -> None:
        """Let go of every connection."""


def carriers(client: str, receiver: Receiver, allow: frozenset[str], now: Now) -> Callable[[], Carrier]:
    """Makes a carrier for each user. Locust's own clients take the receiver's TLS as far as they can.

    Raises:
        UsageError: a file that the receiver's `tls` names cannot be read.
    """
    tls = context(receiver.tls)
    lines = Lines(tls, allow)
    if client == "partnersim":
        return lambda: Sender(lines, now)
    make = _fast(tls) if client == "fast" else _requests(receiver)
    return lambda: _Other(make, lines, now)


def _fast(tls: ssl.SSLContext) -> Callable[[float, Opening], Any]:
    def make(timeout: float, opening: Opening) -> Any:
        session = FastHttpSession(
            base_url="",
            request_event=_unheard(),
            user=None,
            insecure=False,
            ssl_context_factory=lambda **_: tls,
            network_timeout=timeout,
            connection_timeout=timeout,
            max_redirects=0,
            max_retries=0,
        )
        clients: Any = session.client.clientpool
        get = clients.get_client

        def get_client(url: Any) -> Any:
            client = get(url)
            pool: Any = getattr(client, "_connection_pool", None)  # without it all count as reused
            if hasattr(pool, "_create_socket") and "_create_socket" not in vars(pool):
                pool._create_socket = _first(opening, pool._create_socket)
            return client

        clients.get_client = get_client
        return session

    return make


def _requests(receiver: Receiver) -> Callable[[float, Opening], Any]:
    tls = receiver.tls

    def make(timeout: float, opening: Opening) -> Any:
        session: Any = HttpSession(base_url="", request_event=_unheard(), user=None)
        session.trust_env = False  # no proxy and no .netrc has a say
        session.verify = False if tls.insecure else tls.ca or True
        if tls.certificate:
            session.cert = (tls.certificate, tls.key) if tls.key else tls.certificate
        for adapter in session.adapters.values():
            pools = adapter.poolmanager.pool_classes_by_scheme
            adapter.poolmanager.pool_classes_by_scheme = {name: _telling(one, opening) for name, one in pools.items()}
        post = session.post
        session.post = lambda *words, **more: post(*words, timeout=timeout, **more)
        return session

    return make


def _telling(pool: Any, opening: Opening) -> Any:
    """That kind of pool, whose connections tell when they are made: one that is kept may be made once more."""
    made = pool.ConnectionCls
    connection = type(made.__name__, (made,), {"connect": _first(opening, made.connect)})
    return type(pool.__name__, (pool,), {"ConnectionCls": connection})


def _first(opening: Opening, then: Callable[..., Any]) -> Callable[..., Any]:
    def both(*words: Any, **more: Any) -> Any:
        opening()
        return then(*words, **more)

    return both


def _unheard() -> Any:
    """Locust's clients tell of every request as they see it; what counts is told elsewhere."""
    return SimpleNamespace(fire=lambda **_: None)


class _Other:
    """One of Locust's clients; of what went wrong it tells less than our own sender."""

    def __init__(self, make: Callable[[float, Opening], Any], lines: Lines, now: Now) -> None:
        self.stopped = False
        self._make = make
        self._lines = lines
        self._now = now
        self._sessions: dict[float, Any] = {}
        self._reused = False  # whether the connection of what is under way had carried a request before

    def carry(self, delivery: Delivery, leave: Callable[[], None] | None = None) -> Exchange:
        """Make one exchange; its connection is the client's own affair."""
        if self.stopped:
            raise GreenletExit
        if delivery.script is not None:
            return Exchange(Outcome.SKIPPED, done=self._now(), detail=GivenUp.NOT_PLAYED)
        route = delivery.route
        sent = 0.0
        try:
            self._lines.look(route.url, perf_counter() + route.timeout)
            if route.timeout not in self._sessions:
                self._sessions[route.timeout] = self._make(route.timeout, self._opening)
            if leave is not None:
                leave()
            sent = self._now()
            self._reused = True  # unless one is made
            return self._posted(delivery, sent)
        except Failure as failure:
            return Exchange(failure.outcome, done=self._now(), detail=failure.detail)
        except GreenletExit:
            self.stopped = True
            outcome, detail = (Outcome.IN_DOUBT, STOPPED_UNANSWERED) if sent else (Outcome.SKIPPED, STOPPED_UNSENT)
            return Exchange(outcome, sent=sent, done=self._now(), detail=detail)
        except Exception as error:  # noqa: BLE001 - whatever a client of others raises is an outcome here
            return self._failed(error, sent)

    def _opening(self) -> None:
        self._reused = False

    def _failed(self, error: Any, sent: float) -> Exchange:
        outcome, reused = _outcome(error), self._reused and sent > 0.0
        detail = type(error).__name__ + (AGED if reused and outcome in HUNG_UP else "")
        return Exchange(outcome, sent=sent, done=self._now(), reused=reused, detail=detail)

    def _posted(self, delivery: Delivery, sent: float) -> Exchange:
        route = delivery.route
        answer = self._sessions[route.timeout].post(
            str(route.url), data=delivery.body, headers=_headers(route.head), allow_redirects=False
        )
        status, error = answer.status_code or 0, getattr(answer, "error", None)
        if not status:
            return self._failed(error, sent)
        body = answer.content or b""
        return Exchange(
            Outcome.REDIRECTED if 300 <= status < 400 else Outcome.ANSWERED,
            status,
            _head(status, answer.headers),
            body,
            len(body),
            hashlib.sha256(body).hexdigest() if body else "",
            sent=sent,
            done=self._now(),
            reused=self._reused,
        )

    def close(self) -> None:
        """Let go of every connection, as far as the client lets us."""
        while self._sessions:
            session = self._sessions.popitem()[1]
            (session.close if hasattr(session, "close") else session.client.clientpool.close)()


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:] if line)
    return {name: value for name, _, value in pairs if name.lower() != "host"}


def _head(status: int, headers: Any) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _outcome(error: Any) -> Outcome:
    words = f"{type(error).__name__} {error}".lower()
    for sign, outcome in (
        ("overdue", Outcome.TIMEOUT_CONNECT),
        ("connecttimeout", Outcome.TIMEOUT_CONNECT),
        ("timeout", Outcome.TIMEOUT_HEADERS),
        ("timed out", Outcome.TIMEOUT_HEADERS),
        ("ssl", Outcome.TLS),
        ("refused", Outcome.REFUSED),
        ("connection broken", Outcome.TRUNCATED),
        ("incompleteread", Outcome.TRUNCATED),
        ("reset", Outcome.RESET),
        ("gaierror", Outcome.DNS),
        ("remotedisconnected", Outcome.CLOSED),
        ("httpconnectionclosed", Outcome.CLOSED),
        ("broken pipe", Outcome.CLOSED),
    ):
        if sign in words:
            return outcome
    return Outcome.MALFORMED  # something came, and it was no answer that this client could take
