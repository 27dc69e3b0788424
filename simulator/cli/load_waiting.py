"""What people are told while the machines of a load wait for one another."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from simulator.cli.output import say
from simulator.clock import RealClock, spelled, utc_now
from simulator.load.machines.gathered import Gathered, noted
from simulator.load.processes import Meeting
from simulator.load.words import workers
from simulator.shown import line

_EVERY = 30.0  # seconds between two words that somebody is still waited for


class Waiting:
    """Says for whom the load waits, and how they join it, and then who has come."""

    def __init__(self, folder: Path, meeting: Meeting, *, quiet: bool) -> None:
        self._folder = folder
        self._meeting = meeting
        self._quiet = quiet
        self._clock = RealClock()
        self._gathering: Gathering | None = None

    def begin(self) -> None:
        """It waits from now on."""
        meeting, now = self._meeting, utc_now()
        self._clock = RealClock()
        self._gathering = Gathering(meeting, f"{now + timedelta(seconds=meeting.wait):%H:%M:%S} UTC", self._say)
        command = f"partnersim load --join {meeting.shown} --workers {meeting.elsewhere}"
        until = f"up to {spelled(meeting.wait)}, until {self._gathering.until}"
        self._say(f"waiting {until}, for {workers(meeting.elsewhere)} from elsewhere: {command}")

    def look(self) -> None:
        """Say what has changed."""
        if self._gathering is not None and not self._gathering.over:
            self._gathering.look(self._clock.now(), noted(self._folder))

    def _say(self, words: str) -> None:
        say(words, as_json=True, quiet=self._quiet)


class Gathering:
    """Says who has come to the `meeting` whenever that changes, and now and then when it does not.

    `until` is when nobody is waited for any more, as people read it; `over` once that is so.
    """

    def __init__(self, meeting: Meeting, until: str, tell: Callable[[str], object]) -> None:
        self.until = until
        self.over = False
        self._meeting = meeting
        self._tell = tell
        self._last = Gathered()
        self._told = 0.0

    def look(self, now: float, gathered: Gathered) -> None:
        """It is `now`, in seconds since the waiting began, and these have come."""
        if self.over or (gathered == self._last and now - self._told < _EVERY):
            return
        self.over = gathered.complete
        if new := gathered.left - self._last.left:
            for why in gathered.whys[-new:]:
                self._tell(f"a worker from elsewhere left: {line(why)}{self._place(now)}")
        self._tell(f"{self._count(gathered)}; {self._next(gathered)}")
        self._last, self._told = gathered, now

    def _place(self, now: float) -> str:
        if self.over:
            return ""
        again, left = self._meeting.again, self._meeting.wait - now
        return f"; its place is kept for another {f'for {spelled(again)}' if again < left else f'until {self.until}'}"

    def _count(self, gathered: Gathered) -> str:
        have = "has" if gathered.there == 1 else "have"
        return f"{gathered.there} of {workers(self._meeting.elsewhere)} from elsewhere {have} come"

    def _next(self, gathered: Gathered) -> str:
        if not self.over and gathered.there + gathered.given_up < self._meeting.elsewhere:
            return f"waiting until {self.until} at the latest"
        if not self.over:
            return "the load begins once those of this machine are ready"
        if gathered.given_up:
            return f"nobody took the place of {gathered.given_up}, and the load goes on without"
        return "the load begins"


class Unanswered:
    """Says now and then that nobody at `where` answers yet, in `patience` seconds at most, and that somebody does."""

    def __init__(self, where: str, patience: float, tell: Callable[[str], object]) -> None:
        self._where = where
        self._patience = patience
        self._tell = tell
        self._told = 0.0
        self._over = False

    def look(self, now: float, answered: bool) -> None:
        """It is `now`, in seconds since the knocking began."""
        if self._over:
            return
        if answered:
            self._over = True
            self._tell(f"{self._where} answers; the load begins once all its workers are ready")
        elif now - self._told >= _EVERY:
            self._told = now
            left = spelled(round(self._patience - now))
            self._tell(f"nobody at {self._where} answers yet; knocking for {left} more")
