"""Takes the frames off a chunked body (RFC 9112, 7.1), strictly and within limits."""

import re

from simulator import limits
from simulator.wire.failure import malformed
from simulator.wire.heads import field

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_QUOTED = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*+"'
_EXTENSION = rb"(?:[ \t]*+;[ \t]*+%b(?:[ \t]*+=[ \t]*+(?:%b|%b))?+)*+" % (_TOKEN, _TOKEN, _QUOTED)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})" + _EXTENSION)
_BEGUN = re.compile(rb"[0-9A-Fa-f]{0,15}(?:[ \t]*|[ \t]*;[\t\x20-\x7e\x80-\xff]*)\r?")


class Chunks:
    """A chunked body in the making."""

    __slots__ = ("_left", "_rest", "_step", "_trailers", "complete", "extra", "overhead")

    def __init__(self) -> None:
        self.complete = False
        self.extra = False  # whether bytes came after the end
        self.overhead = 0  # bytes of frame so far
        self._left = 0
        self._rest = b""
        self._step = self._size
        self._trailers = 0

    def feed(self, data: bytes) -> bytes:
        """What is body in the bytes that came.

        Raises:
            Failure: `malformed`.
        """
        pieces: list[bytes] = []
        if self._rest:
            data = self._rest + data
        at = 0
        while not self.complete:
            if self._left:
                piece = data[at : at + self._left]
                pieces.append(piece)
                at += len(piece)
                self._left -= len(piece)
                if self._left:
                    break
                self._step = self._gap
                continue
            end = data.find(b"\n", at)
            if end < 0:
                self._unfinished(data[at:])
                break
            if data[end - 1 : end] != b"\r" or end == at:
                raise malformed("a line of a chunk's frame ends in LF alone")
            self.overhead += end + 1 - at
            self._step(data[at : end - 1])
            at = end + 1
        self._rest = data[at:] if not self._left and not self.complete else b""
        self.extra = self.complete and at < len(data)
        return b"".join(pieces)

    def _size(self, line: bytes) -> None:
        if len(line) > limits.ANSWER_HEADER_LINE:
            raise malformed("the extension of a chunk is too long")
        match = _SIZE.fullmatch(line)
        if match is None:
            raise malformed("the size of a chunk is no hexadecimal number, or its extension no extension")
        self._left = int(match[1], 16)
        if not self._left:
            self._step = self._trailer

    def _gap(self, line: bytes) -> None:
        if line:
            raise malformed("a chunk is longer than its size says")
        self._step = self._size

    def _trailer(self, line: bytes) -> None:
        if not line:
            self.complete = True
            return
        if field(line)[0] in {b"content-length", b"transfer-encoding"}:  # RFC 9110, 6.5.1
            raise malformed("a trailer that says how long the body is")
        self._trailers += 1
        if self._trailers > limits.ANSWER_HEADERS:
            raise malformed(f"more than {limits.ANSWER_HEADERS} trailers")

    def _unfinished(self, rest: bytes) -> None:
        """End what can no longer become right without waiting for the end of its line."""
        if len(rest) > limits.ANSWER_HEADER_LINE:
            raise malformed("a line of a chunk's frame is too long")
        if self._step == self._gap and rest not in {b"", b"\r"}:
            raise malformed("a chunk is longer than its size says")
        if self._step == self._size and not _BEGUN.fullmatch(rest):
            raise malformed("the size of a chunk is no hexadecimal number")
