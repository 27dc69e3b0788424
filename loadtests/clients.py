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
from simulator.model import Delivery, Exchange, Outcome
from simulator.receiver import Receiver
from simulator.wire.failure import Failure
from simulator.wire.tls import context

Now = Callable[[], float]


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


def _fast(tls: ssl.SSLContext) -> Callable[[float], Any]:
    def make(timeout: float) -> Any:
        return FastHttpSession(
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

    return make


def _requests(receiver: Receiver) -> Callable[[float], Any]:
    tls = receiver.tls

    def make(timeout: float) -> Any:
        session: Any = HttpSession(base_url="", request_event=_unheard(), user=None)
        session.trust_env = False  # no proxy and no .netrc has a say
        session.verify = False if tls.insecure else tls.ca or True
        if tls.certificate:
            session.cert = (tls.certificate, tls.key) if tls.key else tls.certificate
        post = session.post
        session.post = lambda *words, **more: post(*words, timeout=timeout, **more)
        return session

    return make


def _unheard() -> Any:
    """Locust's clients tell of every request as they see it; what counts is told elsewhere."""
    return SimpleNamespace(fire=lambda **_: None)


class _Other:
    """One of Locust's clients; of what went wrong it tells less than our own sender."""

    def __init__(self, make: Callable[[float], Any], lines: Lines, now: Now) -> None:
        self.stopped = False
        self._make = make
        self._lines = lines
        self._now = now
        self._sessions: dict[float, Any] = {}

    def carry(self, delivery: Delivery, leave: Callable[[], None] | None = None) -> Exchange:
        """Make one exchange; its connection is the client's own affair."""
        if self.stopped:
            raise GreenletExit
        if delivery.script is not None:
            return Exchange(
                Outcome.SKIPPED, done=self._now(), detail="dropped: only --client partnersim plays faults on the wire"
            )
        route = delivery.route
        sent = 0.0
        try:
            self._lines.look(route.url, perf_counter() + route.timeout)
            if route.timeout not in self._sessions:
                self._sessions[route.timeout] = self._make(route.timeout)
            if leave is not None:
                leave()
            sent = self._now()
            return self._posted(delivery, sent)
        except Failure as failure:
            return Exchange(failure.outcome, done=self._now(), detail=failure.detail)
        except GreenletExit:
            self.stopped = True
            return Exchange(Outcome.IN_DOUBT if sent else Outcome.SKIPPED, sent=sent, done=self._now())
        except Exception as error:  # noqa: BLE001 - whatever a client of others raises is an outcome here
            return Exchange(_outcome(error), sent=sent, done=self._now(), detail=type(error).__name__)

    def _posted(self, delivery: Delivery, sent: float) -> Exchange:
        route = delivery.route
        answer = self._sessions[route.timeout].post(
            str(route.url), data=delivery.body, headers=_headers(route.head), allow_redirects=False
        )
        status, error = answer.status_code or 0, getattr(answer, "error", None)
        if not status:
            return Exchange(_outcome(error), sent=sent, done=self._now(), detail=type(error).__name__)
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
        ("reset", Outcome.RESET),
        ("gaierror", Outcome.DNS),
    ):
        if sign in words:
            return outcome
    return Outcome.CLOSED
