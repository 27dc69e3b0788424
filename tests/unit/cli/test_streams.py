"""What is said on the standard streams comes through whole, whatever the streams are."""

import io
import sys

import pytest

from simulator.cli import streams


class TakesAFewAtATime(io.RawIOBase):
    """A pipe of a system that takes a part of what it is given, as it may."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, words: bytes, /) -> int:  # type: ignore[override]  # given a bytes-like thing, always
        part = bytes(words)[:7]
        self.taken += part
        return len(part)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_nothing_of_a_long_text_is_lost_where_python_is_unbuffered(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = TakesAFewAtATime()
    unbuffered = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)  # type: ignore[type-var]  # as Python has it
    monkeypatch.setattr(sys, name, unbuffered)
    streams.there()
    text = "a report of many lines\n" * 5
    getattr(sys, name).write(text)
    assert raw.taken.decode() == text
