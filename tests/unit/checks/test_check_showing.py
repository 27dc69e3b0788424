"""How long genuine notifications took to show, and what that says of what did not show."""

from pathlib import Path
from typing import Any

import pytest

from simulator.check.showing import Showing
from simulator.model import Observation, Outcome, Result
from simulator.scenario import Claim, Expectation, Export
from tests.unit.checks.told_run import Told

NEVER = Claim(kind="never", number=1, of="forged", wants={"status": "Completed"}, window=1.0)
ABSENT = Claim(kind="eventually", number=1, of="forged", wants={"absent": True}, window=1.0)
REPEATS = Claim(kind="invariant", number=1, invariant="repeats-change-nothing", of="forged")
FORGED: dict[str, Any] = {"id": "78", "export": "forged"}


def same(shown: Any, wanted: str) -> bool:
    return bool(shown == wanted)


def seen(asked: float, status: str = "", id_: str = "77", present: bool | None = True) -> Observation:
    return Observation(
        line=0,
        probe="export",
        export="nightly",
        run=1,
        id=id_,
        moment="end",
        asked=asked,
        done=asked,
        present=present if status or present is None else False,
        values={"status": status} if status else {},
        status=200,
        detail="",
    )


def test_the_lag_is_how_long_after_its_answer_a_notification_was_seen_not_to_show() -> None:
    showing = Showing(same)
    showing.told("77", (560.0, True), "Completed", 1.0)
    for asked, status in ((1.5, ""), (2.0, "Initiated"), (2.2, "Completed"), (9.0, "Initiated"), (10.0, "Completed")):
        assert not showing.lag
        showing.seen(seen(asked, status))
        if status == "Completed":
            break
        assert showing.waiting()
    assert showing.lag == pytest.approx(1.0)
    assert not showing.waiting()


def test_what_showed_once_has_shown_whatever_a_later_reading_shows() -> None:
    showing = Showing(same)
    showing.told("77", (560.0, True), "Completed", 1.0)
    for asked, status in ((1.1, "Completed"), (5.0, ""), (6.0, "Completed")):
        showing.seen(seen(asked, status))
    assert showing.lag == 0.0


def test_what_never_shows_and_what_a_newer_one_overtook_add_nothing() -> None:
    showing = Showing(same)
    showing.told("77", (0.0, False), "Initiated", 1.0)
    showing.seen(seen(300.0))
    showing.told("77", (560.0, True), "Completed", 560.0)
    showing.told("77", (0.0, False), "Initiated", 561.0)
    showing.told("78", (0.0, False), "Initiated", 1.0)
    showing.seen(seen(400.0, id_="78"))
    showing.seen(seen(562.0, "Completed"))
    assert showing.lag == 0.0


def test_one_that_shows_after_a_newer_one_was_answered_counts_still() -> None:
    showing = Showing(same)
    showing.told("77", (0.0, False), "Initiated", 1.0)
    showing.told("77", (560.0, True), "Completed", 1.2)
    for asked, status in ((2.1, ""), (2.3, "Initiated"), (2.5, "Completed")):
        showing.seen(seen(asked, status))
    assert showing.lag == pytest.approx(1.1)


def test_a_reading_that_did_not_work_or_was_asked_for_before_the_answer_says_nothing() -> None:
    showing = Showing(same)
    showing.told("77", (560.0, True), "Completed", 1.0)
    showing.seen(seen(0.5))
    showing.seen(seen(1.5, present=None))
    showing.seen(seen(2.0, "Completed"))
    assert showing.lag == 0.0


def slow(told: Told, lag: float, watched: float) -> None:
    """A genuine export that shows `lag` seconds after its answer, and a forged one watched for so long."""
    told.exports = (*told.exports, Export(name="forged"))
    told.send("completed", 1.0)
    told.see(1.1, "after", present=False)
    told.see(0.9 + lag, present=False)
    told.see(1.01 + lag, status="Completed", effects=1)
    told.send("completed", 1.1, answer=401, credentials="wrong", **FORGED)
    told.watch(1.2, 1.11 + watched, present=False, **FORGED)


@pytest.mark.parametrize("claim", [NEVER, ABSENT])
def test_what_did_not_show_in_less_time_than_what_should_took_is_inconclusive(told: Told, claim: Claim) -> None:
    slow(told, 1.2, 1.0)
    verdict = told.verdict(claim)
    assert verdict.result is Result.INCONCLUSIVE
    assert "a genuine notification of this run still did not show 1.09s after its answer" in verdict.because
    assert "--patience 3s" in verdict.because


@pytest.mark.parametrize("claim", [NEVER, ABSENT])
@pytest.mark.parametrize(("lag", "watched"), [(1.2, 2.8), (0.3, 1.0)])
def test_what_did_not_show_in_far_more_time_passes(told: Told, claim: Claim, lag: float, watched: float) -> None:
    slow(told, lag, watched)
    assert told.verdict(claim).result is Result.PASSED


def test_what_shows_at_once_or_never_shows_asks_for_no_more_than_the_window(tmp_path: Path) -> None:
    for shows in (True, False):
        told = Told(folder=tmp_path)
        slow(told, 0.2, 1.0)
        told.send("initiated", 1.05, id="79", export="other")
        told.watch(1.2, 2.2, id="79", export="other", present=shows, status="Initiated")
        assert told.verdict(NEVER).result is Result.PASSED


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


@pytest.mark.parametrize("expected", ["ack", "2xx"])
@pytest.mark.parametrize("outcome", [Outcome.CLOSED, Outcome.RESET])
@pytest.mark.parametrize(
    ("id_", "reused", "result"),
    [(77, True, Result.INCONCLUSIVE), (77, False, Result.FAILED), (None, True, Result.FAILED)],
)
def test_a_kept_connection_that_ended_shows_nothing_where_no_second_play_settles_it(
    told: Told, expected: str, outcome: Outcome, id_: int | None, reused: bool, result: Result
) -> None:
    told.exports = (Export(name="nightly", id=id_),)
    told.send("initiated", 1.0)
    told.send("completed", 2.0, answer=outcome, reused=reused)
    verdict = told.verdict(Expectation(name="each", status=(expected,)))
    assert verdict.result is result
    assert ("may have ended for its age" in verdict.because) is (result is Result.INCONCLUSIVE)
