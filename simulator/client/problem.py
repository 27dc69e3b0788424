"""What goes wrong between a client and the service: each with the request it was about, none with the token.

PartnersimError
├── Problem       the service says no: its problem document (RFC 9457), in words and as values
├── NeverReached  nothing answers at that URL, or it cannot be connected to
├── Unanswered    the request left, and no whole answer came: it may have been done all the same
├── Unreadable    something answered, but not as `partnersim serve` does
└── NotInTime     what was waited for did not come
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from simulator import shown
from simulator.errors import PartnersimError

_OWN: Final = frozenset({"type", "title", "status", "detail", "instance", "remedy", "errors"})
_LONGEST: Final = 300  # characters of one detail in the words for a log; the value itself is whole


class Wrong(NamedTuple):
    """One thing wrong in what was sent: `path` is a JSON Pointer such as `/frequency`, "" for the whole."""

    path: str
    message: str
    place: str = ""  # body, query, path or header
    remedy: str = ""


class Problem(PartnersimError):
    """The service refuses, or fails. `str()` says all of it, line by line, safe for a log.

    `status` is HTTP's; `slug` names the kind (`conflict`, `not-found`); `errors` are the mistakes in what was sent, if
    there are some; `details` its further members, such as the receiver's `answer` to a test.
    """

    def __init__(self, document: Mapping[str, Any], request: str) -> None:
        self.status = int(document["status"])
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.slug = str(document.get("type", "")).rpartition(":")[2]
        self.request = request
        self.errors = _wrong(document.get("errors"))
        self.details = {name: value for name, value in document.items() if name not in _OWN}
        self.exit_code = 2 if self.status < 500 else 70
        self.remedy = shown.block(str(document.get("remedy") or ""))
        super().__init__(self._words(), self.remedy)

    def _words(self) -> str:
        heading = f"{self.status} {self.title}".rstrip()
        lines = shown.lines(f"{heading}: {self.detail}" if self.detail else heading)
        lines += [f"  {shown.line(self._words_of(one))}" for one in self.errors]
        for name, value in self.details.items():
            rows = value if isinstance(value, list) else [value]
            lines += [f"  {shown.line(name)}: {shown.cut(shown.line(_told(row)), _LONGEST)}" for row in rows]
        return "\n".join([*lines, f"  asked: {self.request}"])

    def _words_of(self, one: Wrong) -> str:
        """`body /frequency is not … (remedy)`, without what the heading and the remedy say already."""
        message = "" if one.message in self.detail else one.message
        remedy = "" if one.remedy in self.remedy else f"({one.remedy})"
        return " ".join(filter(None, (one.place, one.path, message, remedy)))


class Unanswered(PartnersimError):
    """A request left and no whole answer came in time: whether it was done is not known."""

    exit_code = 3


class Unreadable(PartnersimError):
    """What answered is not `partnersim serve`, or one of another version."""


class NotInTime(PartnersimError):
    """What was waited for did not come; the message says what was seen last."""

    exit_code = 4


def _wrong(value: Any) -> tuple[Wrong, ...]:
    """The mistakes in a problem document; what has another shape is left out."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return tuple(Wrong(*(str(row.get(name, "")) for name in ("path", "message", "in", "remedy"))) for row in rows)


def _told(value: Any) -> str:
    """A JSON value in a line: `outcome answered, status 404`."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_told(one)}" for name, one in value.items() if one not in ("", None))
    if isinstance(value, list):
        return ", ".join(_told(one) for one in value)
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
