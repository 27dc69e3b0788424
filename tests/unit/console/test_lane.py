"""Whose turn it is at one endpoint."""

from simulator.console.happening import Hook
from simulator.console.lane import Lane, Waiting
from simulator.limits import IN_FLIGHT
from tests.making import URL, delivery

HOOK = Hook(URL)
TIMEOUT = delivery().route.timeout


def lane(*dues: float, now: float = 100.0) -> Lane:
    made = Lane(lambda: now)
    for number, due in enumerate(dues, start=1):
        made.offer(Waiting(delivery(number, due=due), HOOK, 1.0))
    return made


def taken(from_: Lane, *, compressed: bool) -> list[int]:
    return [one.delivery.number for one in from_.take(compressed=compressed)]


def test_in_real_time_each_leaves_whatever_became_of_earlier_ones() -> None:
    assert taken(lane(0.0, 1e6, 2e6), compressed=False) == [1, 2, 3]


def test_in_compressed_time_a_later_one_waits_until_the_earlier_one_has_ended() -> None:
    one = lane(0.0, TIMEOUT + 1.0)
    assert taken(one, compressed=True) == [1]
    assert taken(one, compressed=True) == []
    one.ended(1)
    assert taken(one, compressed=True) == [2]


def test_those_within_the_timeout_of_each_other_go_side_by_side() -> None:
    assert taken(lane(0.0, TIMEOUT, TIMEOUT), compressed=True) == [1, 2, 3]


def test_no_more_than_so_many_are_under_way_in_compressed_time() -> None:
    one = lane(*[0.0] * (IN_FLIGHT + 3))
    assert len(taken(one, compressed=True)) == IN_FLIGHT
    assert len(one) == 3


def test_who_was_held_back_is_late_through_no_fault_of_the_sender() -> None:
    one = lane(0.0, TIMEOUT + 1.0)
    assert [waiting.might for waiting in one.take(compressed=True)] == [1.0]
    assert taken(one, compressed=True) == []
    one.ended(1)
    assert [waiting.might for waiting in one.take(compressed=True)] == [100.0]


def test_so_is_who_stood_behind_it() -> None:
    one = lane(0.0, TIMEOUT + 1.0, TIMEOUT + 1.0)
    assert taken(one, compressed=True) == [1]
    assert taken(one, compressed=True) == []
    one.ended(1)
    assert [waiting.might for waiting in one.take(compressed=True)] == [100.0, 100.0]


def test_a_lane_is_idle_when_nothing_waits_and_nothing_is_under_way() -> None:
    one = lane(0.0)
    assert not one.idle
    assert taken(one, compressed=True) == [1]
    assert not one.idle
    one.ended(1)
    assert one.idle


def test_those_who_wait_can_be_looked_at_again() -> None:
    one = lane(0.0, 1.0, 2.0)
    gone = one.replace(lambda waiting: None if waiting.delivery.number == 2 else waiting._replace(might=7.0))
    assert [waiting.delivery.number for waiting in gone] == [2]
    assert [(waiting.delivery.number, waiting.might) for waiting in one.take(compressed=False)] == [(1, 7.0), (3, 7.0)]
