"""Whether a delivery of a load is to be acknowledged is its author's word, as it is in a run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import parse_scenario
from simulator.journal import Journal
from simulator.load.demands import Demand, Demands
from simulator.model import Delivery, Exchange, Outcome, Report
from tests.unit.load.told_load import SELECT, Model, Told, model_receiver, results, verdict

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
@pytest.mark.parametrize("status", [409, 503, Outcome.CLOSED, Outcome.RESET])
def test_who_refuses_what_its_author_wants_refused_passes(tmp_path: Path, expected: str, status: int | Outcome) -> None:
    report = told(tmp_path, Odd(status=status), expected)
    assert results(report) == {}
    assert report.load is not None
    assert sum(one.failed for one in report.load.timeline) == 0
    because = verdict(report, "refuses").because
    assert because == f"none of {odd(tmp_path):,} deliveries that are to be refused by the scenario was accepted"


@pytest.mark.parametrize("malformed", [0.0, 0.2])
def test_who_does_not_answer_it_neither_passes_nor_fails(tmp_path: Path, malformed: float) -> None:
    report = told(tmp_path, Odd(status=Outcome.TIMEOUT_HEADERS), REFUSED[0], malformed=malformed)
    assert results(report) == {"refuses": "inconclusive"}
    had_none = (
        "that are to be refused had no answer" if malformed else "deliveries that are to be refused had an answer"
    )
    assert had_none in verdict(report, "refuses").because


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


def test_where_nothing_else_was_sent_than_what_it_took_and_was_to_refuse_the_rest_says_so(tmp_path: Path) -> None:
    report = told(tmp_path, Model(), "{each: {status: refused}}")
    assert results(report)["refuses"] == "failed"
    for name in ("kept", "once", "latest", "accepted"):
        assert verdict(report, name).because == "nothing was acknowledged but what is to be refused"


def test_copies_of_what_is_to_be_refused_are_to_be_too(tmp_path: Path) -> None:
    assert results(told(tmp_path, Odd(), REFUSED[0], repeat=0.5)) == {}


def test_where_all_is_to_be_refused_a_refusal_says_nothing(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(), "{each: {status: refused}}")
    assert set(results(report).values()) <= {"inconclusive", "failed"}
    assert report.exit_code != 0


@pytest.mark.parametrize("expected", EITHER)
@pytest.mark.parametrize(("status", "keeps"), [(409, False), (200, True)])
def test_what_may_be_taken_or_refused_is_held_against_nobody(
    tmp_path: Path, expected: str, status: int, *, keeps: bool
) -> None:
    report = told(tmp_path, Odd(status=status, keeps=keeps), expected)
    assert {name for name, result in results(report).items() if result == "failed"} == set()
    assert counts(report) == (0, 0)


@pytest.mark.parametrize("expected", EITHER)
def test_what_may_be_refused_and_is_acknowledged_may_be_put_aside_which_is_neither_pass_nor_failure(
    tmp_path: Path, expected: str
) -> None:
    report = told(tmp_path, Odd(status=200, keeps=False), expected)
    assert results(report) == {"kept": "inconclusive", "refuses": "not-applicable"}
    assert "is not there; its scenario lets a receiver refuse some of it" in verdict(report, "kept").because
    assert counts(report) == (0, 0)


def test_who_keeps_all_of_what_it_might_have_refused_passes(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(status=200, keeps=True), "{each: {status: any}}", repeat=0.3)
    assert set(results(report).values()) <= {"not-applicable"}
    assert report.exit_code == 0


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


@dataclass
class Careless(Odd):
    """Acts on every copy of an end; `of` is what it answers by its own status."""

    of: str = "late"
    copies: bool = True

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if delivery.step != self.of:
            return Model.take(self, delivery, at)
        if self.keeps:
            self.keep(delivery, at)
        return self.status

    def effects(self, shown: Sequence[Delivery]) -> int:
        ends = [one for one in shown if one.end]
        return len(ends) if self.copies else min(len(ends), 1)


LATE = """\
scenario: A start that comes late is to be refused
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m, emits: [completed]}
timeline:
  late: {event: initiated, export: report, deliver_at: 6h}
expect: {each: {status: ack}, late: {status: refused}}
"""
ENDS_REFUSED = """\
scenario: An end that is to be refused
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m, emits: [initiated]}
timeline:
  late: {event: completed, export: report}
