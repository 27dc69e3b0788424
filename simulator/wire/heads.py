"""Reads the head of an HTTP/1.1 answer: status line and headers, by the grammar and nothing beside it.

Grammar and framing: RFC 9112. Where that allows a recipient to be lenient or strict, this one is strict, because an
answer that two clients read differently is a flaw of the receiver; three leniencies that every client shares are kept:
no reason phrase and no space before it, the same Content-Length twice, and Content-Length on a 204.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from simulator import limits
from simulator.wire.failure import malformed

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [\t\x20-\x7e\x80-\xff]*)?")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)")
_DIGITS = re.compile(rb"[0-9]{1,18}")
_TIMEOUT = re.compile(rb"(?:^|[,\s;])timeout\s*=\s*\"?([0-9]{1,9})", re.IGNORECASE)
_FRAMING = frozenset((b"content-length", b"transfer-encoding", b"connection", b"keep-alive"))
_LOOKS = (  # how other protocols greet, for a reason that helps
    (b"\x15\x03", "this port speaks TLS: is its URL an https one?"),
    (b"PRI * HTTP/2", "this port speaks HTTP/2 only"),
    (b"HTTP/2", "it answers in HTTP/2, which nobody asked for"),
    (b"HTTP/", "no status line of HTTP/1.1: version, three digits from 100 to 599, reason"),
    (b"SSH-", "this port speaks SSH"),
    (b"220", "this port speaks SMTP or FTP"),
    (b"<", "a page without a status line, as in HTTP/0.9"),
    (b"{", "JSON without a status line, as in HTTP/0.9"),
)
CLOSES: Final = -1  # a length that is none: to the end of the connection
CHUNKED: Final = -2  # … in chunks


class Head(NamedTuple):
    """What a status line and headers say."""

    status: int
    length: int  # of the body; CLOSES, CHUNKED
    keep: float  # seconds that the connection may idle and be used again; 0.0: it may not


@lru_cache(maxsize=64)  # receivers repeat themselves: within one second most heads are equal to the byte
def read_head(raw: bytes) -> Head:
    """Status line and headers, with the empty line that ends them.

    Raises:
        Failure: `malformed`.
    """
    first, *lines = raw[:-4].split(b"\r\n")
    version, status = _status_line(first)
    if len(lines) > limits.ANSWER_HEADERS:
        raise malformed(f"the answer has more than {limits.ANSWER_HEADERS} headers")
    framing: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, value = field(line)
        if name in _FRAMING:
            framing.setdefault(name, []).append(value)
    if status == 101:
        raise malformed("101: the receiver switches protocols, which nobody asked for")
    length = _length(version, framing)
    keep = 0.0 if length == CLOSES and status not in {204, 304} else _keep(version, framing)
    return Head(status, length, keep)


def field(line: bytes) -> tuple[bytes, bytes]:
    """One header's name in lower case and its value.

    Raises:
        Failure: `malformed`.
    """
    if len(line) > limits.ANSWER_HEADER_LINE:
        raise malformed(f"a header is longer than {limits.ANSWER_HEADER_LINE} bytes")
    match = _FIELD.fullmatch(line)
    if match is None:
        raise malformed(_why_no_field(line))
    return match[1].lower(), match[2].strip(b" \t")


def _status_line(line: bytes) -> tuple[bytes, int]:
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise malformed(_look(line))
    return match[1], int(match[2])


def _length(version: bytes, framing: dict[bytes, list[bytes]]) -> int:
    """How the body ends (RFC 9112, 6.3)."""
    codings = framing.get(b"transfer-encoding", [])
    lengths = {one.strip(b" \t") for value in framing.get(b"content-length", []) for one in value.split(b",")}
    if codings:
        if lengths:
            raise malformed("Transfer-Encoding and Content-Length in one answer")
        if version == b"0":
            raise malformed("Transfer-Encoding in an answer of HTTP/1.0")
        if len(codings) > 1 or codings[0].lower() != b"chunked":
            raise malformed("a Transfer-Encoding other than chunked, which nobody offered to read")
        return CHUNKED
    if len(lengths) > 1:
        raise malformed("Content-Length twice, with different values")
    for length in lengths:
        if not _DIGITS.fullmatch(length):
            raise malformed("a Content-Length that is no number of bytes")
        return int(length)
    return CLOSES


def _keep(version: bytes, framing: dict[bytes, list[bytes]]) -> float:
    """How long the connection may idle: half of what the receiver grants, so as not to meet its closing hand."""
    words = {word.strip(b" \t").lower() for value in framing.get(b"connection", []) for word in value.split(b",")}
    if b"close" in words or (version == b"0" and b"keep-alive" not in words):
        return 0.0
    granted = [int(found) for value in framing.get(b"keep-alive", []) for found in _TIMEOUT.findall(value)]
    return min([limits.IDLE_REUSED, *(seconds / 2 for seconds in granted)])


def foresee(data: bytes, checked: int) -> int:
    """Look at the lines of a head in the making that are complete; gives how far it looked.

    Raises:
        Failure: `malformed`, as soon as what came cannot become an answer any more.
    """
    while (end := data.find(b"\n", checked)) >= 0:
        line = data[checked:end]
        if not line.endswith(b"\r"):
            raise malformed(
                _look(line) if checked == 0 and not line.startswith(b"HTTP/1.") else "a line ends in LF alone"
            )
        if checked == 0:
            _status_line(line[:-1])
        else:
            field(line[:-1])
        checked = end + 1
    if len(data) > limits.ANSWER_HEAD:
        raise malformed(f"the head of the answer is longer than {limits.ANSWER_HEAD} bytes")
    if len(data) - checked > limits.ANSWER_HEADER_LINE:
        raise malformed(f"a line of the head is longer than {limits.ANSWER_HEADER_LINE} bytes")
    if checked == 0 and not data.startswith(b"HTTP/1."[: len(data)]):
        raise malformed(_look(data))
    return checked


def _look(data: bytes) -> str:
    """What it is that came in the place of a status line."""
    for greeting, what in _LOOKS:
        if data.startswith(greeting):
            return what
    return "what came does not begin with a status line of HTTP/1.1"


def _why_no_field(line: bytes) -> str:
    if line[:1] in {b" ", b"\t"}:
        return "a header goes on in the next line, which HTTP/1.1 forbids"
    if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line):
        return "a control character in a header"
    if b":" not in line:
        return "a header without a colon"
    return "a header whose name is not a token"
