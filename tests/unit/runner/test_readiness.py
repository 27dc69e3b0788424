"""Whether there is anybody to play against is found out by a connection, without a word being said."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from simulator.authoring import parse_url
from simulator.clock import JumpClock
from simulator.errors import NeverReached
from simulator.model import Exchange, HangUp, Outcome, Url
from simulator.runner.readiness import check_reachable
from simulator.wire import Request

ONE, OTHER = parse_url("http://one.test/hooks?token=abcdefgh"), parse_url("http://other.test:8000/")
REFUSED = Exchange(Outcome.REFUSED, done=0.0, detail="one.test: connection refused")


class Asked:
    """Answers each knock with the next of its outcomes, the last of them again and again; at `there` with a welcome."""

    def __init__(self, *found: Exchange, there: Url | None = None) -> None:
        self.found = list(found)
        self.there = there
        self.requests: list[Request] = []

    def __call__(self, request: Request, done: Callable[[Exchange], None]) -> None:
        self.requests.append(request)
        if request.url == self.there:
            done(Exchange(Outcome.IN_DOUBT, done=0.0))
        else:
            done(self.found.pop(0) if len(self.found) > 1 else self.found[0])

    async def close(self) -> None:
        """Nothing is open."""


def knock(asked: Asked, urls: Sequence[Url] = (ONE,)) -> None:
    asyncio.run(check_reachable(urls, asked, JumpClock()))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.DNS, Outcome.BLOCKED, Outcome.TIMEOUT_CONNECT])
def test_where_no_connection_comes_about_the_url_the_reason_and_the_remedy_are_said(outcome: Outcome) -> None:
    with pytest.raises(NeverReached) as caught:
        knock(Asked(Exchange(outcome, done=0.0, detail="so it is")))
    assert caught.value.message == f"nobody is there at http://one.test/hooks: {outcome}, so it is"
    assert "start the receiver" in caught.value.remedy
    assert "--wait-for" in caught.value.remedy


@pytest.mark.parametrize(
    "outcome", [one for one in Outcome if one.reached or one in {Outcome.TLS, Outcome.SKIPPED, Outcome.IN_DOUBT}]
)
def test_whoever_takes_a_connection_is_there_whatever_he_makes_of_it(outcome: Outcome) -> None:
    asked = Asked(Exchange(outcome, done=0.0))
    knock(asked)
    assert len(asked.requests) == 1


def test_nothing_is_said_on_a_connection_that_ends_at_once() -> None:
    asked = Asked(Exchange(Outcome.IN_DOUBT, done=0.0))
    knock(asked)
    assert [(one.data, one.script, one.fresh) for one in asked.requests] == [(b"", (HangUp(),), True)]


def test_one_that_comes_back_within_a_moment_is_there() -> None:
    asked = Asked(REFUSED, REFUSED, Exchange(Outcome.IN_DOUBT, done=0.0))
    knock(asked)
    assert len(asked.requests) == 3


def test_somebody_at_one_of_several_is_enough_and_nobody_at_any_names_them_all() -> None:
    for there in (ONE, OTHER):
        knock(Asked(REFUSED, there=there), (ONE, OTHER))
    with pytest.raises(NeverReached, match=r"one\.test/hooks: refused.*other\.test:8000/: refused"):
        knock(Asked(REFUSED), (ONE, OTHER))


def test_a_door_is_knocked_at_a_single_time_however_many_urls_it_has() -> None:
    asked = Asked(Exchange(Outcome.IN_DOUBT, done=0.0))
    knock(asked, (ONE, ONE._replace(target="/other"), OTHER))
    assert [one.url.host for one in asked.requests] == ["one.test", "other.test"]
