"""The partner's clock against the receiver's state: which delivery a shown status can come from."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from simulator import limits
from simulator.check.case import Case
from simulator.check.history import History, Sent
from simulator.model import Observation

Place = tuple[float, bool]
"""Where a notification stands by the partner's clock: when it happened; of two at one time, the end comes last."""

ByClock = Callable[[Sent], Place]
"""One way to say where a notification stands; sorts them."""


def clocks(sent: Sequence[Sent]) -> tuple[ByClock, ...]:
    """The ways in which a receiver may put these notifications in order.

    By the moment each happened; and, where the payload's time is coarser than that, by the time it spells: then two
    of one second are at one time. Where both give the same order there is one.
    """
    first: dict[str, float] = {}
    for one in sent:
        if one.time:
            first[one.time] = min(first.get(one.time, one.at), one.at)

    def exact(one: Sent) -> Place:
        return one.at, one.end

    def spelled(one: Sent) -> Place:
        return first.get(one.time, one.at), one.end

    return (exact,) if all(exact(one) == spelled(one) for one in sent) else (exact, spelled)


def dated(sent: Sequence[Sent]) -> bool:
    """Whether their order by the partner's clock is known: there is but one, or each tells the time it happened."""
    return all(one.dated for one in sent) or len({one.notification for one in sent}) == 1


def lag(window: float) -> float:
    """How long an acknowledged delivery may take to show before a reading is held against the receiver."""
    return max(window, limits.EVENTUALLY)


def walk(case: Case, history: History, clock: ByClock, window: float) -> Iterator[tuple[Observation, Sent | None]]:
    """Every reading with the earliest delivery, by the partner's clock, that its status can come from.

    A correct receiver only moves forward by that clock, however late it acts: so the delivery stands at or after the
    one of each earlier reading, at or after each delivery acknowledged longer ago than the claim's patience, and was
    sent before the reading was over. None: no such delivery; also where no status was shown.
    """
    by_status: dict[str, list[tuple[Place, Sent]]] = {}
    for one in sorted(history.sent, key=lambda one: (clock(one), one.intended)):
        by_status.setdefault(one.status, []).append((clock(one), one))
    kept = sorted((one.done + lag(window), clock(one)) for one in history.sent if one.genuine and one.acknowledged)
    passed: list[tuple[float, Place]] = []  # earlier readings that are not yet known to lie before the next one
    low: Place | None = None
    due = 0
    for seen in history.readings:
        settled = [one for one in passed if one[0] <= seen.asked]
        passed = [one for one in passed if one[0] > seen.asked]
        while due < len(kept) and kept[due][0] <= seen.asked:
            settled.append(kept[due])
            due += 1
        for _, place in settled:
            low = place if low is None else max(low, place)
        source = _earliest(case, by_status, seen, low)
        if source is not None:
            passed.append((seen.done, clock(source)))
        yield seen, source


def _earliest(
    case: Case, by_status: dict[str, list[tuple[Place, Sent]]], seen: Observation, floor: Place | None
) -> Sent | None:
    best: tuple[Place, Sent] | None = None
    for status, ranked in by_status.items():
        if not case.same_status(seen.values.get("status"), status):
            continue
        start = 0 if floor is None else bisect_left(ranked, floor, key=_place)
        found = next((one for one in ranked[start:] if one[1].intended <= seen.done), None)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return best[1] if best else None


def _place(ranked: tuple[Place, Sent]) -> Place:
    return ranked[0]


def final_statuses(history: History, told: Sequence[Sent]) -> set[str]:
    """The statuses that may stand at the end when all of `told` was taken in.

    Those of the latest by the partner's clock, and of whatever was sent besides and is later still: it may have been
    taken in, too.
    """
    if not dated(history.sent):
        return {one.status for one in history.sent}
    fine: set[str] = set()
    for clock in clocks(history.sent):
        latest = max(clock(one) for one in told)
        fine |= {one.status for one in history.sent if clock(one) >= latest}
    return fine


def most_runs(sent: Sequence[Sent]) -> int:
    """The most runs that these notifications can speak of: each start begins one, and each end without a start."""
    runs, open_ = 0, False
    for one in sorted({one.notification: one for one in sent}.values(), key=lambda one: (one.at, one.end)):
        if not (one.end and open_):
            runs += 1
        open_ = not one.end
    return runs
