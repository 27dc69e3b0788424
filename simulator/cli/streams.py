"""The three standard streams: that they are there, take every character, and whether what was said came through."""

import os
import sys
from contextlib import suppress

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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            with suppress(OSError):  # it writes what waits to be written, and nobody may be there to take it
                stream.reconfigure(errors="backslashreplace")


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
