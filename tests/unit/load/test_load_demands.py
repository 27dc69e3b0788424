"""Whether a delivery of a load is to be acknowledged is its author's word, as it is in a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_scenario
from simulator.load.demands import Demand, Demands
from simulator.model import Delivery, Exchange, Outcome, Report
from tests.unit.load.told_load import Model, Told, results, verdict

STORY = """\
scenario: Something among the rest
provider: clevertap
exports:
  nightly: {frequency: one time, takes: 9m20s}
  gone: {frequency: one time, takes: 5m, emits: []}
timeline:
  odd: {event: completed, export: gone%s}
expect: %s
"""
GENUINE = ", set: {Partner: AWS}"
DRIPPING = ", fault: {drip: {part: body, bytes: 1, every: 1ms}}"
BROKEN = ", set: {Extra: 1}, valid: false"
REFUSED = [
    "{each: {status: ack}, odd: {status: refused}}",
    "{odd: {status: [4xx]}}",
    "{odd: {status: ['400', refused]}}",
    "{odd: {status: ['503']}}",
    "{gone.completed: {status: refused}}",
    "{gone: {status: refused}, nightly: {status: ack}}",
]
EITHER = ["{odd: {status: any}}", "{odd: {status: [2xx, refused]}}", "{odd: {status: [2xx, '409']}}"]


@dataclass
class Odd(Model):
    """Answers what is odd with one status, and `keeps` it or not."""

    status: int | Outcome = 409
    keeps: bool = False

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if delivery.step != "odd":
            return super().take(delivery, at)
        if self.keeps:
            self.keep(delivery, at)
        return self.status


def told(folder: Path, model: Model, expected: str, looks: str = GENUINE, **how: Any) -> Report:
    (folder / "own.yaml").write_text(STORY % (looks, expected))
    return Told(folder=folder, model=model, scenarios=(str(folder / "own.yaml"),), **how).report()


def odd(folder: Path) -> int:
    one = Told(folder=folder, scenarios=(str(folder / "own.yaml"),))
    return len([delivery for delivery in one.planned.share(0, 1) if delivery.step == "odd"])


def counts(report: Report) -> tuple[int, int]:
    """Refused, and accepted wrong."""
    assert report.load is not None
    return report.load.ledger.refused, report.load.ledger.accepted_wrong


@pytest.mark.parametrize("expected", REFUSED)
@pytest.mark.parametrize("status", [409, 503, Outcome.CLOSED, Outcome.TIMEOUT_HEADERS])
def test_who_refuses_what_its_author_wants_refused_passes(tmp_path: Path, expected: str, status: int | Outcome) -> None:
    report = told(tmp_path, Odd(status=status), expected)
    failed = {name: result for name, result in results(report).items() if result != "inconclusive"}
    assert failed == {}
    assert report.load is not None
    assert sum(one.failed for one in report.load.timeline) == 0
    if isinstance(status, int):
        assert results(report) == {}
        assert f"and {odd(tmp_path):,} that are to be refused by the scenario," in verdict(report, "refuses").because


@pytest.mark.parametrize("expected", REFUSED)
@pytest.mark.parametrize("keeps", [True, False])
def test_who_takes_it_fails_by_that_and_by_nothing_else(tmp_path: Path, expected: str, *, keeps: bool) -> None:
    report = told(tmp_path, Odd(status=200, keeps=keeps), expected)
    assert results(report) == {"refuses": "failed"}
    assert counts(report) == (0, odd(tmp_path))
    assert "to be refused, as its scenario says, came back 200" in verdict(report, "refuses").because


@pytest.mark.parametrize("looks", [GENUINE, BROKEN])
def test_who_says_no_and_keeps_it_all_the_same_took_it(tmp_path: Path, looks: str) -> None:
    report = told(tmp_path, Odd(keeps=True), REFUSED[0], looks)
    assert results(report) == {"refuses": "failed"}
    assert counts(report) == (0, odd(tmp_path))


def test_copies_of_what_is_to_be_refused_are_to_be_too(tmp_path: Path) -> None:
    assert results(told(tmp_path, Odd(), REFUSED[0], repeat=0.5)) == {}


def test_where_all_is_to_be_refused_a_refusal_says_nothing(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(), "{each: {status: refused}}")
    assert set(results(report).values()) <= {"inconclusive", "failed"}
    assert report.exit_code != 0


@pytest.mark.parametrize("expected", EITHER)
@pytest.mark.parametrize(("status", "keeps"), [(409, False), (200, True), (Outcome.TIMEOUT_HEADERS, False)])
def test_what_may_come_to_anything_is_held_against_nobody(
    tmp_path: Path, expected: str, status: int | Outcome, *, keeps: bool
) -> None:
    report = told(tmp_path, Odd(status=status, keeps=keeps), expected)
    assert {name for name, result in results(report).items() if result == "failed"} == set()
    assert counts(report) == (0, 0)


def test_what_may_be_refused_and_is_acknowledged_is_to_be_kept(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(status=200, keeps=False), EITHER[0])
    assert results(report) == {"kept": "failed", "refuses": "not-applicable"}


@pytest.mark.parametrize(("status", "failed"), [(200, set()), (409, {"accepted"}), (Outcome.CLOSED, {"accepted"})])
def test_what_an_author_breaks_and_wants_taken_is_to_be_acknowledged(
    tmp_path: Path, status: int | Outcome, failed: set[str]
) -> None:
    report = told(tmp_path, Odd(status=status), "{odd: {status: ack}}", BROKEN)
    assert {name for name, result in results(report).items() if result == "failed"} == failed
    assert counts(report) == (odd(tmp_path) if failed else 0, 0)


@pytest.mark.parametrize("status", [200, 409])
def test_what_an_author_breaks_and_says_nothing_of_may_come_to_anything(tmp_path: Path, status: int) -> None:
    report = told(tmp_path, Odd(status=status), "{each: {status: ack}}", BROKEN)
    assert counts(report) == (0, 0)


# What Locust is told


def demands(expected: str, looks: str = GENUINE, *, accepted: tuple[str, ...] = ("2xx",)) -> Demands:
    return Demands(parse_scenario(STORY % (looks, expected), "own.yaml"), accepted, authorized=True)


def one_odd(folder: Path, looks: str) -> Delivery:
    (folder / "own.yaml").write_text(STORY % (looks, "{}"))
    planned = Told(folder=folder, scenarios=(str(folder / "own.yaml"),)).planned
    return next(delivery for delivery in planned.share(0, 1) if delivery.step == "odd")


@pytest.mark.parametrize(
    ("expected", "looks", "status", "fault"),
    [
        ("{}", GENUINE, 200, ""),
        ("{}", GENUINE, 409, "answered 409"),
        ("{odd: {status: refused}}", GENUINE, 409, ""),
        ("{odd: {status: refused}}", GENUINE, 200, "acknowledged, though odd"),
        ("{odd: {status: any}}", GENUINE, 409, ""),
        ("{odd: {status: any}}", BROKEN, 200, ""),
        ("{odd: {status: ack}}", BROKEN, 409, "answered 409"),
        ("{odd: {status: [2xx, refused]}}", BROKEN, 200, ""),
        ("{}", BROKEN, 200, ""),
        ("{odd: {status: refused}}", DRIPPING, 200, "acknowledged, though odd"),
    ],
)
def test_locust_counts_as_failed_what_the_ledger_does(
    tmp_path: Path, expected: str, looks: str, status: int, fault: str
) -> None:
    exchange = Exchange(Outcome.ANSWERED, status, sent=1.0, done=1.1)
    assert demands(expected, looks).fault(one_odd(tmp_path, looks), exchange) == fault


@pytest.mark.parametrize(("hung_up", "fault"), [(True, ""), (False, "closed")])
def test_who_is_hung_up_on_cannot_answer(tmp_path: Path, hung_up: bool, fault: str) -> None:
    exchange = Exchange(Outcome.CLOSED, sent=1.0, done=1.1)._replace(hung_up=hung_up)
    assert demands("{odd: {status: ack}}", DRIPPING).fault(one_odd(tmp_path, DRIPPING), exchange) == fault


def test_a_status_that_the_receiver_file_takes_for_yes_is_no_refusal() -> None:
    by: dict[str, Any] = {"credentials": "right", "genuine": True}
    assert demands("{odd: {status: '409'}}", accepted=("2xx", "409")).by("odd", "odd", **by) is Demand.YES
    assert demands("{odd: {status: '409'}}").by("odd", "odd", **by) is Demand.NO
