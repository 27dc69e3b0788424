"""Whose turn it is at each endpoint: in compressed time cause comes before effect, as it does in a scenario's play."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from simulator.console.happening import Hook, Notice
from simulator.limits import IN_FLIGHT
from simulator.model import Delivery, Route, Url
from simulator.runner.under_way import UnderWay

Endpoint = tuple[str, str, int]
"""Scheme, host, port."""


class Waiting(NamedTuple):
    """A delivery that fell due. `might` is the moment from which the sender is to blame for any delay."""

    partner: str
    delivery: Delivery
    hook: Hook
    might: float
    compressed: bool  # whether the story passed faster than life when it fell due: it keeps cause and order even so
    notice: Notice | None = None  # what it was made of; None where only its bytes are known

    @property
    def endpoint(self) -> Endpoint:
        """Where it goes."""
        return _endpoint(self.hook.url)

    @property
    def order(self) -> tuple[float, int]:
        """What it is sorted by."""
        return (self.delivery.due, self.delivery.number)


class Lane:
    """Deliveries to one endpoint, in order of due, whoever's they are.

    In real time each leaves at once, whatever became of earlier ones. In compressed time cause and order are kept as
    in a scenario's play: see `UnderWay`.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.waiting: list[Waiting] = []
        self._under_way = UnderWay(IN_FLIGHT)
        self._held = False
        self._not_before = 0.0  # who was behind one that was held back was held back as well

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self.waiting and not self._under_way

    def offer(self, one: Waiting) -> None:
        """It waits its turn."""
        self.waiting.append(one)
        if len(self.waiting) > 1 and self.waiting[-2].order > one.order:
            self.waiting.sort(key=lambda waiting: waiting.order)

    def ended(self, number: int) -> None:
        """The partner makes no further attempt at it."""
        self._under_way.end(number)

    def under_way(self, number: int, until: float) -> None:
        """It is, until that story second at most."""
        self._under_way.begin(number, until)

    def take(self, *, compressed: bool, tried_again: Callable[[Waiting], bool]) -> Iterator[Waiting]:
        """Those whose turn it is; they are under way from then on.

        `tried_again` tells whether something is to be tried again, in the story, before one is due.
        """
        ready = 0
        for one in self.waiting:
            if (compressed or one.compressed) and (self._under_way.hold(one.delivery.due) or tried_again(one)):
                self._held = True
                break
            ready += 1
            if self._held:
                self._held, self._not_before = False, self._now()
            self._under_way.begin(one.delivery.number, one.delivery.due + one.delivery.route.timeout)
        taken, self.waiting = self.waiting[:ready], self.waiting[ready:]
        return (one._replace(might=max(one.might, self._not_before)) for one in taken)


class Lanes:
    """A lane for each endpoint."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lanes: dict[Endpoint, Lane] = {}
        self._of: dict[int, Lane] = {}  # number → the lane in which it is under way
        # number → partner, and when it is tried again, in story seconds
        self._resting: dict[int, tuple[str, float]] = {}

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def waiting_of(self, partner: str) -> int:
        """How many of one partner's wait for their turn."""
        return sum(one.partner == partner for lane in self._lanes.values() for one in lane.waiting)

    def offer(self, one: Waiting) -> None:
        """It waits its turn at its endpoint."""
        self._at(one.endpoint).offer(one)

    def take(self, *, compressed: bool) -> list[Waiting]:
        """Those whose turn it is; they are under way from then on."""
        found = []
        for lane in self._lanes.values():
            for one in lane.take(compressed=compressed, tried_again=self._tried_again):
                self._of[one.delivery.number] = lane
                found.append(one)
        return found

    def rests(self, partner: str, number: int, until: float) -> None:
        """It is to be tried again at that story second: whoever is due before does not wait for it."""
        self._resting[number] = (partner, until)
        if number in self._of:
            self._of[number].ended(number)

    def goes_on(self, number: int, route: Route) -> None:
        """It is tried again, there: whoever is due there later waits for it."""
        _, since = self._resting.pop(number, ("", 0.0))
        if number in self._of:
            lane = self._of[number] = self._at(_endpoint(route.url))
            lane.under_way(number, since + route.timeout)

    def ended(self, number: int) -> bool:
        """The partner makes no further attempt at it; whether it came out of a lane."""
        self._resting.pop(number, None)
        lane = self._of.pop(number, None)
        if lane is not None:
            lane.ended(number)
        return lane is not None

    def _at(self, endpoint: Endpoint) -> Lane:
        """The lane there. When one is new, those are forgotten that nothing waits in or comes back to."""
        if endpoint not in self._lanes:
            left = {id(lane) for lane in self._of.values()}
            self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.idle or id(lane) in left}
            self._lanes[endpoint] = Lane(self._now)
        return self._lanes[endpoint]

    def _tried_again(self, one: Waiting) -> bool:
        return any(partner == one.partner and moment < one.delivery.due for partner, moment in self._resting.values())

    def look_again(self, partner: str, change: Callable[[Waiting], Waiting | None]) -> list[Waiting]:
        """What waits of a partner's is changed, its place is that of its due time; gives what is not sent any more."""
        gone: list[Waiting] = []
        moved: list[Waiting] = []
        for lane in self._lanes.values():
            kept = []
            for one in lane.waiting:
                changed = change(one) if one.partner == partner else one
                if changed is None:
                    gone.append(one)
                elif changed.endpoint == one.endpoint:
                    kept.append(changed)
                else:
                    moved.append(changed)
            lane.waiting = kept
        for one in moved:
            self.offer(one)
        return gone


def _endpoint(url: Url) -> Endpoint:
    return (url.scheme, url.host, url.port)
