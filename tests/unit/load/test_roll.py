"""Who of a load's workers has which number."""

import pytest

from simulator.errors import UsageError
from simulator.load.machines.roll import Roll
from simulator.version import __version__


def of_two_machines() -> Roll:
    """Two workers of this machine that are there, and two of others that are waited for."""
    roll = Roll(2, 2)
    roll.local("a0", 0)
    roll.local("a1", 1)
    return roll


def test_those_of_other_machines_are_numbered_after_ours_in_order_of_asking() -> None:
    roll = of_two_machines()
    assert [roll.asked("c", __version__), roll.asked("b", __version__)] == [2, 3]
    assert [roll.number(one) for one in ("a0", "a1", "b", "c", "d")] == [0, 1, 3, 2, None]
    assert [roll.foreign(one) for one in ("a0", "b", "d")] == [None, 3, None]


def test_who_asks_again_has_the_same_number() -> None:
    roll = of_two_machines()
    assert roll.asked("b", __version__) == roll.asked("b", __version__) == 2


def test_all_are_there_when_the_last_has_made_itself_ready() -> None:
    roll = of_two_machines()
    for node in ("b", "c"):
        roll.asked(node, __version__)
    assert not roll.complete
    roll.here("b")
    assert (roll.complete, roll.missing) == (False, frozenset({3}))
    roll.here("c")
    assert (roll.complete, roll.missing) == (True, frozenset())
    assert roll.nodes == {"a0", "a1", "b", "c"}


def test_a_number_that_nobody_had_goes_before_one_that_was_left() -> None:
    roll = of_two_machines()
    assert roll.asked("b", __version__) == 2
    roll.left("b", 0.0)
    assert [roll.asked("c", __version__), roll.asked("d", __version__)] == [3, 2]


def test_a_stranger_cannot_say_that_it_is_there() -> None:
    roll = of_two_machines()
    roll.here("d")
    assert "d" not in roll.nodes


def test_one_beyond_those_expected_is_refused() -> None:
    roll = of_two_machines()
    roll.asked("b", __version__)
    roll.asked("c", __version__)
    with pytest.raises(UsageError, match=r"expects 2 workers from elsewhere, and all of them are there"):
        roll.asked("d", __version__)


def test_one_of_another_version_is_refused() -> None:
    with pytest.raises(UsageError, match=rf"of partnersim {__version__}, and who joins is 0\.0\.1"):
        of_two_machines().asked("b", "0.0.1")


def test_the_number_of_one_that_left_before_all_were_there_is_given_again() -> None:
    roll = of_two_machines()
    roll.asked("b", __version__)
    roll.asked("c", __version__)
    roll.here("b")
    assert roll.left("b", 0.0) == 2
    assert roll.asked("d", __version__) == 2
    assert "b" not in roll.nodes


def test_nobody_takes_the_place_of_one_that_left_later() -> None:
    roll = Roll(1, 1)
    roll.local("a", 0)
    roll.asked("b", __version__)
    roll.here("b")
    assert roll.complete
    assert roll.left("b", 0.0) == 1
    assert roll.number("b") == 1
    assert roll.nodes == {"a", "b"}
    with pytest.raises(UsageError):
        roll.asked("c", __version__)


def left_behind(until: float = 300.0) -> Roll:
    """One of two that came from elsewhere left after 10 s: its place, number 2, is kept for another until 70 s."""
    roll = Roll(1, 2, until=until, again=60.0)
    roll.local("a", 0)
    for node in ("b", "c"):
        roll.asked(node, __version__)
    roll.here("c")
    roll.left("b", 10.0)
    assert roll.missing == {1}
    return roll


def test_a_place_that_was_left_is_kept_for_another_for_a_while_and_then_not_waited_for_nor_given() -> None:
    roll = left_behind()
    roll.look(69.9)
    assert (roll.complete, roll.missing, roll.given_up) == (False, frozenset({1}), 0)
    roll.look(70.0)
    assert (roll.complete, roll.missing, roll.given_up, roll.come) == (True, frozenset(), 1, 1)
    assert roll.nodes == {"a", "c"}
    with pytest.raises(UsageError, match="expects 2 workers from elsewhere, and waits for nobody any more"):
        roll.asked("d", __version__)


def test_who_is_on_the_way_to_that_place_is_waited_for_and_it_is_kept_anew_when_that_one_leaves() -> None:
    roll = left_behind()
    assert roll.asked("d", __version__) == 1
    roll.look(100.0)
    assert (roll.complete, roll.given_up) == (False, 0)
    roll.left("d", 100.0)
    roll.look(159.9)
    assert not roll.complete
    roll.look(160.0)
    assert roll.complete


def test_while_anybody_else_is_waited_for_no_place_is_given_up() -> None:
    roll = Roll(1, 2, until=300.0, again=60.0)
    roll.asked("b", __version__)
    roll.left("b", 10.0)
    roll.look(200.0)
    assert (roll.missing, roll.given_up) == (frozenset({1, 2}), 0)
    assert [roll.asked(node, __version__) for node in ("c", "d")] == [2, 1]


def test_a_worker_of_this_machine_is_waited_for_when_the_last_place_is_given_up() -> None:
    roll = Roll(1, 1, until=300.0, again=60.0)
    roll.asked("b", __version__)
    roll.left("b", 0.0)
    roll.look(60.0)
    assert (roll.complete, roll.missing) == (False, frozenset())
    roll.local("a", 0)
    assert roll.complete


def test_a_place_that_was_left_shortly_before_the_end_of_the_waiting_costs_no_more_than_its_share() -> None:
    roll = left_behind(until=30.0)
    roll.look(29.9)
    assert not roll.complete
    roll.look(30.0)
    assert (roll.complete, roll.given_up, roll.overdue(30.0)) == (True, 1, False)


@pytest.mark.parametrize("came", [(), ("b",)])
def test_who_never_came_or_only_asked_is_overdue_at_the_end_of_the_waiting(came: tuple[str, ...]) -> None:
    roll = Roll(1, 1, until=30.0, again=60.0)
    roll.local("a", 0)
    for node in came:
        roll.asked(node, __version__)
    for now, overdue in [(29.9, False), (30.0, True)]:
        roll.look(now)
        assert (roll.complete, roll.overdue(now)) == (False, overdue)


@pytest.mark.parametrize("number", [0, 2, -1, True, "1", None, 1.0])
def test_a_worker_of_this_machine_has_a_number_of_its_own(number: object) -> None:
    roll = Roll(2, 1)
    roll.local("a0", 0)
    with pytest.raises(UsageError, match="no worker"):
        roll.local("x", number)


def test_a_worker_of_this_machine_may_say_so_twice() -> None:
    roll = Roll(1, 0)
    roll.local("a", 0)
    roll.local("a", 0)
    assert roll.complete
