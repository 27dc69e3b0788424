"""The smallest part of many is found, and in few steps."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exploring.reducing import least, smallest


class Counting:
    """Asks a predicate, and counts how often."""

    def __init__(self, holds: Callable[[set[int]], bool]) -> None:
        self.holds = holds
        self.asked = 0
        self.rounds = 0

    def scout(self, parts: Sequence[Sequence[int]]) -> list[bool]:
        self.rounds += 1
        return [self.confirm(part) for part in parts]

    def confirm(self, part: Sequence[int]) -> bool:
        self.asked += 1
        return self.holds(set(part))


@pytest.mark.parametrize("needed", [{0}, {199}, {17, 140}, {3, 90, 91}, {0, 66, 133, 199}], ids=str)
def test_the_known_minimum_of_two_hundred_is_found_in_few_steps(needed: set[int]) -> None:
    counting = Counting(lambda part: needed <= part)
    assert set(smallest(range(200), counting.scout, counting.confirm)) == needed
    assert counting.asked <= 30 * len(needed)
    assert counting.rounds <= 12


def test_where_any_two_of_two_hundred_do_two_are_left() -> None:
    counting = Counting(lambda part: len(part) >= 2)
    assert len(smallest(range(200), counting.scout, counting.confirm)) == 2
    assert counting.asked <= 100


def test_what_needs_nothing_keeps_nothing() -> None:
    counting = Counting(lambda _: True)
    assert smallest(range(200), counting.scout, counting.confirm) == []
    assert smallest([], counting.scout, counting.confirm) == []


def test_the_order_is_kept() -> None:
    counting = Counting({5, 2, 8}.issubset)
    assert smallest([8, 1, 5, 7, 2], counting.scout, counting.confirm) == [8, 5, 2]


def test_a_scout_that_was_mistaken_changes_nothing() -> None:
    needed = {4, 9}
    found = smallest(range(20), lambda parts: [True] * len(parts), lambda part: needed <= set(part))
    assert set(found) == needed


@given(st.sets(st.integers(0, 39)), st.sets(st.integers(0, 39)))
def test_nothing_single_can_be_spared_of_what_is_left(one: set[int], other: set[int]) -> None:
    def holds(part: set[int]) -> bool:
        return one <= part or other <= part

    counting = Counting(holds)
    left = set(smallest(range(40), counting.scout, counting.confirm))
    assert holds(left)
    assert not any(holds(left - {each}) for each in left)


def test_the_least_number_is_found_by_halves() -> None:
    asked = []

    def holds(number: int) -> bool:
        asked.append(number)
        return number >= 137

    assert least(4, 1_000_000, holds) == 137
    assert len(asked) <= 20
