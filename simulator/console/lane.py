"""Whose turn it is at one endpoint: in compressed time cause comes before effect, as it does in a scenario's play."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulator.console.happening import Hook
from simulator.limits import IN_FLIGHT
from simulator.model import Delivery


class Waiting(NamedTuple):
    """A delivery that fell due. `might` is the moment from which the sender is to blame for any delay."""

    delivery: Delivery
    hook: Hook
    might: float


class Lane:
    """Deliveries to one endpoint, in order of due.

    In real time each leaves at once, whatever became of earlier ones. In compressed time it waits for every earlier one
    whose timeout would have ended, in the story, before it is due; and no more than `IN_FLIGHT` are under way.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: deque[Waiting] = deque()
        self._under_way: dict[int, float] = {}  # number → the story second at which its timeout would end
        self._held = False
        self._not_before = 0.0  # who was behind one that was held back was held back as well

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._waiting and not self._under_way

    def offer(self, waiting: Waiting) -> None:
        """It waits its turn."""
        self._waiting.append(waiting)

    def ended(self, number: int) -> None:
        """The partner makes no further attempt at it."""
        self._under_way.pop(number, None)

    def take(self, *, compressed: bool) -> Iterator[Waiting]:
        """Those whose turn it is; they are under way from then on."""
        while self._waiting:
            first = self._waiting[0]
            if compressed and self._must_wait(first.delivery.due):
                self._held = True
                return
            self._waiting.popleft()
            if self._held:
                self._held, self._not_before = False, self._now()
            first = first._replace(might=max(first.might, self._not_before))
            self._under_way[first.delivery.number] = first.delivery.due + first.delivery.route.timeout
            yield first

    def replace(self, change: Callable[[Waiting], Waiting | None]) -> list[Waiting]:
        """Look at all who wait again; gives those that are not to be sent any more."""
        gone, kept = [], deque[Waiting]()
        for one in self._waiting:
            changed = change(one)
            if changed is None:
                gone.append(one)
            else:
                kept.append(changed)
        self._waiting = kept
        return gone

    def _must_wait(self, due: float) -> bool:
        if not self._under_way:
            return False
        return len(self._under_way) >= IN_FLIGHT or min(self._under_way.values()) < due
