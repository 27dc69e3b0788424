"""Reads one HTTP/1.1 answer as it comes in, within limits; keeps its head to the byte and decodes nothing."""

import hashlib

from simulator import limits
from simulator.model import Outcome
from simulator.wire.chunks import Chunks
from simulator.wire.failure import Failure, malformed
from simulator.wire.heads import CHUNKED, CLOSES, Head, foresee, read_head


class Answer:
    """One answer in the making. Feed it bytes until it says that it is complete."""

    __slots__ = (
        "_bodiless", "_checked", "_chunks", "_digest", "_interims", "_left", "_rest",
        "body", "capped", "continued", "extra", "head", "keep", "size", "status",
    )  # fmt: skip

    def __init__(self, *, to_head: bool = False) -> None:
        self.status = 0  # of the final answer, once its head is read
        self.head = b""
        self.body = b""
        self.size = 0
        self.capped = False  # whether reading stopped at limits.ANSWER_READ
        self.keep = 0.0
        self.continued = False  # whether `100 Continue` came
        self.extra = False  # whether bytes came that belong to no answer
        self._bodiless = to_head
        self._rest = b""  # of a head that is not complete yet
        self._checked = 0
        self._interims = 0
        self._left = 0
        self._digest: hashlib._Hash | None = None
        self._chunks: Chunks | None = None

    def feed(self, data: bytes) -> bool:
        """Take what came in; gives whether the answer is complete.

        Raises:
            Failure: `malformed`.
        """
        if not self.status:
            rest = self._read_head(data)
            if rest is None:
                return False
            data = rest
        if self._left > 0:
            return self._read_counted(data)
        if self._left == 0:
            self.extra = bool(data)
            return True
        if self._chunks is not None:
            return self._read_chunks(self._chunks, data)
        self._absorb(data)
        return self.capped

    def end(self, *, goodbye: bool = True) -> None:
        """The receiver closed its side; fine where that is how the body ends. `goodbye`: TLS, if any, was ended first.

        Raises:
            Failure: `closed` before any byte came, else `truncated`.
        """
        if not self.status:
            if not self.begun:
                raise Failure(Outcome.CLOSED, "the receiver closed the connection without an answer")
            raise Failure(Outcome.TRUNCATED, "the receiver closed the connection inside the head of its answer")
        if self._left == CLOSES and not goodbye:  # RFC 9112, 9.8
            raise Failure(
                Outcome.TRUNCATED, "the body lasts to the end of the connection, which came without TLS's goodbye"
            )
        if self._left != CLOSES:
            missing = f", {self._left} bytes short" if self._left > 0 else " before its last chunk"
            raise Failure(
                Outcome.TRUNCATED, f"the receiver closed the connection inside the body of its answer{missing}"
            )

    @property
    def begun(self) -> bool:
        """Whether any byte of it came."""
        return bool(self.status or self._rest or self._interims)

    @property
    def sha256(self) -> str:
        """Of the whole body read, hexadecimal; empty when there was none."""
        return self._digest.hexdigest() if self._digest is not None else ""

    @property
    def outcome(self) -> Outcome:
        """Of a complete answer."""
        return Outcome.REDIRECTED if 300 <= self.status < 400 else Outcome.ANSWERED

    def _read_head(self, data: bytes) -> bytes | None:
        """What follows the final head; None while that is not complete."""
        start = max(len(self._rest) - 3, 0)
        data = self._rest + data if self._rest else data
        while (end := data.find(b"\r\n\r\n", start) + 4) > 3:
            if end > limits.ANSWER_HEAD:
                raise malformed(f"the head of the answer is longer than {limits.ANSWER_HEAD} bytes")
            head = read_head(data[:end])
            if head.status >= 200:
                self._begin_body(data[:end], head)
                return data[end:]
            self._interims += 1
            self.continued = self.continued or head.status == 100
            if self._interims > limits.INTERIM_ANSWERS:
                raise malformed(f"more than {limits.INTERIM_ANSWERS} interim (1xx) answers")
            data = data[end:]
            self._checked = start = 0
        self._checked = foresee(data, self._checked)
        self._rest = data
        return None

    def _begin_body(self, raw: bytes, head: Head) -> None:
        self.status = head.status
        self.head = raw
        self.keep = head.keep
        self._rest = b""
        bodiless = self._bodiless or head.status in {204, 304}
        if bodiless and head.length not in {0, CLOSES}:
            self.keep = 0.0  # a body was announced where none may be: it could come all the same
        self._left = 0 if bodiless else head.length
        if self._left == CHUNKED:
            self._chunks = Chunks()

    def _read_counted(self, data: bytes) -> bool:
        taken = data[: self._left]
        self.extra = len(data) > len(taken)
        self._left -= len(taken)
        self._absorb(taken)
        if self._left and self.size >= limits.ANSWER_READ:
            self.capped = True
        return self.capped or not self._left

    def _read_chunks(self, chunks: Chunks, data: bytes) -> bool:
        self._absorb(chunks.feed(data))
        self.extra = chunks.extra
        self.capped = self.capped or chunks.too_much
        return self.capped or chunks.complete

    def _absorb(self, data: bytes) -> None:
        """Take a piece of the body, as far as bodies are read."""
        if len(data) > limits.ANSWER_READ - self.size:
            data = data[: limits.ANSWER_READ - self.size]
            self.capped = True
        if not data:
            return
        if self._digest is None:
            self._digest = hashlib.sha256(data)
        else:
            self._digest.update(data)
        if self.size < limits.ANSWER_KEPT:
            self.body += data[: limits.ANSWER_KEPT - self.size]
        self.size += len(data)
