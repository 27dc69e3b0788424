"""The evidence that checks share: histories of ids, the partner's clock, and what a shown status can come from."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from simulator.check import Case, History, Sent
from simulator.check.history import histories
from simulator.check.order import clocks, dated, final_statuses, lag, walk
from simulator.checks import judge, verdicts
from simulator.journal import Journal
from simulator.limits import WORTH_CONFIRMING
from simulator.model import Outcome, Result
from simulator.scenario import Claim, Expectation, Export, Repeat, Step
from tests.unit.checks.told_run import Told

KEPT = Claim(kind="invariant", number=1, invariant="acknowledged-is-kept")


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def history(told: Told) -> tuple[Case, History]:
    case = told.case()
    (one,) = histories(case)
    return case, one.of("export")


def sources(told: Told, window: float = 2.0) -> list[str | None]:
    """The name of what each reading's status can come from, in order of the readings."""
    case, one = history(told)
    return [source and source.name for _, source in walk(case, one, clocks(one.sent)[0], window)]


def recurring(told: Told, *runs: int, since: float = 1.0, **how: Any) -> None:
    for run in runs:
        told.send("initiated", since + run, at=run * 14400.0, run=run)
        told.send("completed", since + run + 0.5, at=run * 14400.0 + 560, run=run, **how)


# What a shown status can come from


def test_it_comes_from_the_earliest_that_fits(told: Told) -> None:
    recurring(told, 1, 2)
    told.see(4.0, status="Completed")
    assert sources(told) == ["nightly[1].completed"]


def test_after_something_newer_was_seen_it_comes_from_what_is_newer_still(told: Told) -> None:
    recurring(told, 1, 2)
    told.see(3.6, "after", status="Completed")
    told.see(3.7, "after", status="Initiated")
    told.see(3.8, status="Completed")
    told.see(3.9, status="Initiated")
    assert sources(told) == ["nightly[1].completed", "nightly[2].initiated", "nightly[2].completed", None]


def test_readings_that_overlap_do_not_bound_one_another(told: Told) -> None:
    recurring(told, 1, 2)
    told.see(3.6, "after", status="Completed")
    told.see(3.7, "after", status="Initiated")
    told.see(3.8, "after", status="Completed", took=0.3)
    told.see(3.9, "after", status="Initiated", took=0.1)
    assert sources(told)[2:] == ["nightly[2].completed", "nightly[2].initiated"]


