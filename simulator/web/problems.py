"""Everything that is not done, as `application/problem+json` (RFC 9457): who asked learns what is wrong and what helps.

Nothing here shows a traceback, a token or a file's content.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import orjson
from flask import Response

from simulator.console.refusal import Refusal
from simulator.errors import DocumentError, PartnersimError, StorageError, UsageError

MEDIA_TYPE: Final = "application/problem+json"
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Mistake(NamedTuple):
    """One thing wrong with a request: where (body, query, path or header), and a JSON Pointer to it."""

    place: str
    path: str
    message: str
    remedy: str = ""

    @property
    def told(self) -> dict[str, str]:
        """As a member of `errors`."""
        told = {"in": self.place, "path": self.path, "message": self.message}
        return told | {"remedy": self.remedy} if self.remedy else told


class Problem(Exception):
    """A request that is not done. `slug` names the kind of problem; `members` are further ones of the answer."""

    def __init__(
        self,
        slug: str,
        detail: str,
        remedy: str = "",
        *,
        mistakes: Iterable[Mistake] = (),
        members: Mapping[str, Any] = _NONE,
        headers: Mapping[str, str] = _NONE,
    ) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.remedy = remedy
        self.mistakes = tuple(mistakes)
        self.members = members
        self.headers = headers


_KINDS: Final = {
    "bad-request": (400, "The request cannot be read"),
    "unauthorized": (401, "The token is missing or wrong"),
    "forbidden": (403, "Not allowed"),
    "wrong-host": (403, "Not the name of this service"),
    "cross-site": (403, "Asked by another site"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "Not a method of this path"),
    "conflict": (409, "Not as things stand now"),
    "too-large": (413, "The body is too large"),
    "unsupported": (415, "The body is not JSON"),
    "unfit": (422, "The request does not fit"),
    "not-kept": (422, "The receiver did not take the test body"),
    "head-too-large": (431, "The head is too large"),
    "fault": (500, "A fault of the service"),
    "storage": (500, "The disk failed"),
    "not-implemented": (501, "Not understood here"),
    "unavailable": (503, "Not now"),
}
"""Slug → status and title."""

_OF_STATUS: Final = {status: slug for slug, (status, _) in reversed(_KINDS.items())}


def told(problem: Problem) -> dict[str, Any]:
    """A problem's members, the required ones first."""
    status, title = _KINDS[problem.slug]
    members: dict[str, Any] = {
        "type": f"urn:partnersim:{problem.slug}",
        "title": title,
        "status": status,
        "detail": problem.detail,
    }
    if problem.remedy:
        members["remedy"] = problem.remedy
    if problem.mistakes:
        members["errors"] = [one.told for one in problem.mistakes]
    return members | {name: value for name, value in problem.members.items() if name not in members}


def answer(problem: Problem) -> Response:
    """The response that tells it."""
    status, _ = _KINDS[problem.slug]
    return Response(
        orjson.dumps(told(problem), default=str), status, headers=dict(problem.headers), content_type=MEDIA_TYPE
    )


def words(status: int, reason: str) -> tuple[str, bytes]:
    """Media type and body for what the server answers by itself: to what is no HTTP, or far too large."""
    return MEDIA_TYPE, orjson.dumps(told(of_status(status, reason)))


def of_status(status: int, detail: str, headers: Mapping[str, str] = _NONE) -> Problem:
    """The problem of an HTTP status; of one that has no kind of its own, the one its class stands for."""
    return Problem(_OF_STATUS.get(status, "bad-request" if status < 500 else "fault"), detail, headers=headers)


def of_error(error: PartnersimError) -> Problem:
    """The problem that an error of ours is to whoever asked."""
    match error:
        case Refusal():
            return Problem(error.reason, error.message, error.remedy, members=error.details)
        case DocumentError():
            return Problem(
                "unfit",
                error.message,
                error.remedy,
                members={
                    "mistakes": [
                        {"line": one.line, "column": one.column, "path": one.path}
                        | {"message": one.message, "remedy": one.remedy}
                        for one in error.mistakes
                    ]
                },
            )
        case UsageError():
            return Problem("unfit", error.message, error.remedy)
        case StorageError():
            return Problem("storage", error.message, error.remedy)
        case _:
            return Problem("fault", error.message, error.remedy)