expect: {each: {status: ack}, late: {status: refused}}
"""


def of(folder: Path, story: str, model: Model, **how: Any) -> Report:
    (folder / "own.yaml").write_text(story)
    return Told(folder=folder, model=model, scenarios=(str(folder / "own.yaml"),), **how).report()


def test_a_start_that_is_to_be_refused_makes_nobody_act_twice(tmp_path: Path) -> None:
    (tmp_path / "right").mkdir()
    assert results(of(tmp_path / "right", LATE, Careless(copies=False), repeat=0.4)) == {}
    report = of(tmp_path, LATE, Careless(), repeat=0.4)
    assert results(report) == {"once": "failed"}
    assert "shows effects 2 where 1 end was sent" in verdict(report, "once").because


@pytest.mark.parametrize("status", [409, 200])
def test_who_keeps_the_end_that_it_is_to_refuse_fails_by_that(tmp_path: Path, status: int) -> None:
    report = of(tmp_path, ENDS_REFUSED, Careless(status=status, keeps=True))
    assert results(report) == {"refuses": "failed"}
    assert report.load is not None
    assert report.load.ledger.accepted_wrong == report.load.ledger.known > 10


def test_where_the_end_is_to_be_refused_nothing_can_come_too_late(tmp_path: Path) -> None:
    report = of(tmp_path, ENDS_REFUSED, Careless(), repeat=0.3, stale=0.2)
    assert results(report) == {}


def test_an_expectation_of_a_step_is_of_no_export_that_some_life_calls_so(tmp_path: Path) -> None:
    story = LATE.replace("late", "report-3").replace("is report-3", "is late").replace("comes report-3", "comes late")
    assert "report-3: {event: initiated" in story
    assert results(of(tmp_path, story, Careless(of="report-3", copies=False))) == {}


FLEET = """\
scenario: Two names of which some life could make one
provider: clevertap
exports:
  fleet: {count: 3, frequency: one time, takes: 10m}
  fleet-7: {frequency: one time, takes: 5m}
expect: {each: {status: ack}, fleet-7: {status: refused}}
"""


class RefusesTheSeventh(Model):
    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        return 409 if delivery.export.startswith("fleet-7#") else super().take(delivery, at)


def test_nor_is_one_of_an_export_of_another_that_some_life_calls_so(tmp_path: Path) -> None:
    report = of(tmp_path, FLEET, RefusesTheSeventh(), rate=60.0)
    assert results(report) == {}
    assert {one.export for one in Journal.open(tmp_path / "load.ndjson").attempts()} > {"fleet#7-1", "fleet-7#7"}


@pytest.mark.parametrize("select", [SELECT, {"id": "$.id", "status": "$.status"}])
def test_what_only_something_to_be_refused_says_was_taken_from_it_also_where_all_else_was_refused(
    tmp_path: Path, select: dict[str, str]
) -> None:
    story = ENDS_REFUSED.replace("late: {status: refused}", "late: {status: refused}, report.initiated: {status: any}")
    beside = story.replace("exports:\n", "exports:\n  other: {frequency: one time, takes: 5m}\n")

    class RefusesAndKeeps(Careless):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            if delivery.export.startswith("report#") and not delivery.end:
                return 409
            return super().take(delivery, at)

    report = of(tmp_path, beside, RefusesAndKeeps(status=409, keeps=True), receiver=model_receiver(select))
    assert results(report)["refuses"] == "failed"


def test_an_end_that_is_lost_is_not_blamed_on_what_was_refused_and_says_what_stood_before(tmp_path: Path) -> None:
    story = LATE.replace(", emits: [completed]", "").replace("deliver_at: 6h", "at: 1h, deliver_at: 6h")

    class LosesEnds(Careless):
        def keep(self, delivery: Delivery, at: float) -> None:
            if not delivery.end or int(delivery.export.rpartition("#")[2]) % 5:
                super().keep(delivery, at)

    receiver = model_receiver({"status": "$.status"})
    report = of(tmp_path, story, LosesEnds(copies=False), receiver=receiver, life=2.0)
    assert {name for name, result in results(report).items() if result == "failed"} == {"kept"}
    assert counts(report) == (0, 0)


@pytest.mark.parametrize(
    ("status", "word", "result"),
    [(400, "", "inconclusive"), (200, "", "inconclusive"), (400, "late: {status: refused}", "failed")],
)
def test_what_an_author_broke_may_be_why_it_was_acted_on_twice_unless_he_wants_it_refused(
    tmp_path: Path, status: int, word: str, result: str
) -> None:
    story = LATE.replace("deliver_at: 6h", "deliver_at: 6h, remove: [Status], valid: false")
    story = story.replace("late: {status: refused}", f"report: {{status: ack}}, {word}")
    report = of(tmp_path, story, Careless(status=status), repeat=0.4)
    assert results(report)["once"] == result


def test_what_was_free_to_be_refused_excuses_no_end_that_was_not(tmp_path: Path) -> None:
    class LosesEnds(Model):
        def keep(self, delivery: Delivery, at: float) -> None:
            if not delivery.end or int(delivery.export.rpartition("#")[2]) % 5:
                super().keep(delivery, at)

    story = """\
