"""How the clock of another machine stands to this one's."""

import pytest

from simulator.load.machines.clocks import Ping, offset


@pytest.mark.parametrize("ahead", [-3600.0, 0.0, 0.25, 1e9])
def test_the_ping_that_took_the_shortest_tells(ahead: float) -> None:
    slow = Ping(10.0, 10.9 + ahead, 11.0)  # the way there took long
    quick = Ping(20.0, 20.001 + ahead, 20.002)
    assert offset([slow, quick, slow]) == pytest.approx(ahead, abs=1e-6)


def test_it_is_wrong_by_half_of_the_round_trip_at_most() -> None:
    assert abs(offset([Ping(10.0, 10.1, 10.1)])) <= 0.05 + 1e-9
    assert abs(offset([Ping(10.0, 10.0, 10.1)])) <= 0.05 + 1e-9
