"""What leaves together takes one turn, in bounded sight, and is what races."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import pytest

from simulator.limits import CONNECTIONS
from simulator.model import Delivery
from simulator.runner.together import gates, group_of, races, turns
from tests import making


def one(number: int, run: str = "a", due: float = 60.0, **changes: Any) -> Delivery:
    """A notification of an export's only run: the same name is the same run."""
    return making.delivery(number, step=f"s{number}", export=run, id=run, at=due, due=due, **changes)


def copies(first: int, number: int, **changes: Any) -> list[Delivery]:
    return [one(first, copy=copy, together=number, **changes)._replace(number=first + copy) for copy in range(number)]


def numbers(deliveries: list[Delivery], most: int = 64) -> list[list[int]]:
    return [[each.number for each in turn] for turn in turns(deliveries, most)]


def test_a_turn_stands_where_its_first_stood_and_moments_keep_their_order() -> None:
    told = [one(1, "a"), one(2, "b"), one(3, "c"), one(4, "b"), one(5, "a"), one(6, "a", due=61.0), one(7, "b", 61.0)]
    assert numbers(told) == [[1, 5], [2, 4], [3], [6], [7]]


def test_where_only_one_may_be_under_way_nothing_passes_anything() -> None:
    assert numbers([one(1, "a"), one(2, "b"), one(3, "a")], most=1) == [[1], [2], [3]]


def test_a_turn_has_no_more_than_may_be_under_way() -> None:
    assert numbers([one(1), *copies(2, 6), one(8)], most=3) == [[1, 2, 3], [4, 5, 6], [7, 8]]


def test_what_is_odd_has_a_turn_with_its_copies_alone() -> None:
    forged = copies(3, 2, credentials="wrong")
    assert numbers([one(1), one(2, valid=False), *forged, one(5)]) == [[1, 5], [2], [3, 4]]


def test_of_a_moment_without_end_no_more_is_looked_at_than_may_be_at_once() -> None:
    seen = 0

    def endless() -> Iterator[Delivery]:
        nonlocal seen
        for number in count(1):
            seen = number
            yield one(number, str(number))

    turn = list(islice(turns(endless(), 64), 3))
    assert [len(each) for each in turn] == [1, 1, 1]
    assert seen == CONNECTIONS


def test_nothing_is_lost_or_told_twice_where_a_moment_is_long() -> None:
    told = [one(number, str(number % 700)) for number in range(1, 1401)]
    assert sorted(number for turn in numbers(told) for number in turn) == list(range(1, 1401))


def test_each_group_of_several_has_a_gate_of_its_own() -> None:
    batch = [one(1, "a"), one(2, "b"), one(3, "b"), one(4, "c"), one(5, "c")]
    assert set(gates(batch)) == {group_of(batch[1]), group_of(batch[3])}
    assert gates([one(1, due=1.0), one(2, due=2.0)]) == {}


@pytest.mark.parametrize(
    ("told", "raced"),
    [
        ([one(1), one(2)], True),
        ([one(1), one(2, due=61.0)], False),
        ([one(1), one(2, credentials="wrong")], False),
        ([one(1), one(2, valid=False)], False),
        ([one(1), one(2, script=(b"POST",))], False),
        ([one(1), one(2)._replace(run=2)], False),
        (copies(1, 2), True),
        (copies(1, 2, credentials="wrong"), True),
        ([one(number, name) for number, name in enumerate("abab")], True),
        ([one(number, name) for number, name in enumerate("abcabc")], False),
        ([*(one(number, name) for number, name in enumerate("abcabc")), *copies(7, 2, run="d")], True),
        ([], False),
    ],
    ids=["pair", "apart", "forged", "broken", "faulty", "other-run", "copies", "forged-copies", "two", "three",
         "three-and-copies", "none"],
)  # fmt: skip
def test_a_race_is_what_leaves_together_and_does_not_do_so_often(told: list[Delivery], raced: bool) -> None:
    assert races(told) is raced
