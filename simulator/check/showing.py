"""How long genuine notifications took to show: what must not show has to be watched for longer than that."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from simulator.check.case import Case
from simulator.check.history import History, Sent
from simulator.check.order import Place
from simulator.model import Observation

MARGIN: Final = 1.5  # times the lag that was seen: for how long what must not show is watched at the least

Shows = Callable[[Any, str], bool]
"""Whether a shown status means the partner's word."""


class _Waiting(NamedTuple):
    """A notification that was told: since when it may show."""

    place: Place
    status: str
    answered: float


class Showing:
    """Learns, from answers and readings in order of their time, by how much what shows lags what was answered.

    `lag` is the longest time, in seconds after the answer to a genuine notification, at which a reading still did not
    show what a later one did. What never showed, or not before a newer one of its id, adds nothing.
    """

    def __init__(self, shows: Shows) -> None:
        self._shows = shows
        self._told: dict[str, tuple[_Waiting, ...]] = {}  # by id: the newest, and the one before it
        self._missed: dict[tuple[str, str, Place], float] = {}  # by probe too: when a reading last did not show it
        self._shown: dict[tuple[str, str], Place] = {}  # by probe and id: up to where all is settled
        self._late: set[tuple[str, str]] = set()  # probe and id: the newest was read and has not shown
        self.lag = 0.0

    def told(self, id_: str, place: Place, status: str, answered: float) -> None:
        """A genuine notification was answered; one no newer than another of its id changes nothing."""
        before = self._told.get(id_, ())
        if not before or place > before[-1].place:
            kept = tuple(one for one in before[-1:] if one.status != status)  # which of the two shows, nobody knows
            self._told[id_] = (*kept, _Waiting(place, status, answered))

    def seen(self, seen: Observation) -> None:
        """A reading that worked says of each whether it shows; one without a status shows the newest."""
        if seen.present is None:
            return
        waiting = [one for one in self._told.get(seen.id, ()) if one.answered <= seen.asked]
        shown = next((one for one in reversed(waiting) if self._is_shown(seen, one)), None)
        of = (seen.probe, seen.id)
        settled = self._shown.get(of)
        if waiting and shown is not waiting[-1]:
            self._late.add(of)
        else:
            self._late.discard(of)
        for one in waiting:
            key = (*of, one.place)
            if settled is not None and one.place <= settled:
                continue
            if shown is None or one.place > shown.place:
                self._missed[key] = seen.asked
                continue
            missed = self._missed.pop(key, one.answered)
            if one is shown:
                self.lag = max(self.lag, missed - one.answered)
        if shown is not None:
            self._shown[of] = shown.place if settled is None else max(settled, shown.place)

    def waiting(self) -> bool:
        """Whether the newest of any id was read and has not shown yet."""
        return bool(self._late)

    def _is_shown(self, seen: Observation, one: _Waiting) -> bool:
        return bool(seen.present) and ("status" not in seen.values or self._shows(seen.values["status"], one.status))


def shown_after(case: Case, history: History) -> float:
    """The lag of one export's notifications, as its readings tell."""
    showing = Showing(case.same_status)
    for one in _in_time(history):
        if isinstance(one, Observation):
            showing.seen(one)
        else:
            showing.told(history.id, (one.at, one.end), one.status, one.done)
    return showing.lag


def _in_time(history: History) -> Iterator[Sent | Observation]:
    moments: list[tuple[float, int, int, Sent | Observation]] = [
        (one.done, 0, one.line, one) for one in history.sent if one.genuine and one.acknowledged
    ]
    moments += [(one.asked, 1, one.line, one) for one in history.readings]
    for *_, one in sorted(moments, key=lambda one: one[:3]):
        yield one
