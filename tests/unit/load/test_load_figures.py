"""Figures of a load: what is measured from where, and by whose fault a delivery waited."""

from typing import Any

import pytest

from simulator.load.demands import Demand
from simulator.load.durations import Durations
from simulator.load.judging.figures import Figures
from simulator.model import Attempt, Outcome


def attempt(**changes: Any) -> Attempt:
    usual: dict[str, Any] = dict.fromkeys(
        ("step", "event", "export", "id", "status", "time", "definition_id", "endpoint", "method", "url", "head"), ""
    )
    usual |= {"line": 2, "outcome_line": 3, "number": 1, "attempt": 1, "copy": 0, "run": 1, "end": True}
    usual |= {"valid": True, "credentials": "right", "fault": False, "at": 0.0, "due": 1.0, "timeout": 5.0, "body": b""}
    usual |= {"intended": 1.0, "outcome": Outcome.ANSWERED, "answer_status": 200, "late": 0.0, "sent": 1.0, "done": 1.1}
    return Attempt(**(usual | changes))


def figures(*attempts: Attempt, open_model: bool = True) -> Figures:
    found = Figures(open_model=open_model)
    for one in attempts:
        fine = one.answer_status == 200
        found.add(one, Demand.YES if one.genuine else Demand.NO, acknowledged=fine, unmet=one.genuine and not fine)
    return found


def test_percentiles_are_true_to_three_digits() -> None:
    durations = Durations()
    for number in range(1, 10_001):
        durations.add(number / 1000)
    spread = durations.spread
    assert spread.number == 10_000
    assert (spread.p50, spread.p95, spread.p99) == pytest.approx((5.0, 9.5, 9.9), rel=0.001)
    assert spread.max == 10.0


def test_of_none_all_is_nothing() -> None:
    assert Durations().spread == (0, 0.0, 0.0, 0.0, 0.0)


def test_more_than_an_hour_and_less_than_nothing_are_counted_too() -> None:
    durations = Durations()
    durations.add(7200.0)
    durations.add(-1.0)
    assert durations.spread.number == 2
    assert durations.spread.max == 7200.0


def test_an_answer_is_timed_from_when_its_delivery_was_due() -> None:
    found = figures(attempt(due=1.0, sent=3.0, done=3.5, late=2.0, held=1.9))
    assert found.ack.spread.max == 2.5
    assert found.service.spread.max == 0.5
    assert found.late.spread.max == 0.1
    assert found.held.spread.max == 1.9


def test_with_users_of_their_own_it_is_from_when_the_user_was_free() -> None:
    found = figures(attempt(due=1.0, intended=30.0, sent=30.1, done=30.5, late=0.1), open_model=False)
    assert found.ack.spread.max == 0.5
    assert found.timeline({})[0].at == 30


def test_what_ran_into_its_timeout_took_at_least_as_long() -> None:
    found = figures(attempt(outcome=Outcome.TIMEOUT_HEADERS, answer_status=0, done=6.0))
    assert found.ack.spread.max == 5.0
    assert found.acknowledged == 0


def test_a_quick_refusal_is_no_quick_answer() -> None:
    assert figures(attempt(answer_status=503)).ack.spread.number == 0


def test_nor_is_that_of_what_was_malformed() -> None:
    assert figures(attempt(valid=False)).ack.spread.number == 0


def test_what_was_dropped_was_not_sent() -> None:
    found = figures(
        attempt(outcome=Outcome.SKIPPED, answer_status=0, sent=0.0, detail="no port is left", late=9.0, held=9.0)
    )
    assert found.given_up == {"no port is left": 1}
    assert (found.attempts, found.held.spread.number, found.late.spread.number) == (0, 0, 0)


def test_of_what_nobody_saw_the_end_nothing_is_timed() -> None:
    found = figures(attempt(outcome=Outcome.IN_DOUBT, answer_status=0, sent=0.0, done=0.0))
    assert (found.attempts, found.ack.spread.number, found.late.spread.number) == (1, 0, 0)


def test_seconds_tell_of_what_was_due_in_them() -> None:
    found = figures(
        attempt(due=1.2, sent=1.2, done=1.3),
        attempt(due=1.9, sent=4.0, done=4.1, late=2.1, held=2.0),
        attempt(due=3.0, answer_status=500),
    )
    first, second, third = found.timeline({1: 2, 2: 5, 3: 1})
    assert (first.at, first.due, first.sent, first.acknowledged, first.failed) == (1, 2, 2, 2, 0)
    assert first.ack_p99 == pytest.approx(2.2)
    assert first.late_max == pytest.approx(0.1)
    assert (second.at, second.due, second.sent) == (2, 5, 0)
    assert (third.sent, third.failed, third.ack_p99) == (1, 1, 0.0)
