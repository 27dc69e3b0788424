"""Signs of life of this process, for `simulator.load.silence`: given every second, by a thread of their own.

There is one for each second in which the loop turned, or the thread that it runs in worked: planning, or much to send,
may keep a loop from turning, and who is busy does not hang. So it is noticed when

- the process was stopped, or gets no time at all: nothing of it runs, nor does the thread;
- the loop waits for ever (for a lock, for a disk): it neither turns nor works.

It is not noticed here when the loop works for ever and never turns: that one is ended when the whole load takes too
long. Where signs cannot be written any more, that is said, and nothing is noticed from then on.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gevent
from gevent import monkey

from simulator.errors import StorageError

_BEAT = 1.0  # seconds between two signs
_WORKED = 0.001  # seconds of work between them that are a sign, too


def alive(sign: Path) -> None:
    """From now on show that this process lives, until its end; called in the thread that the loop runs in.

    Raises:
        StorageError: signs cannot be written there.
    """
    signs = Signs(sign, _own_work())
    gevent.spawn(signs.keep_turning)
    start, sleep = monkey.get_original("_thread", "start_new_thread"), monkey.get_original("time", "sleep")

    def give() -> None:
        while signs.give():
            sleep(_BEAT)

    start(give, ())


class Signs:
    """One after the other. `worked` gives seconds of work until now.

    Raises:
        StorageError: they cannot be written.
    """

    def __init__(self, sign: Path, worked: Callable[[], float]) -> None:
        self._path = sign
        self._worked = worked
        self._until_now = worked()
        self._turned = True
        self._count = 0
        try:
            self._file = os.open(sign, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        except OSError as error:
            why = f"cannot write {sign}: {error.strerror or error}"
            raise StorageError(why, "free the disk, or name another folder with --journal") from error

    def give(self) -> bool:
        """Give one, if there is any; false once that is no use any more."""
        worked = self._worked()
        lives = self._turned or worked - self._until_now >= _WORKED
        self._turned, self._until_now = False, worked
        self._count += lives
        try:
            os.pwrite(self._file, b"%d" % self._count, 0)
        except OSError as error:
            self._take_away(error)
            return False
        return True

    def keep_turning(self) -> None:
        """Be one of the loop's greenlets."""
        while True:
            self.turns()
            gevent.sleep(_BEAT / 2)

    def turns(self) -> None:
        """The loop turned."""
        self._turned = True

    def _take_away(self, error: OSError) -> None:
        said = f"cannot write {self._path}: {error.strerror or error}: if this process hangs, nobody notices\n"
        with suppress(OSError):
            self._path.unlink()
        with suppress(OSError):
            os.write(2, said.encode())


def _own_work() -> Callable[[], float]:
    """What the calling thread works; where the system does not tell, what all of them do."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    clock = time.pthread_getcpuclockid(monkey.get_original("_thread", "get_ident")())
    return lambda: time.clock_gettime(clock)
