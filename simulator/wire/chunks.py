"""Takes the frames off a chunked body (RFC 9112, 7.1), strictly and within limits."""

import re

from simulator import limits
from simulator.wire.failure import malformed
from simulator.wire.heads import field

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*+"'
_EXTENSION = rb"(?:[ \t]*+;[ \t]*+%b(?:[ \t]*+=[ \t]*+(?:%b|%b))?+)*+" % (_TOKEN, _TOKEN, _QUOTED)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})" + _EXTENSION)
_NEXT = re.compile(rb"\r\n([0-9A-Fa-f]{1,15})\r\n")  # what is between two chunks, as a rule
_BEGUN = re.compile(rb"[0-9A-Fa-f]{0,15}(?:[ \t]*|[ \t]*;[\t\x20-\x7e\x80-\xff]*)\r?")


_FRAME_READ = limits.ANSWER_READ // 8  # bytes of frame; a body in chunks of 48 bytes stays below it
_SIZE_LINE, _GAP, _TRAILERS = range(3)  # what comes next when no byte of a chunk is left


class Chunks:
    """A chunked body in the making."""

    __slots__ = ("_left", "_next", "_rest", "_trailers", "complete", "extra", "overhead")

    def __init__(self) -> None:
        self.complete = False
        self.extra = False  # whether bytes came after the end
        self.overhead = 0  # bytes of frame so far
        self._left = 0
        self._rest = b""
        self._next = _SIZE_LINE
        self._trailers = 0

    @property
    def too_much(self) -> bool:
        """Whether so much of it is frame that it is not read further: each chunk costs time."""
        return self.overhead > _FRAME_READ

    def feed(self, data: bytes) -> bytes:
        """What is body in the bytes that came.

        Raises:
            Failure: `malformed`.
        """
        pieces: list[bytes] = []
        if self._rest:
            data = self._rest + data
            self._rest = b""
        at = 0
        while not self.complete and not self.too_much:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._next = _GAP
            elif self._next == _GAP and (usual := _NEXT.match(data, at)) is not None:
                self._begin(int(usual[1], 16))
                self.overhead += usual.end() - at
                at = usual.end()
            else:
                end = data.find(b"\n", at)
                if end < 0:
                    self._rest = data[at:]
                    self._unfinished(self._rest)
                    break
                if end == at or data[end - 1 : end] != b"\r":
                    raise malformed("a line of a chunk's frame ends in LF alone")
                self._line(data[at : end - 1])
                self.overhead += end + 1 - at
                at = end + 1
        self.extra = self.complete and at < len(data)
        return b"".join(pieces)

    def _begin(self, size: int) -> None:
        self._left = size
        self._next = _SIZE_LINE if size else _TRAILERS

    def _line(self, line: bytes) -> None:
        if self._next == _SIZE_LINE:
            if len(line) > limits.ANSWER_HEADER_LINE:
                raise malformed("the extension of a chunk is too long")
            match = _SIZE.fullmatch(line)
            if match is None:
                raise malformed("the size of a chunk is no hexadecimal number, or its extension no extension")
            self._begin(int(match[1], 16))
        elif self._next == _GAP:
            if line:
                raise malformed("a chunk is longer than its size says")
            self._next = _SIZE_LINE
        elif line:
            self._trailer(line)
        else:
            self.complete = True

    def _trailer(self, line: bytes) -> None:
        if field(line)[0] in {b"content-length", b"transfer-encoding"}:  # RFC 9110, 6.5.1
            raise malformed("a trailer that says how long the body is")
        self._trailers += 1
        if self._trailers > limits.ANSWER_HEADERS:
            raise malformed(f"more than {limits.ANSWER_HEADERS} trailers")

    def _unfinished(self, rest: bytes) -> None:
        """End what can no longer become right without waiting for the end of its line."""
        if len(rest) > limits.ANSWER_HEADER_LINE:
            raise malformed("a line of a chunk's frame is too long")
        if self._next == _GAP and rest not in {b"", b"\r"}:
            raise malformed("a chunk is longer than its size says")
        if self._next == _SIZE_LINE and not _BEGUN.fullmatch(rest):
            raise malformed("the size of a chunk is no hexadecimal number")