def test_it_cannot_come_from_what_was_not_sent_yet(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.see(1.1, "after", status="Completed")
    told.send("completed", 2.0)
    assert sources(told) == [None]


def test_it_can_come_from_what_was_sent_while_it_was_read(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.see(1.9, "after", status="Completed", took=0.2)
    told.send("completed", 2.0)
    assert sources(told) == ["nightly[1].completed"]


@pytest.mark.parametrize(("since", "source"), [(1.9, "nightly[2].initiated"), (2.1, None)])
def test_what_was_acknowledged_long_ago_has_been_taken_in(told: Told, since: float, source: str | None) -> None:
    recurring(told, 1, 2)
    told.see(3.51 + since, status="Initiated")
    assert sources(told) == [source]


@pytest.mark.parametrize("how", [{"answer": 500}, {"answer": Outcome.TIMEOUT_HEADERS}, {"fault": True}, {"took": None}])
def test_what_was_not_surely_taken_in_bounds_nothing(told: Told, how: dict[str, Any]) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 1.5, **how)
    told.see(9.0, status="Initiated")
    assert sources(told) == ["nightly[1].initiated"]


def test_a_word_for_two_statuses_comes_from_the_earlier(tmp_path: Path) -> None:
    for first, second in (("initiated", "completed"), ("completed", "initiated")):
        told = Told(folder=tmp_path, words={"Initiated": ["known"], "Completed": ["known"]})
        told.send(first, 1.0, at=1.0)
        told.send(second, 2.0, at=2.0)
        told.see(2.1, status="known")
        assert sources(told) == [f"nightly[1].{first}"]


def test_a_word_for_two_statuses_comes_from_the_earlier_of_what_is_left(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, words={"Initiated": ["known"], "Completed": ["known", "done"]})
    recurring(told, 1, 2)
    told.see(3.6, "after", status="done")
    told.see(3.7, status="known")
    assert sources(told) == ["nightly[1].completed"] * 2


@pytest.mark.parametrize(("window", "patience"), [(0.5, 2.0), (2.0, 2.0), (5.0, 5.0)])
def test_patience_is_the_window_and_at_least_two_seconds(window: float, patience: float) -> None:
    assert lag(window) == patience


# The partner's clock


def places(told: Told) -> list[list[str]]:
    _, one = history(told)
    return [[sent.name for sent in sorted(one.sent, key=clock)] for clock in clocks(one.sent)]


def test_the_clock_orders_by_when_things_happened_and_ends_come_last(told: Told) -> None:
    told.send("completed", 1.0, at=5.0)
    told.send("initiated", 2.0, at=5.0)
    told.send("initiated", 3.0, at=1.0, step="early")
    assert places(told) == [["early", "nightly[1].initiated", "nightly[1].completed"]]


def test_two_of_one_spelled_second_may_be_ordered_either_way(told: Told) -> None:
    told.send("initiated", 1.0, at=10.7, time="10", step="late")
    told.send("completed", 2.0, at=10.2, time="10", step="early")
    assert places(told) == [["early", "late"], ["late", "early"]]


def statuses(told: Told) -> set[str]:
    _, one = history(told)
    return final_statuses(one, [sent for sent in one.sent if sent.acknowledged])


def test_at_the_end_stands_the_latest_or_what_is_later_and_may_have_come(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0)
    assert statuses(told) == {"Completed"}
    told.send("initiated", 3.0, at=14400.0, run=2, answer=500)
    assert statuses(told) == {"Completed", "Initiated"}


def test_of_one_spelled_second_either_may_stand_at_the_end(told: Told) -> None:
    told.send("completed", 1.0, at=10.2, time="10")
    told.send("initiated", 2.0, at=10.7, time="10", run=2)
    assert statuses(told) == {"Completed", "Initiated"}


def test_without_a_time_in_the_payload_the_order_is_open(told: Told) -> None:
    told.send("completed", 1.0, time="")
    told.send("initiated", 2.0, at=14400.0, time="", run=2)
    _, one = history(told)
    assert not dated(one.sent)
    assert statuses(told) == {"Completed", "Initiated"}


def test_copies_of_one_notification_need_no_order(tmp_path: Path) -> None:
    step = Step(name="done", event="completed", export="nightly", set={"Date and Time": "T9"})
    told = Told(folder=tmp_path, steps=(step,))
    for copy in range(2):
        told.send("completed", 1.0 + copy, step="done", copy=copy, time="T9")
    _, one = history(told)
    assert dated(one.sent)


# Histories


def test_end_readings_that_are_alike_are_kept_as_the_first_and_the_last(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Initiated")
    told.watch(3.2, 5.2, status="Completed")
    _, one = history(told)
    assert [round(seen.asked, 3) for seen in one.seen] == [1.1, 3.1, 3.2, 5.2]


@pytest.mark.parametrize("other", [{"moment": "after"}, {"probe": "other"}, {"present": False}, {"effects": 2}])
def test_readings_that_are_not_alike_are_all_kept(told: Told, other: dict[str, Any]) -> None:
    told.send("completed", 1.0)
    for t in (2.0, 3.0, 4.0):
        told.see(t, status="Completed")
        told.see(t + 0.5, **{"status": "Completed", **other})
    case = told.case()
    (one,) = histories(case)
    assert len(one.seen) == 6


def test_readings_that_overlap_are_all_kept(told: Told) -> None:
    told.send("completed", 1.0)
    for t in (2.0, 2.1, 2.2, 2.3):
        told.see(t, status="Completed", took=0.5)
    _, one = history(told)
    assert len(one.seen) == 4


@pytest.mark.parametrize("answer", [Outcome.REFUSED, Outcome.DNS, Outcome.TLS, Outcome.SKIPPED])
def test_what_never_came_to_the_receiver_is_not_in_a_history(told: Told, answer: Outcome) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, answer=answer)
    _, one = history(told)
    assert [sent.name for sent in one.sent] == ["nightly[1].initiated"]


def test_a_delivery_without_an_id_has_no_history(told: Told) -> None:
    told.send("completed", 1.0, id="")
    assert list(histories(told.case())) == []


def test_a_history_in_parts_holds_every_id_once(tmp_path: Path) -> None:
    told = Told(folder=tmp_path)
    for number in range(20):
        told.send("completed", 1.0, id=str(number))
        told.see(2.0, id=str(number), status="Completed")
    case = told.case()
    parts = list(histories(case, at_once=1500))
    assert sorted(one.id for one in parts) == sorted(str(number) for number in range(20))
    assert all(len(one.sent) == len(one.seen) == 1 for one in parts)


def test_a_reading_between_the_first_delivery_and_the_second_is_no_left_over(told: Told) -> None:
    told.send("initiated", 1.0, at=0.0)
    told.see(1.5, "before", status="Initiated")
    told.send("completed", 2.0)
    _, one = history(told)
    assert one.left_over is None


def test_copies_are_one_notification_and_other_bytes_another(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 2.0, copy=1)
    told.send("completed", 3.0, step="odd", body=b"other")
    _, one = history(told)
    kinds = [sent.notification for sent in one.sent]
    assert kinds[0] == kinds[1] != kinds[2]
    assert isinstance(one.sent[0], Sent)


# The words a partner has, and the journal alone

TEXT = """
scenario: told
provider: {provider}
exports:
  nightly: {{}}
then:
  - invariant: acknowledged-is-kept
"""


def judged(told: Told, provider: str) -> Result:
    """By the scenario text that stands in the journal's header."""
    case = told.case()
    path = case.journal.path
    header, *entries = path.read_bytes().splitlines(keepends=True)
    content = orjson.loads(header)
    content["scenario"]["text"] = TEXT.format(provider=provider)
    path.write_bytes(b"".join([orjson.dumps(content), b"\n", *entries]))
    return judge(Journal.open(path))[-1].result


@pytest.mark.parametrize(
    ("provider", "event", "shown", "result"),
    [
        ("clevertap", "completed", "Completed", Result.PASSED),
        ("clevertap", "completed", "Initiated", Result.FAILED),
        ("clevertap", "completed", "One Time", Result.INCONCLUSIVE),
        ("reachfive", "finished", "FAILURE", Result.FAILED),
        ("reachfive", "finished", "export", Result.INCONCLUSIVE),
    ],
)
def test_a_journal_is_judged_alone_with_the_words_that_its_partner_has(
    tmp_path: Path, provider: str, event: str, shown: str, result: Result
) -> None:
    told = Told(folder=tmp_path, select={"status": "$.status"})
    told.send(event, 1.0)
    told.watch(1.1, 3.1, status=shown)
    assert judged(told, provider) is result


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, ""),
        ({"took": WORTH_CONFIRMING}, ""),
        ({"took": WORTH_CONFIRMING + 1}, "the run was too long to play twice"),
        ({"footer": False}, ""),
        ({"exports": (Export(name="nightly", id="16902"),)}, "the scenario fixes its ids"),
    ],
)
def test_no_second_play_settles_a_run_that_was_long_or_has_ids_of_the_author(
    tmp_path: Path, how: dict[str, Any], why: str
) -> None:
    told = Told(folder=tmp_path, **how)
    told.send("completed", 1.0, answer=Outcome.CLOSED, reused=True)
    case = told.case(Expectation(name="each"))
    assert case.unconfirmed == (f"failures not confirmed: {why}" if why else "")
    (verdict,) = verdicts(case)
    assert verdict.result is (Result.INCONCLUSIVE if why else Result.FAILED), "it may have ended for its age"


def test_a_step_is_played_when_its_own_copies_are(tmp_path: Path) -> None:
    steps = tuple(
        Step(name=name, event="completed", export="nightly", repeat=Repeat(count=number))
        for name, number in (("many", 5), ("done", 1))
    )
    told = Told(folder=tmp_path, complete=False, steps=steps)
    told.send("completed", 1.0, step="done")
    (verdict,) = verdicts(told.case(Expectation(name="done")))
    assert verdict.result is Result.PASSED


def test_verdicts_come_in_the_order_of_the_scenario(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="Completed", effects=1)
    found = verdicts(told.case(Expectation(name="each"), Expectation(name="done"), KEPT))
    assert [one.check for one in found] == ["expect/each", "expect/done", "then/1-acknowledged-is-kept"]
