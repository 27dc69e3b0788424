"""Who of a load's workers has which number, and who is waited for: those of other machines get the next number."""

import math

from simulator.errors import UsageError
from simulator.load.words import workers
from simulator.version import __version__


class Roll:
    """Names of nodes and their numbers: `own` ones from 0, then `elsewhere` others in order of asking.

    The number of one that leaves while others are still waited for goes to somebody who asks later, unless it is given
    up before; but first go those that nobody had, so that the one which may be given up is the one that was left.
    Waiting ends at `until`, and the place of one that left is kept for another for `again` seconds, at most until then;
    moments are those of the caller's clock.
    """

    def __init__(self, own: int, elsewhere: int, *, until: float = math.inf, again: float = math.inf) -> None:
        self._own = own
        self._until = until
        self._again = again
        self.others = range(own, own + elsewhere)
        self._numbers: dict[str, int] = {}
        self._there: set[str] = set()
        self._given_up: set[int] = set()
        self._left: set[int] = set()
        self._kept: dict[int, float] = {}  # places of those that left, and until when
        self._closed = False

    @property
    def complete(self) -> bool:
        """Whether all workers are there that were not given up; from then on, no other one is taken."""
        return self._closed

    @property
    def nodes(self) -> frozenset[str]:
        """Those that are there, or were when the roll was complete."""
        return frozenset(self._there)

    @property
    def known(self) -> frozenset[str]:
        """Those that have a number, there or not yet."""
        return frozenset(self._numbers)

    @property
    def missing(self) -> frozenset[int]:
        """The numbers of those of other machines that are waited for."""
        return frozenset(self.others) - self._given_up - {self._numbers[one] for one in self._there}

    @property
    def come(self) -> int:
        """How many of other machines are there."""
        return len(self.others) - len(self.missing) - len(self._given_up)

    @property
    def given_up(self) -> int:
        """How many are not waited for any more."""
        return len(self._given_up)

    def number(self, node: str) -> int | None:
        """Its number, from 0; None for a stranger."""
        return self._numbers.get(node)

    def foreign(self, node: str) -> int | None:
        """The number of a worker of another machine; None for anybody else."""
        number = self.number(node)
        return number if number in self.others else None

    def local(self, node: str, number: object) -> None:
        """One of this machine is there.

        Raises:
            UsageError: there is none of that number, or another node has it.
        """
        if self.number(node) == number and node in self._there:
            return
        if not _is_whole(number) or number not in range(self._own) or number in self._numbers.values():
            raise UsageError(f"this load has no worker {number!r} that is not there yet")
        self._numbers[node] = int(str(number))
        self._comes(node)

    def asked(self, node: str, version: object) -> int:
        """The number of one of another machine; the same when it asks again.

        Raises:
            UsageError: it is of another version, or nobody more is expected.
        """
        if version != __version__:
            raise UsageError(
                f"this load is of partnersim {__version__}, and who joins is {version}",
                "install the same version on every machine",
            )
        if node in self._numbers:
            return self._numbers[node]
        free = set(self.others) - self._given_up - set(self._numbers.values())
        if self.complete or not free:
            now = "waits for nobody any more" if self._given_up else "all of them are there"
            raise UsageError(
                f"this load expects {workers(len(self.others))} from elsewhere, and {now}",
                "say more with --expect-workers where it is judged, or join with fewer --workers",
            )
        number = min(free - self._left or free)
        self._kept.pop(number, None)
        self._numbers[node] = number
        return number

    def here(self, node: str) -> None:
        """One that was given a number has made itself ready for it."""
        if node in self._numbers:
            self._comes(node)

    def left(self, node: str, now: float) -> int | None:
        """It is gone; gives its number. Once the roll is complete it keeps that: nobody else can send its share."""
        number = self.number(node)
        if number is not None and not self.complete:
            del self._numbers[node]
            self._there.discard(node)
            self._left.add(number)
            self._kept[number] = min(now + self._again, self._until)
        return number

    def look(self, now: float) -> None:
        """Once no other place is waited for than those that were kept long enough, these are given up."""
        if all(self._kept.get(number, math.inf) <= now for number in self.missing):
            self._given_up |= self.missing
            self._close()

    def overdue(self, now: float) -> bool:
        """Whether somebody is still waited for who should be there by now."""
        return not self.complete and now >= self._until

    def _comes(self, node: str) -> None:
        self._there.add(node)
        self._close()

    def _close(self) -> None:
        expected = self._own + len(self.others) - len(self._given_up)
        self._closed = self._closed or len(self._there) == expected


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
