"""One HTTP session to `partnersim serve`: asks, and makes every way it can go wrong an error of ours.

Nothing of the surroundings changes what is sent: no proxy, no ~/.netrc, no
redirect, no certificate authorities named in the environment.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import requests

from simulator import shown
from simulator.client.parsing import record
from simulator.client.problem import Problem, Unreadable
from simulator.client.trying import Asked, tried
from simulator.documents import parse_url
from simulator.errors import UsageError
from simulator.redaction import Scrub, everywhere
from simulator.version import __version__

Record = TypeVar("Record")
Result = TypeVar("Result")

TIMEOUT: Final = 30.0  # seconds without a byte of an answer
_CONNECT: Final = 5.0  # seconds until a connection stands
PAGE: Final = 500  # items of a list asked for at once
_REMEDY: Final = "see that the URL is that of `partnersim serve`, of the version of this client"
_SHOWN: Final = 200  # characters of an answer that is not ours


@dataclass(frozen=True, slots=True)
class _Page:
    total: int
    items: tuple[Any, ...]


class Lines:
    """The lines of an answer as they come, without their ends; close it, or read it to its end."""

    def __init__(self, answer: requests.Response, tried: Callable[[Callable[[], bytes]], bytes]) -> None:
        self._answer = answer
        self._tried = tried
        chunked = answer.headers.get("Transfer-Encoding", "").lower() == "chunked"
        self._pieces: Iterator[bytes] = answer.iter_content(None if chunked else 1)  # None: each chunk as it comes

    def __iter__(self) -> Iterator[str]:
        pieces, rest = self._pieces, b""
        while piece := self._tried(lambda: next(pieces, b"")):
            *whole, rest = (rest + piece).split(b"\n")
            yield from (one.rstrip(b"\r").decode(errors="replace") for one in whole)

    def close(self) -> None:
        """Hang up."""
        self._answer.close()


class Connection:
    """The service at a URL, and the token it wants. Not for several threads at once.

    Timeouts are of silence: an answer that trickles in may take longer.
    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT, cacert: str | None = None) -> None:
        """`timeout` is in seconds; `cacert` a PEM file of the certificate authorities to trust instead of the usual.

        Raises:
            UsageError: the URL or the token cannot be used.
        """
        self.url = _checked(url)
        self.timeout = timeout
        _check_token(token)
        self._scrub = Scrub([token])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._session.headers["User-Agent"] = f"partnersim-client/{__version__}"
        if cacert is not None:
            self._session.verify = _file(cacert)

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
        return self._json(answer, f"{method} {self.url}{path}")

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
        page = record(_Page, whole, source)
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
            raise self._refused(answer, request)

    def _refused(self, answer: requests.Response, request: str) -> Exception:
        """The error for an answer that is not 2xx."""
        status = answer.status_code
        if 300 <= status < 400:
            place = self._safe(answer.headers.get("Location", "nowhere"))
            return Unreadable(
                f"{request} was answered {status}, a redirect to {place}: it is not followed",
                "name the service's own URL, with its scheme",
            )
        if answer.headers.get("Content-Type", "").partition(";")[0].strip() == "application/problem+json":
            document = self._json(answer, request)
            if isinstance(document, dict):
                return Problem({**everywhere(self._scrub, document), "status": status}, request)
        return self._foreign(answer, request)

    def _json(self, answer: requests.Response, request: str) -> Any:
        try:
            return json.loads(answer.content.decode())
        except (ValueError, RecursionError):
            raise self._foreign(answer, request) from None

    def _foreign(self, answer: requests.Response, request: str) -> Unreadable:
        """Something answers there, and it is not what it should be."""
        kind = self._safe(answer.headers.get("Content-Type", "")) or "no Content-Type"
        said = shown.cut(self._safe(answer.content.decode(errors="replace")), _SHOWN) or "nothing"
        return Unreadable(
            f"{request} was answered {answer.status_code} with {kind}, not JSON of partnersim's: {said}", _REMEDY
        )

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


def _checked(url: str) -> str:
    """The URL without a slash at its end; a path before the API's own is kept."""
    try:
        parts = parse_url(url)
    except ValueError as error:
        raise UsageError(
            str(error), "name the URL that `partnersim serve` prints, such as http://127.0.0.1:8790"
        ) from None
    if "?" in parts.target:
        raise UsageError("the service's URL has a query", "name it without, such as http://127.0.0.1:8790")
    return str(parts._replace(target=parts.target.rstrip("/")))


def _file(path: str) -> str:
    if not Path(path).is_file():
        raise UsageError(f"there is no file {path}", "cacert is a PEM file of certificate authorities")
    return path


def _check_token(token: str) -> None:
    if not token or not all("!" <= sign <= "~" for sign in token):
        raise UsageError(
            "the token is empty" if not token else "the token has a space, a line end or a letter beyond ASCII in it",
            "it is the one that `partnersim serve` was given or printed; put it into PARTNERSIM_TOKEN",
        )
