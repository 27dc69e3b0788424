"""Whose turn it is at one endpoint."""

from dataclasses import replace
from typing import Any

from simulator.console.happening import Hook
from simulator.console.lane import Lane, Lanes, Waiting
from simulator.limits import IN_FLIGHT
from tests.making import URL, delivery

HOOK = Hook(URL)
HERE = delivery().route
TIMEOUT = HERE.timeout


def waiting(number: int, due: float, hook: Hook = HOOK, **changes: Any) -> Waiting:
    return Waiting("clevertap", delivery(number, due=due), hook, 1.0, compressed=False)._replace(**changes)


def lane(*dues: float, now: float = 100.0) -> Lane:
    made = Lane(lambda: now)
    for number, due in enumerate(dues, start=1):
        made.offer(waiting(number, due))
    return made


def taken(from_: Lane, *, compressed: bool) -> list[int]:
    return [one.delivery.number for one in take(from_, compressed=compressed)]


def take(from_: Lane, *, compressed: bool) -> list[Waiting]:
    return list(from_.take(compressed=compressed, tried_again=lambda _: False))


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
    assert len(one.waiting) == 3


def test_who_was_held_back_is_late_through_no_fault_of_the_sender() -> None:
    one = lane(0.0, TIMEOUT + 1.0)
    assert [waiting.might for waiting in take(one, compressed=True)] == [1.0]
    assert taken(one, compressed=True) == []
    one.ended(1)
    assert [waiting.might for waiting in take(one, compressed=True)] == [100.0]


def test_so_is_who_stood_behind_it() -> None:
    one = lane(0.0, TIMEOUT + 1.0, TIMEOUT + 1.0)
    assert taken(one, compressed=True) == [1]
    assert taken(one, compressed=True) == []
    one.ended(1)
    assert [waiting.might for waiting in take(one, compressed=True)] == [100.0, 100.0]


def test_a_lane_is_idle_when_nothing_waits_and_nothing_is_under_way() -> None:
    one = lane(0.0)
    assert not one.idle
    assert taken(one, compressed=True) == [1]
    assert not one.idle
    one.ended(1)
    assert one.idle


def test_who_fell_due_in_compressed_time_keeps_cause_and_order_when_the_story_slows_down() -> None:
    one = Lane(lambda: 0.0)
    one.offer(waiting(1, 0.0))
    one.offer(waiting(2, TIMEOUT + 1.0, compressed=True))
    assert taken(one, compressed=False) == [1]
    one.ended(1)
    assert taken(one, compressed=False) == [2]


# Lanes

OTHER = Hook(URL._replace(port=URL.port + 1))
THERE = replace(HERE, url=OTHER.url)


def numbers(lanes: Lanes) -> list[int]:
    return [one.delivery.number for one in lanes.take(compressed=True)]


def test_two_partners_share_the_lane_of_one_endpoint() -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.offer(waiting(1, 0.0))
    lanes.offer(waiting(2, TIMEOUT + 1.0, partner="reachfive"))
    assert numbers(lanes) == [1]
    assert lanes.ended(1)
    assert numbers(lanes) == [2]


def test_endpoints_do_not_wait_for_one_another() -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.offer(waiting(1, 0.0))
    lanes.offer(waiting(2, TIMEOUT + 1.0, hook=OTHER))
    assert numbers(lanes) == [1, 2]


def test_a_delivery_that_came_out_of_no_lane_ends_in_none() -> None:
    assert not Lanes(lambda: 0.0).ended(7)


def test_who_is_due_before_something_is_tried_again_does_not_wait_for_it_and_who_is_due_after_does() -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.offer(waiting(1, 0.0))
    lanes.offer(waiting(2, TIMEOUT + 1.0))
    assert numbers(lanes) == [1]
    lanes.rests("clevertap", 1, TIMEOUT + 15.0)
    lanes.offer(waiting(3, TIMEOUT + 16.0, hook=OTHER))
    lanes.offer(waiting(4, TIMEOUT + 16.0, hook=OTHER, partner="reachfive"))
    assert numbers(lanes) == [2]
    lanes.goes_on(1, HERE)
    assert numbers(lanes) == [3, 4]
    assert lanes.ended(1)


def test_who_is_due_after_one_that_is_tried_again_waits_for_it_though_others_went_elsewhere_meanwhile() -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.offer(waiting(1, 0.0))
    assert numbers(lanes) == [1]
    lanes.rests("clevertap", 1, 15.0)
    lanes.offer(waiting(2, 1.0, hook=OTHER, partner="reachfive"))
    assert numbers(lanes) == [2]
    lanes.goes_on(1, HERE)
    lanes.offer(waiting(3, 15.0 + TIMEOUT + 1.0))
    assert numbers(lanes) == []
    assert lanes.ended(1)
    assert numbers(lanes) == [3]


def test_who_is_due_after_one_that_is_tried_again_elsewhere_waits_for_it_there() -> None:
    lanes = Lanes(lambda: 0.0)
    lanes.offer(waiting(1, 0.0))
    assert numbers(lanes) == [1]
    lanes.rests("clevertap", 1, 15.0)
    lanes.goes_on(1, THERE)
    lanes.offer(waiting(2, 15.0 + TIMEOUT + 1.0, hook=OTHER))
    assert numbers(lanes) == []
    assert lanes.ended(1)
    assert numbers(lanes) == [2]


def test_what_rests_takes_no_room() -> None:
    lanes = Lanes(lambda: 0.0)
    for number in range(1, IN_FLIGHT + 2):
        lanes.offer(waiting(number, 0.0))
    assert len(numbers(lanes)) == IN_FLIGHT
    lanes.rests("clevertap", 1, 15.0)
    assert numbers(lanes) == [IN_FLIGHT + 1]


def test_what_waits_can_be_looked_at_again_and_keeps_its_place() -> None:
    lanes = Lanes(lambda: 0.0)
    for number in (1, 2, 3, 4):
        lanes.offer(waiting(number, 0.0, hook=OTHER if number == 4 else HOOK))
    lanes.offer(waiting(5, 0.0, partner="reachfive"))

    def change(one: Waiting) -> Waiting | None:
        return {1: one._replace(hook=OTHER), 2: None}.get(one.delivery.number, one._replace(might=7.0))

    assert [one.delivery.number for one in lanes.look_again("clevertap", change)] == [2]
    assert (lanes.waiting, lanes.waiting_of("clevertap")) == (4, 3)
    assert [(one.delivery.number, one.endpoint[2] - URL.port, one.might) for one in lanes.take(compressed=True)] == [
        (3, 0, 7.0),
        (5, 0, 1.0),
        (1, 1, 1.0),
        (4, 1, 7.0),
    ]
