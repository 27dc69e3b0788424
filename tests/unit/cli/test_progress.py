"""A line that moves is seen on a terminal only, where it is wanted, and is gone in the end."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from simulator.cli.progress import counting_line, standing

Line = Callable[..., AbstractContextManager[Callable[[str], None]]]


class Stream(io.StringIO):
    """Where words for people go: a terminal, or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@contextmanager
def counting(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    with counting_line(2, quiet=quiet) as watching:

        def show(text: str) -> None:
            with watching(text) as step:
                step(1, 0.0)

        yield show


def told(line: Line, monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool = False) -> str:
    stream = Stream(terminal=terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    with line(quiet=quiet) as show:
        show("[1 of] 7 schedules")
    return stream.getvalue()


@pytest.mark.parametrize("line", [standing, counting])
def test_on_a_terminal_it_is_seen_as_it_was_worded_and_gone_in_the_end(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    seen = told(line, monkeypatch, terminal=True)
    assert "[1 of] 7 schedules" in seen
    assert seen.endswith("\x1b[2K")


@pytest.mark.parametrize("line", [standing, counting])
@pytest.mark.parametrize(
    ("terminal", "quiet", "kind"), [(False, False, "xterm"), (True, True, "xterm"), (True, False, "dumb")]
)
def test_elsewhere_nothing_is_written(
    line: Line, terminal: bool, quiet: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", kind)
    if kind != "dumb":
        monkeypatch.setenv("FORCE_COLOR", "1")  # which asks for colours, and makes no terminal
    assert told(line, monkeypatch, terminal=terminal, quiet=quiet) == ""