scenario: Starts may be refused
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m}
expect: {each: {status: ack}, report.initiated: {status: any}}
"""
    (tmp_path / "right").mkdir()
    assert results(of(tmp_path / "right", story, Model())) == {"refuses": "not-applicable"}
    report = of(tmp_path, story, LosesEnds())
    assert results(report)["kept"] == "failed"
    assert "shows effects 0 where it acknowledged 1 end" in verdict(report, "kept").because


BROKEN_ENDS = """\
scenario: A broken end beside another
provider: clevertap
exports:
  other: {frequency: one time, takes: 5m}
  report: {frequency: one time, takes: 10m, emits: [%s]}
timeline:
  broken: {event: completed, export: report, at: 10m, deliver_at: 3h, set: {Extra: 1}, valid: false}
  late: {event: completed, export: report, at: 20m, deliver_at: 6h}
expect: {other: {status: ack}, report: {status: ack}, late: {status: refused}}
"""


class RefusesTheBroken(Careless):
    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        return 400 if delivery.step == "broken" else super().take(delivery, at)


@pytest.mark.parametrize(("word", "result"), [("", "inconclusive"), (", broken: {status: refused}", "failed")])
def test_a_broken_end_that_was_refused_may_be_why_unless_its_author_wants_it_refused(
    tmp_path: Path, word: str, result: str
) -> None:
    for name in ("right", "twice", "kept"):
        (tmp_path / name).mkdir()
    story = BROKEN_ENDS.replace("late: {status: refused}", "late: {status: refused}" + word)
    right = of(tmp_path / "right", story % "completed", RefusesTheBroken(copies=False), repeat=0.4)
    assert results(right) == {}
    twice = of(tmp_path / "twice", story % "completed", RefusesTheBroken(), repeat=0.4)
    assert results(twice) == {"once": "failed"}
    assert twice.load is not None
    assert twice.load.ledger.twice == (
        3 if result == "inconclusive" else 5
    )  # 3 of `other`, of which nothing was broken
    kept = of(tmp_path / "kept", story % "", RefusesTheBroken(keeps=True))
    assert results(kept) == {"refuses": result}


@pytest.mark.parametrize(
    ("words", "status", "result"),
    [
        ("2xx", 409, "failed"),
        ("2xx", 500, "failed"),
        ("2xx", 204, "inconclusive"),
        ("ack", 204, "failed"),
        ("[2xx, refused]", 500, "failed"),
        ("[2xx, refused]", 409, "passed"),
        ("[2xx, refused]", Outcome.CLOSED, "passed"),
        ("[2xx, refused]", Outcome.TIMEOUT_HEADERS, "failed"),
        ("any", Outcome.TIMEOUT_HEADERS, "passed"),
        ("[ack, '503']", 503, "passed"),
        ("[ack, '503']", 500, "failed"),
    ],
)
def test_what_is_neither_a_yes_nor_what_its_author_named_was_refused_though_right(
    tmp_path: Path, words: str, status: int | Outcome, result: str
) -> None:
    report = told(tmp_path, Odd(status=status), f"{{each: {{status: ack}}, odd: {{status: {words}}}}}")
    assert verdict(report, "accepted").result == result
    assert counts(report) == (odd(tmp_path) if result == "failed" else 0, 0)


@pytest.mark.parametrize("looks", ["remove: [Partner], valid: false", "set: {Partner: AWS}"])
@pytest.mark.parametrize(("word", "result"), [("any", "inconclusive"), ("refused", "failed")])
def test_what_may_be_refused_may_be_why_a_state_is_stale_unless_it_is_to_be_refused(
    tmp_path: Path, looks: str, word: str, result: str
) -> None:
    story = f"""\
scenario: A later start that may be refused
provider: clevertap
exports:
  report: {{frequency: one time, takes: 10m}}
timeline:
  late: {{event: initiated, export: report, at: 3h, {looks}}}
expect: {{report: {{status: ack}}, late: {{status: {word}}}}}
"""

    class LastWordStands(Careless):
        def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
            return super().told(id_, shown) | {"status": shown[-1].status}

    (tmp_path / "right").mkdir()
    right = of(tmp_path / "right", story, Careless(copies=False), stale=0.3, life=2.0)
    assert results(right) == ({"refuses": "not-applicable"} if word == "any" else {})
    assert results(of(tmp_path, story, LastWordStands(copies=False), stale=0.3, life=2.0))["latest"] == result


ENDS_THAT_MAY_BE_REFUSED = """\
scenario: Two ends of which the second may be refused
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m}
timeline:
  late: {event: completed, export: report, at: 3h}
