"""One line that moves while a load is sent: what was sent and answered so far, told by the growing journals."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.cli.progress import seen
from simulator.clock import RealClock, spelled
from simulator.load.growing import piece
from simulator.load.orders import Orders, shard_of
from simulator.load.processes import Glance

if TYPE_CHECKING:
    from rich.console import Console  # late below: nothing shows in a pipe

_EVERY = 0.5  # seconds between two looks
_PIECES = 8  # of each journal that are looked at in one: what is left then, the next look sees
_OUTCOME: Final = re.compile(rb'^\{"kind":"outcome".{0,200}?"outcome":"(\w[\w.-]*)","status":(\d+)', re.MULTILINE)


class Growth:
    """What the journals of a load tell so far; each look reads only what is new."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.sent = 0
        self.answered_well = 0
        self._read = {shard_of(folder, number): 0 for number in range(workers)}

    def look(self) -> None:
        """Count what was added."""
        for path in self._read:
            with suppress(OSError):
                for _ in range(_PIECES):
                    whole = piece(path, self._read[path])
                    self._read[path] += len(whole)
                    self._count(whole)

    @property
    def words(self) -> str:
        """That for people; which answers acknowledge is judged later."""
        return f"{self.sent:,} sent, {self.answered_well:,} answered 2xx"

    def _count(self, lines: bytes) -> None:
        for outcome, status in _OUTCOME.findall(lines):
            self.sent += outcome != b"skipped"
            self.answered_well += outcome == b"answered" and status.startswith(b"2")


class Shown(NamedTuple):
    """What is called while a load is sent, and while it is judged: with how many exports show all, of how many."""

    sending: Glance
    judging: Callable[[int, int], None]


@contextmanager
def load_line(folder: Path, orders: Orders, *, quiet: bool) -> Iterator[Shown]:
    """While inside, gives what is called every now and then; nothing shows where nobody would see it."""
    if not seen(quiet=quiet):
        yield Shown(lambda: None, lambda _, __: None)
        return
    from rich.console import Console

    line = _Line(Console(stderr=True), Growth(folder, orders.workers), RealClock())
    try:
        yield Shown(line.sending, line.judging)
    finally:
        line.end()


class _Line:
    def __init__(self, console: "Console", growth: Growth, clock: RealClock) -> None:
        self._growth = growth
        self._clock = clock
        self._status = console.status("")
        self._last = (0.0, 0)
        self._shown = False

    def sending(self) -> None:
        now = self._clock.now()
        if now - self._last[0] < _EVERY:
            return
        self._growth.look()
        sent = self._growth.sent
        a_second = (sent - self._last[1]) / (now - self._last[0])
        self._last = (now, sent)
        self._say(f"{self._growth.words}, {a_second:,.0f}/s, {spelled(int(now))}")

    def judging(self, done: int, of: int) -> None:
        self._say(f"{self._growth.sent:,} sent; of {of:,} exports {done:,} show what they should")

    def end(self) -> None:
        self._status.stop()

    def _say(self, words: str) -> None:
        self._status.update(words)
        if not self._shown:
            self._status.start()
            self._shown = True
