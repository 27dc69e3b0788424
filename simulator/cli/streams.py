"""The three standard streams: that they are there, take every character, and whether what was said came through."""

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any

_NAMES = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def there() -> None:
    """Put something that swallows all where a stream was closed: else the next file or socket would take its number.

    What was written for people would land in a journal, and a library that meets a socket as its stdout gives up.
    """
    for number, (name, mode) in enumerate(_NAMES):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest free number: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - stays open
        if mode == "w" and isinstance(getattr(getattr(sys, name), "buffer", None), io.RawIOBase):
            setattr(sys, name, _whole(getattr(sys, name)))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            with suppress(OSError):  # it writes what waits to be written, and nobody may be there to take it
                stream.reconfigure(errors="backslashreplace")


def _whole(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """A stream to the same place that writes on where the system took a part only.

    With PYTHONUNBUFFERED Python writes once and forgets the rest: half a report, and exit 0.
    """
    raw: io.RawIOBase = stream.buffer  # type: ignore[assignment]  # so it is, when unbuffered
    whole: Any = _Whole(raw)
    return io.TextIOWrapper(whole, encoding=stream.encoding, errors=stream.errors, write_through=True)


class _Whole(io.RawIOBase):
    """Writes all or raises; what it writes to belongs to another, who may close it."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    def write(self, words: Any, /) -> int:
        rest = memoryview(words).cast("B")
        whole = len(rest)
        while rest:
            taken = self._raw.write(rest)
            if taken is None:
                raise BlockingIOError(errno.EAGAIN, "it takes no more now")
            rest = rest[taken:]
        return whole


def lost() -> bool:
    """Whether what was said on stdout cannot be written; the interpreter has nothing left to flush then."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, sys.stdout.fileno())
            os.close(sink)
        return True
    return False