expect: {report: {status: ack}, late: {status: any}}
"""


@pytest.mark.parametrize(("copies", "keeps"), [(True, False), (True, True)])
def test_what_was_refused_and_may_have_been_acted_on_is_neither_a_second_effect_nor_none(
    tmp_path: Path, *, copies: bool, keeps: bool
) -> None:
    report = of(tmp_path, ENDS_THAT_MAY_BE_REFUSED, Careless(copies=copies, keeps=keeps), repeat=0.0 if keeps else 0.4)
    assert results(report)["once"] == "inconclusive"
    because = verdict(report, "once").because
    assert "shows effects 2 where 1 end was sent and not refused; what its author broke, or what it refused" in because


def test_more_than_was_sent_at_all_was_acted_on_too_often(tmp_path: Path) -> None:
    report = of(tmp_path, ENDS_THAT_MAY_BE_REFUSED, Careless(status=200, keeps=True), repeat=0.4)
    assert results(report)["once"] == "failed"


def test_where_any_answer_will_do_nobody_is_said_to_have_given_the_right_one(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(status=200, keeps=True), "{each: {status: any}}")
    assert results(report)["accepted"] == "not-applicable"


def test_of_a_redirect_nobody_says_that_it_was_no_answer(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(status=Outcome.REDIRECTED), REFUSED[0])
    assert results(report) == {}


def test_a_4xx_refuses_whatever_else_the_receiver_file_says_it_means(tmp_path: Path) -> None:
    receiver = replace(model_receiver(), acknowledges=("2xx", "409"))
    assert results(told(tmp_path, Odd(status=409), REFUSED[0], receiver=receiver)) == {}
    exchange = Exchange(Outcome.ANSWERED, 409, sent=1.0, done=1.1)
    strict = demands(REFUSED[0], accepted=("2xx", "409"))
    assert strict.fault(one_odd(tmp_path, GENUINE), exchange) == ""


def test_copies_of_what_is_to_be_refused_are_counted_as_repeats(tmp_path: Path) -> None:
    report = of(tmp_path, ENDS_REFUSED, Careless(), repeat=0.5)
    assert report.load is not None
    copies = [one for one in Journal.open(tmp_path / "load.ndjson").attempts() if one.copy]
    assert report.load.kinds.repeat == len(copies) > 10


def test_what_was_not_to_be_acknowledged_is_not_said_to_have_been(tmp_path: Path) -> None:
    report = told(tmp_path, Odd(status=409), EITHER[0])
    genuine = [one for one in Journal.open(tmp_path / "load.ndjson").attempts() if one.step != "odd"]
    assert verdict(report, "accepted").because == f"all {len(genuine):,} deliveries that are to be acknowledged were"


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


@pytest.mark.parametrize(
    ("expected", "looks", "outcome", "fault"),
    [
        ("refused", GENUINE, Outcome.CLOSED, ""),
        ("refused", GENUINE, Outcome.TIMEOUT_HEADERS, "timeout.headers"),
        ("refused", DRIPPING, Outcome.TIMEOUT_HEADERS, "timeout.headers"),
        ("any", GENUINE, Outcome.TIMEOUT_HEADERS, ""),
        ("ack", GENUINE, Outcome.CLOSED, "closed"),
    ],
)
def test_what_has_no_answer_fails_where_there_is_to_be_one(
    tmp_path: Path, expected: str, looks: str, outcome: Outcome, fault: str
) -> None:
    exchange = Exchange(outcome, sent=1.0, done=1.1)
    assert demands(f"{{odd: {{status: {expected}}}}}", looks).fault(one_odd(tmp_path, looks), exchange) == fault


def test_all_lives_fail_in_the_same_words(tmp_path: Path) -> None:
    delivery = one_odd(tmp_path, GENUINE)._replace(step="gone#1", export="gone#1")
    exchange = Exchange(Outcome.ANSWERED, 200, sent=1.0, done=1.1)
    assert demands("{gone: {status: refused}}").fault(delivery, exchange) == "acknowledged, though gone"


@pytest.mark.parametrize(("hung_up", "fault"), [(True, ""), (False, "closed")])
def test_who_is_hung_up_on_cannot_answer(tmp_path: Path, hung_up: bool, fault: str) -> None:
    exchange = Exchange(Outcome.CLOSED, sent=1.0, done=1.1)._replace(hung_up=hung_up)
    assert demands("{odd: {status: ack}}", DRIPPING).fault(one_odd(tmp_path, DRIPPING), exchange) == fault


def test_a_status_that_the_receiver_file_takes_for_yes_is_no_refusal() -> None:
    by: dict[str, Any] = {"credentials": "right", "genuine": True}
    assert demands("{odd: {status: '409'}}", accepted=("2xx", "409")).by("odd", "odd", **by) is Demand.YES
    assert demands("{odd: {status: '409'}}").by("odd", "odd", **by) is Demand.NO
