"""What an answer of the service says: its JSON, or why it is not the answer that was asked for."""

import json
from typing import Any, Final

import requests

from simulator import shown
from simulator.client.problem import Problem, Unreadable
from simulator.redaction import Scrub, everywhere

_REMEDY: Final = "see that the URL is that of `partnersim serve`, of the version of this client"
_SHOWN: Final = 200  # characters of an answer that is not ours


def json_of(answer: requests.Response, request: str, scrub: Scrub) -> Any:
    """The JSON value of an answer. `request` says what was asked, for errors; `scrub` takes secrets out of them.

    Raises:
        Unreadable: it is no JSON.
    """
    try:
        return json.loads(answer.content.decode())
    except (ValueError, RecursionError):
        raise _foreign(answer, request, scrub) from None


def refused(answer: requests.Response, request: str, scrub: Scrub) -> Problem | Unreadable:
    """The error for an answer that is not 2xx and has been read to its end.

    Raises:
        Unreadable: it says that it is a problem, and is no JSON.
    """
    status = answer.status_code
    if 300 <= status < 400:
        place = shown.line(scrub(answer.headers.get("Location", "nowhere")))
        return Unreadable(
            f"{request} was answered {status}, a redirect to {place}: it is not followed",
            "name the service's own URL, with its scheme",
        )
    if answer.headers.get("Content-Type", "").partition(";")[0].strip() == "application/problem+json":
        document = json_of(answer, request, scrub)
        if isinstance(document, dict):
            return Problem({**everywhere(scrub, document), "status": status}, request)
    return _foreign(answer, request, scrub)


def _foreign(answer: requests.Response, request: str, scrub: Scrub) -> Unreadable:
    """Something answers there, and it is not what it should be."""
    kind = shown.line(scrub(answer.headers.get("Content-Type", ""))) or "no Content-Type"
    said = shown.cut(shown.line(scrub(answer.content.decode(errors="replace"))), _SHOWN) or "nothing"
    return Unreadable(
        f"{request} was answered {answer.status_code} with {kind}, not JSON of partnersim's: {said}", _REMEDY
    )
