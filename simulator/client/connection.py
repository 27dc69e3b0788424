"""One HTTP session to `partnersim serve`: asks, and makes every way it can go wrong an error of ours.

Nothing of the surroundings changes what is sent: no proxy, no ~/.netrc, no redirect, no certificate authorities named
in the environment.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import requests

from simulator import shown
from simulator.client.address import checked_cacert, checked_token, checked_url
from simulator.client.answers import json_of, refused
from simulator.client.lines import Lines
from simulator.client.parsing import record
from simulator.client.trying import Asked, tried
from simulator.errors import UsageError
from simulator.redaction import Scrub
from simulator.version import __version__

Record = TypeVar("Record")
Result = TypeVar("Result")

TIMEOUT: Final = 30.0  # seconds without a byte of an answer
_CONNECT: Final = 5.0  # seconds until a connection stands
PAGE: Final = 500  # items of a list asked for at once


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and how many there are in all."""

    total: int
    items: tuple[Any, ...]


class Connection:
    """The service at a URL, and the token it wants. Not for several threads at once.

    Timeouts are of silence: an answer that trickles in may take longer.
    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT, cacert: str | None = None) -> None:
        """`timeout` is in seconds; `cacert` a PEM file of the certificate authorities to trust instead of the usual.

        Raises:
            UsageError: the URL or the token cannot be used.
        """
        self.url = checked_url(url)
        self.timeout = timeout
        self._scrub = Scrub([checked_token(token)])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["User-Agent"] = f"partnersim-client/{__version__}"
        if cacert is not None:
            self._session.verify = checked_cacert(cacert)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        besides: int = 0,
    ) -> Any:
        """The JSON value of an answer, None for an empty one. What is None in `query` is left out.

        `besides` is one more status whose answer is taken as it is.

        Raises:
            Problem: the service refuses.
            NeverReached: nothing answers there.
            Unanswered: no whole answer came within `timeout` seconds of silence, or the connection ended before.
            Unreadable: the answer is none of partnersim's.
        """
        accept = {"Accept": "application/json", **(headers or {})}
        answer = self._send(method, path, query, body, accept, timeout, besides=besides)
        if answer.status_code == 204:
            return None
        return json_of(answer, f"{method} {self.url}{path}", self._scrub)

    def text(self, path: str, *, query: Mapping[str, Any] | None = None) -> str:
        """What a GET answers, as text whatever it is; raises what `ask` does."""
        answer = self._send("GET", path, query, None, {"Accept": "*/*"}, None)
        return answer.content.decode(errors="replace")

    def read(self, kind: type[Record], method: str, path: str, **more: Any) -> Record:
        """An answer as a record; arguments and errors are those of `ask`."""
        return record(kind, self.ask(method, path, **more), f"{method} {self.url}{path}")

    def page(
        self,
        kind: type[Record],
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        offset: int = 0,
        limit: int = PAGE,
    ) -> tuple[int, list[Record]]:
        """How many a list has in all, and at most `limit` of them from `offset` on; raises what `ask` does."""
        source = f"GET {self.url}{path}"
        whole = self.ask("GET", path, query={**(query or {}), "offset": offset, "limit": limit})
        page = record(Page, whole, source)
        return page.total, [record(kind, one, source, f"/items/{at}") for at, one in enumerate(page.items)]

    def pages(self, kind: type[Record], path: str, *, query: Mapping[str, Any] | None = None) -> Iterator[Record]:
        """Every item of a list, a page fetched when its first item is asked for; raises what `ask` does, then."""
        offset, total = 0, 1
        while offset < total:
            total, items = self.page(kind, path, query=query, offset=offset)
            yield from items
            offset += len(items) or total

    def stream(self, path: str, *, query: Mapping[str, Any], headers: Mapping[str, str], silence: float) -> Lines:
        """An answer that comes line by line; raises what `ask` does, now or while it is read.

        `silence` is how many seconds it may say nothing at all.
        """
        accept = {"Accept": "text/event-stream", **headers}
        answer = self._send("GET", path, query, None, accept, silence, stream=True)
        return Lines(answer, lambda work: self._tried(work, f"GET {self.url}{path}", silence))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str],
        timeout: float | None,
        *,
        stream: bool = False,
        besides: int = 0,
    ) -> requests.Response:
        """An answer that is neither a problem nor a redirect."""
        request = f"{method} {self.url}{path}"
        silence = self.timeout if timeout is None else timeout
        answer = self._tried(
            lambda: self._session.request(
                method,
                self.url + path,
                params={name: _spelled(value) for name, value in (query or {}).items() if value is not None},
                data=None if body is None else _json(body),
                headers=headers if body is None else {**headers, "Content-Type": "application/json"},
                timeout=(min(_CONNECT, silence), silence),
                allow_redirects=False,
                stream=stream,
            ),
            request,
            silence,
        )
        if 200 <= answer.status_code < 300 or answer.status_code == besides:
            return answer
        with closing(answer):
            self._tried(lambda: answer.content, request, silence)
            raise refused(answer, request, self._scrub)

    def _tried(self, work: Callable[[], Result], request: str, silence: float) -> Result:
        return tried(work, Asked(self.url, request, silence, min(_CONNECT, silence)), self._safe)

    def _safe(self, text: str) -> str:
        return shown.line(self._scrub(text))


def _json(body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:  # a lone surrogate among them
        raise UsageError(f"what is to be sent is no JSON: {error}") from None


def _spelled(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
