"""Whom a delivery waits for in compressed time."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.runner.under_way import UnderWay

UNTIL = st.integers(0, 5).map(float)


def test_one_that_is_due_after_the_timeout_of_an_earlier_one_waits_for_its_end() -> None:
    under_way = UnderWay(8)
    under_way.begin(1, 5.0)
    assert (under_way.hold(5.0), under_way.hold(5.1)) == (False, True)
    assert under_way.end(1)
    assert not under_way.hold(5.1)


def test_no_more_than_so_many_are_under_way_unless_nobody_is() -> None:
    under_way = UnderWay(3)
    assert not under_way.hold(0.0, 8)
    under_way.begin(1, 5.0)
    assert (under_way.hold(0.0, 2), under_way.hold(0.0, 3)) == (False, True)
    assert len(under_way) == 1


def test_what_is_not_under_way_does_not_end() -> None:
    assert not UnderWay(8).end(1)


@given(st.lists(st.tuples(st.integers(0, 3), UNTIL | st.none())), UNTIL)
def test_the_first_timeout_counts_in_whatever_order_they_were_begun(
    steps: list[tuple[int, float | None]], due: float
) -> None:
    under_way, known = UnderWay(100), dict[int, float]()
    for number, until in steps:
        if until is None:
            assert under_way.end(number) == (known.pop(number, None) is not None)
        else:
            under_way.begin(number, until)
            known[number] = until
        assert under_way.hold(due) == any(one < due for one in known.values())
