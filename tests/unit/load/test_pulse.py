"""A process that stood still holds that time against nobody but itself."""

from collections.abc import Iterator

import pytest

from loadtests import pulse as pulse_module
from loadtests.pulse import Pulse
from simulator.model import Exchange, Outcome

TIMEOUT = 5.0


class Watched:
    """A pulse whose rounds come as told, at a time as told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = 100.0
        monkeypatch.setattr(pulse_module, "perf_counter", lambda: self.at)
        self.pulse = Pulse()

    def works(self, seconds: float) -> None:
        self.at += seconds

    def rests(self, seconds: float) -> None:
        self.pulse._lie_down()
        self.at += seconds
        self.pulse._wake()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    made = Watched(monkeypatch)
    yield made
    made.pulse.stop()


def timed_out(outcome: Outcome = Outcome.TIMEOUT_HEADERS) -> Exchange:
    return Exchange(outcome, sent=1.0, done=6.0, detail="no answer with its whole head within 5 s")


def test_who_rests_and_works_as_usual_does_not_stand_still(watched: Watched) -> None:
    for _ in range(200):
        watched.works(0.1)
        watched.rests(0.05)
    assert watched.pulse.stood == 0.0
    assert watched.pulse.rested == pytest.approx(10.0)


@pytest.mark.parametrize("outcome", sorted(one for one in Outcome if one.startswith("timeout.")))
@pytest.mark.parametrize("waking", [True, False])
def test_a_timeout_in_which_it_stood_still_is_one_whose_end_nobody_saw(
    watched: Watched, outcome: Outcome, waking: bool
) -> None:
    stood = watched.pulse.stood
    if waking:
        watched.rests(5.5)
    else:
        watched.works(5.5)  # in the middle of its work: nothing was looked at since
    exchange = watched.pulse.excused(timed_out(outcome), stood, TIMEOUT)
    assert exchange.outcome is Outcome.IN_DOUBT
    assert exchange.detail == (
        "no answer with its whole head within 5 s, but the sending process itself stood still for 5.5 s meanwhile"
    )
    assert (exchange.sent, exchange.done) == (1.0, 6.0)


def test_a_timeout_in_which_it_hardly_stood_still_or_only_before_is_the_receivers(watched: Watched) -> None:
    watched.rests(5.5)
    stood = watched.pulse.stood
    watched.rests(0.3)
    for _ in range(100):
        watched.rests(0.05)
    assert watched.pulse.excused(timed_out(), stood, TIMEOUT) == timed_out()


@pytest.mark.parametrize("outcome", sorted({*Outcome} - {one for one in Outcome if one.startswith("timeout.")}))
def test_whatever_else_came_of_it_stays_what_it_is(watched: Watched, outcome: Outcome) -> None:
    watched.rests(5.5)
    assert watched.pulse.excused(timed_out(outcome), 0.0, TIMEOUT) == timed_out(outcome)


def test_what_is_found_when_it_goes_on_may_have_been_there_all_the_time(watched: Watched) -> None:
    watched.rests(0.05)
    assert watched.pulse.behind == 0.0
    watched.works(0.01)
    watched.rests(5.5)
    assert watched.pulse.behind == pytest.approx(5.51)
    watched.rests(0.05)
    assert watched.pulse.behind == 0.0


def test_to_stand_still_is_no_rest_that_would_excuse_the_sender(watched: Watched) -> None:
    rested = watched.pulse.rested
    watched.rests(5.5)
    assert not watched.pulse.excuses(5.5, watched.pulse.rested - rested)
