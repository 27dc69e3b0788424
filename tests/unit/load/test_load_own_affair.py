"""What may come to either is a receiver's own affair; what is taken though it is to be refused excuses nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from simulator.model import Delivery, Outcome, Report
from tests.unit.load.told_load import Model, Told, model_receiver, results, verdict

STATUS_ALONE = {"id": "$.id", "status": "$.status"}


@dataclass
class Answering(Model):
    """Has an answer of its own for what `by` names by step, or step and event; and keeps that or not."""

    by: Mapping[str, tuple[int | Outcome, bool]] = field(default_factory=dict)
    copies: bool = False
    last_wins: bool = False

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        step = delivery.step.partition("#")[0]
        known = self.by.get(f"{step}.{delivery.event}", self.by.get(step))
        if known is None:
            return super().take(delivery, at)
        if known[1]:
            self.keep(delivery, at)
        return known[0]

    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        told = super().told(id_, shown)
        return told | {"status": shown[-1].status} if self.last_wins else told

    def effects(self, shown: Sequence[Delivery]) -> int:
        return len([one for one in shown if one.end]) if self.copies else super().effects(shown)


def of(folder: Path, timeline: str, expect: str, model: Model, *, emits: str = "", **how: Any) -> Report:
    """A load of one export, of one time, beside what stands in the timeline."""
    story = f"scenario: One\nprovider: clevertap\nexports:\n  report: {{frequency: one time, takes: 10m{emits}}}\n"
    story += f"timeline:\n  {timeline}\n" if timeline else ""
    (folder / "own.yaml").write_text(f"{story}expect: {expect}\n")
    return Told(folder=folder, model=model, scenarios=(str(folder / "own.yaml"),), **how).report()


LATE = "late: {event: completed, export: report, at: 3h}"
BROKEN_END = "odd: {event: completed, export: report, at: 3h, set: {Extra: 1}, valid: false}"


@pytest.mark.parametrize(
    ("timeline", "expect", "by", "doubtful"),
    [
        (
            "",
            "{each: {status: ack}, report.completed: {status: any}}",
            {"report.completed": (409, True)},
            {"once", "latest"},
        ),
        (BROKEN_END, "{each: {status: ack}, odd: {status: [2xx, refused]}}", {"odd": (400, True)}, {"once"}),
        (BROKEN_END, "{each: {status: ack}}", {"odd": (400, True)}, {"once"}),
        (
            LATE,
            "{each: {status: ack}, report.completed: {status: any}, late: {status: refused}}",
            {"report.completed": (409, True), "late": (409, False)},
            {"kept", "latest", "refuses"},
        ),
    ],
)
def test_who_may_refuse_a_thing_and_acts_on_it_all_the_same_neither_passes_nor_fails(
    tmp_path: Path, timeline: str, expect: str, by: dict[str, tuple[int, bool]], doubtful: set[str]
) -> None:
    report = of(tmp_path, timeline, expect, Answering(by=by))
    assert report.exit_code == 4
    found = results(report)
    assert "failed" not in found.values()
    assert {name for name, result in found.items() if result == "inconclusive"} == doubtful


def test_so_it_is_where_the_probe_shows_the_status_alone(tmp_path: Path) -> None:
    expect = "{each: {status: ack}, report.completed: {status: any}}"
    model = Answering(by={"report.completed": (409, True)})
    report = of(tmp_path, "", expect, model, receiver=model_receiver(STATUS_ALONE))
    assert report.exit_code == 4
    assert "say `status: ack` or `refused` where it may not" in " ".join(one.because for one in report.verdicts)


OLD_START = "odd: {event: initiated, export: report, at: 1s, deliver_at: 6h%s}"
TO_BE_REFUSED = "{each: {status: ack}, odd: {status: refused}}"


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("limits", [(), ("accepted_wrong<=1000",)])
def test_what_was_taken_and_is_to_be_refused_excuses_no_end_that_was_dropped(
    tmp_path: Path, limits: tuple[str, ...], *, taken: bool
) -> None:
    model = Answering(by={"odd": (200 if taken else 409, False), "report.completed": (200, False)})
    receiver = model_receiver(STATUS_ALONE)
    report = of(tmp_path, OLD_START % "", TO_BE_REFUSED, model, receiver=receiver, limits=limits)
    assert results(report)["latest"] == ("inconclusive" if taken else "failed")
    assert report.exit_code == (4 if taken and limits else 1)


@pytest.mark.parametrize("taken", [True, False])
def test_nor_a_state_that_is_older_than_what_was_acknowledged(tmp_path: Path, *, taken: bool) -> None:
    model = Answering(by={"odd": (200, True) if taken else (409, False)}, last_wins=taken)
    report = of(tmp_path, OLD_START % "", TO_BE_REFUSED, model, emits=", emits: [completed]")
    assert results(report) == ({"kept": "inconclusive", "latest": "inconclusive", "refuses": "failed"} if taken else {})


@pytest.mark.parametrize("taken", [True, False])
def test_nor_a_copy_that_was_acted_on(tmp_path: Path, *, taken: bool) -> None:
    model = Answering(by={"odd": (200 if taken else 409, False)}, copies=True)
    report = of(tmp_path, OLD_START % ", set: {Extra: 1}, valid: false", TO_BE_REFUSED, model, repeat=0.3)
    assert results(report)["once"] == ("inconclusive" if taken else "failed")


SLOW = "slow: {event: completed, export: report, repeat: {count: 3}, fault: {drip: {part: body, bytes: 1, every: 1ms}}}"


@pytest.mark.parametrize("copies", [True, False])
@pytest.mark.parametrize(("word", "result"), [("slow: {status: ack}", "failed"), ("slow: {status: any}", "passed")])
def test_what_comes_slowly_and_is_to_be_acknowledged_is_to_be_acted_on_once(
    tmp_path: Path, word: str, result: str, *, copies: bool
) -> None:
    beside = f"{SLOW}\n  plain: {{event: completed, export: other}}"
    story = "scenario: One\nprovider: clevertap\nexports:\n"
    story += "  other: {frequency: one time, takes: 5m, emits: [initiated]}\n"
    story += f"  report: {{frequency: one time, takes: 10m, emits: []}}\ntimeline:\n  {beside}\n"
    (tmp_path / "own.yaml").write_text(f"{story}expect: {{each: {{status: ack}}, {word}}}\n")
    model = Answering(by={"slow": (200, True)}, copies=copies)
    report = Told(folder=tmp_path, model=model, scenarios=(str(tmp_path / "own.yaml"),)).report()
    assert verdict(report, "once").result == (result if copies else "passed")


CUT = "cut: {event: completed, export: report, at: 3h, fault: {hang-up: {after: 20ms}}}"


@pytest.mark.parametrize("word", ["refused", "ack"])
@pytest.mark.parametrize("keeps", [True, False])
def test_of_what_the_partner_cuts_off_nobody_knows_the_answer(tmp_path: Path, word: str, *, keeps: bool) -> None:
    expect = f"{{each: {{status: ack}}, cut: {{status: {word}}}}}"
    report = of(tmp_path, CUT, expect, Answering(by={"cut": (200, keeps)}))
    name = {"refused": "refuses", "ack": "accepted"}[word]
    assert results(report)[name] == "inconclusive"
    if word == "ack":
        assert "was cut off by the partner on purpose" in verdict(report, name).because
    assert report.load is not None
    assert sum(one.failed for one in report.load.timeline) == 0


def test_where_some_are_cut_off_and_the_others_refused_the_reason_names_them(tmp_path: Path) -> None:
    timeline = f"{CUT}\n  late: {{event: completed, export: report, at: 4h}}"
    expect = "{each: {status: ack}, cut: {status: refused}, late: {status: refused}}"
    report = of(tmp_path, timeline, expect, Answering(by={"cut": (409, False), "late": (409, False)}))
    assert results(report) == {"refuses": "inconclusive"}
    assert "that are to be refused had no answer: cut (id " in verdict(report, "refuses").because


@dataclass
class Losing(Model):
    """Answers 200 and keeps nothing."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        del delivery, at
        return 200


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_where_nothing_is_there_nothing_shows_that_it_was_acted_on_once(tmp_path: Path, share: float) -> None:
    found = results(of(tmp_path, "", "{each: {status: ack}}", Losing(), repeat=share, stale=share))
    assert {name: found[name] for name in ("kept", "once", "latest")} == {
        "kept": "failed",
        "once": "inconclusive",
        "latest": "inconclusive",
    }


@dataclass
class Dropping(Model):
    """Loses each fifth export, and has nothing of what it was free to refuse."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if delivery.step.startswith("free") or not int(delivery.export.partition("#")[2]) % 5:
            return 200
        return super().take(delivery, at)


def test_beside_what_is_lost_stands_how_much_could_not_be_judged(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("""\
scenario: Two
provider: clevertap
exports:
  report: {frequency: one time, takes: 10m}
  free: {frequency: one time, takes: 10m}
expect: {report: {status: ack}, free: {status: any}}
""")
    report = Told(folder=tmp_path, model=Dropping(), scenarios=(str(tmp_path / "own.yaml"),)).report()
    assert results(report)["kept"] == "failed"
    assert report.load is not None
    free = report.load.ledger.checked // 2
    assert verdict(report, "kept").because.endswith(f"; {free} more could not be judged")


@dataclass
class HalfOfThem(Model):
    """Answers 204 to each second export, and keeps it or not."""

    keeps: bool = True

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if int(delivery.export.partition("#")[2]) % 2:
            if self.keeps:
                self.keep(delivery, at)
            return 204
        return super().take(delivery, at)


@pytest.mark.parametrize("keeps", [True, False])
def test_what_its_author_takes_for_yes_and_the_partner_does_not_is_not_passed_over(
    tmp_path: Path, *, keeps: bool
) -> None:
    report = of(tmp_path, "", "{each: {status: 2xx}}", HalfOfThem(keeps=keeps))
    found = results(report)
    assert {found["kept"], found["accepted"]} == {"inconclusive"}
    assert "say `acknowledges: 2xx` in the receiver file" in verdict(report, "accepted").because
    (tmp_path / "told").mkdir()
    receiver = replace(model_receiver(), acknowledges=("2xx",))
    told = of(tmp_path / "told", "", "{each: {status: 2xx}}", HalfOfThem(keeps=keeps), receiver=receiver)
    assert results(told).get("kept", "passed") == ("passed" if keeps else "failed")


@dataclass
class TurnsCopiesAway(Model):
    """Answers 500 to the second of two at once."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        return 500 if delivery.copy else super().take(delivery, at)


def test_how_many_copies_were_turned_away_is_told(tmp_path: Path) -> None:
    timeline = "two: {event: completed, export: report, repeat: {count: 2}}"
    report = of(tmp_path, timeline, "{each: {status: ack}}", TurnsCopiesAway(), emits=", emits: []")
    assert results(report) == {"refuses": "not-applicable"}
    number = report.load.acknowledged if report.load else 0
    said = f"but for {number} copies, turned away while another was being answered"
    assert verdict(report, "accepted").because.endswith(said)


def test_a_copy_that_is_to_be_refused_was_sent_again_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("""\
scenario: A copy
provider: reachfive
exports:
  job: {takes: 1h, result: success, total: 3}
timeline:
  copy: {event: finished, export: job, deliver_at: 3h}
expect: {job: {status: ack}, copy: {status: "409"}}
""")
    report = Told(
        folder=tmp_path, model=Answering(by={"copy": (409, False)}), scenarios=(str(tmp_path / "own.yaml"),)
    ).report()
    assert results(report) == {}
    assert report.load is not None
    number = report.load.ledger.checked
    assert verdict(report, "once").because.endswith(f"; {number} of these had something sent again")


FAULTS = ["{drip: {part: body, bytes: 1, every: 1ms}}", "{chunked: {size: 16}}"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("word", "result"), [("slow: {status: ack}", "failed"), ("slow: {status: any}", ""), ("", "")])
def test_an_end_with_a_fault_on_the_wire_is_to_be_kept_where_its_author_wants_it_acknowledged(
    tmp_path: Path, fault: str, word: str, result: str
) -> None:
    timeline = f"slow: {{event: completed, export: report, fault: {fault}}}"
    expect = f"{{each: {{status: ack}}, {word}}}"
    (tmp_path / "right").mkdir()
    right = of(tmp_path / "right", timeline, expect, Answering(by={"slow": (200, True)}), emits=", emits: [initiated]")
    assert results(right) == {"refuses": "not-applicable"}
    lost = of(tmp_path, timeline, expect, Answering(by={"slow": (200, False)}), emits=", emits: [initiated]")
    assert results(lost).get("kept", "") == result


BUSY: tuple[tuple[int | Outcome, str, str], ...] = (
    (503, "[2xx, refused]", "; 30 had none of the answers that their scenario names: late"),
    (503, "ack", "were, 30 were not: late"),
    (Outcome.TIMEOUT_HEADERS, "[2xx, refused]", "; 30 had none of the answers that their scenario names: late"),
)


@pytest.mark.parametrize(("status", "word", "said"), BUSY)
def test_what_need_not_be_acknowledged_is_not_said_to(
    tmp_path: Path, status: int | Outcome, word: str, said: str
) -> None:
    expect = f"{{each: {{status: ack}}, late: {{status: {word}}}}}"
    model = Answering(by={"late": (status, False)})
    report = of(tmp_path, LATE, expect, model, emits=", emits: [initiated]")
    assert results(report)["accepted"] == "failed"
    assert said in verdict(report, "accepted").because


@dataclass
class Closing(Model):
    """Closes the connection on each fifth export, and says no to another."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        number = int(delivery.export.partition("#")[2])
        if number == 3:
            return 500
        return super().take(delivery, at) if number % 5 else Outcome.CLOSED


def test_beside_what_was_refused_stands_what_may_have_been_closed_for_its_age(tmp_path: Path) -> None:
    report = of(tmp_path, "", "{each: {status: ack}}", Closing(), emits=", emits: [completed]", reused=True)
    assert results(report)["accepted"] == "failed"
    closed = verdict(report, "accepted").because.rpartition("; ")[2]
    number = 0 if report.load is None else report.load.sent // 5
    assert closed == f"{number} more could not be judged"


def test_copies_with_a_fault_on_the_wire_put_it_to_the_test_as_others_do(tmp_path: Path) -> None:
    timeline = f"slow: {{event: completed, export: report, repeat: {{count: 2}}, fault: {FAULTS[1]}}}"
    expect = "{each: {status: ack}, slow: {status: ack}}"
    report = of(tmp_path, timeline, expect, Model(), emits=", emits: [initiated]", repeat=0.05)
    assert results(report) == {"refuses": "not-applicable"}
    assert report.load is not None
    number = report.load.ledger.checked
    assert report.load.kinds.repeat >= number
    assert verdict(report, "once").because.endswith(f"; {number} of these had something sent again")


@pytest.mark.parametrize(("fault", "asked"), [(", fault: {chunked: {size: 40}}", "inconclusive"), ("", "")])
def test_where_nothing_was_stale_as_the_end_has_a_fault_and_some_was_asked_for_it_is_no_pass(
    tmp_path: Path, fault: str, asked: str
) -> None:
    timeline = f"late: {{event: completed, export: report, at: 1h{fault}}}"
    expect = "{each: {status: ack}, late: {status: ack}}"
    report = of(tmp_path, timeline, expect, Model(), emits=", emits: [initiated]", stale=0.4)
    assert results(report).get("latest", "") == asked


def test_where_all_has_a_fault_no_limit_on_answers_is_said_to_hang_on_none(tmp_path: Path) -> None:
    timeline = f"slow: {{event: completed, export: report, fault: {FAULTS[0]}}}"
    expect = "{each: {status: ack}, slow: {status: ack}}"
    report = of(tmp_path, timeline, expect, Model(), emits=", emits: []", limits=["ack_p99<200ms"])
    said = verdict(report, "threshold/ack_p99").because
    assert said == "nothing that has no fault on the wire was acknowledged"


@dataclass
class LosesTheLastEnd(Model):
    """Takes in all but what ends the second run, and answers 200 to that as well."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        return 200 if delivery.end and delivery.run == 2 else super().take(delivery, at)


TWO_RUNS = """\
scenario: Two runs
provider: clevertap
exports:
  feed: {frequency: every 4 hours, takes: 1h, runs: 2}
expect: {each: {status: ack}}
"""


@pytest.mark.parametrize("select", [STATUS_ALONE, None])
@pytest.mark.parametrize("loses", [True, False])
def test_an_end_that_was_lost_is_not_stale_for_the_start_before_it_whatever_an_earlier_run_says(
    tmp_path: Path, select: dict[str, str] | None, *, loses: bool
) -> None:
    (tmp_path / "own.yaml").write_text(TWO_RUNS)
    model = LosesTheLastEnd() if loses else Answering(last_wins=True)
    receiver, stale = model_receiver(select), 0.0 if loses else 0.4
    paths = (str(tmp_path / "own.yaml"),)
    report = Told(folder=tmp_path, model=model, scenarios=paths, receiver=receiver, stale=stale, life=1.0).report()
    assert {name for name, result in results(report).items() if result == "failed"} == {"kept" if loses else "latest"}
    assert ("says, but for what load/kept names;" in verdict(report, "latest").because) == loses


@dataclass
class LosesTheFirstEnd(Model):
    """Answers 200 to what ends the first run, and takes it in only where it is not to lose it; tells of its runs."""

    loses: bool = True

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        lost = self.loses and delivery.end and delivery.run == 1
        return 200 if lost else super().take(delivery, at)

    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        return super().told(id_, shown) | {"runs": len({one.run for one in shown})}


@pytest.mark.parametrize("loses", [True, False])
@pytest.mark.parametrize("shows", [{"id"}, {"id", "status"}, {"runs"}, {"status", "runs"}])
def test_what_shows_behind_a_later_run_alone_is_neither_kept_nor_lost(
    tmp_path: Path, shows: set[str], *, loses: bool
) -> None:
    (tmp_path / "own.yaml").write_text(TWO_RUNS)
    receiver = model_receiver({name: f"$.{name}" for name in shows})
    paths = (str(tmp_path / "own.yaml"),)
    report = Told(folder=tmp_path, model=LosesTheFirstEnd(loses=loses), scenarios=paths, receiver=receiver).report()
    kept = verdict(report, "kept")
    assert (str(kept.result), report.exit_code) == ("inconclusive", 4)
    assert "may have lost an end" in kept.because
    assert "declare `effects`" in kept.because


@pytest.mark.parametrize("shows", [{"status"}, {"status", "runs"}, {"status", "effects"}])
def test_an_end_that_was_lost_is_not_stale_for_the_start_that_makes_its_run_known(
    tmp_path: Path, shows: set[str]
) -> None:
    receiver = model_receiver({name: f"$.{name}" for name in shows})
    report = of(tmp_path, "", "{each: {status: ack}}", LosesTheFirstEnd(), receiver=receiver)
    assert {name for name, result in results(report).items() if result == "failed"} == {"kept"}


@pytest.mark.parametrize("shows", [{"id"}, {"status"}, {"runs"}])
def test_one_end_that_is_all_that_was_told_of_an_export_is_kept_where_anything_shows(
    tmp_path: Path, shows: set[str]
) -> None:
    (tmp_path / "own.yaml").write_text("scenario: Jobs\nprovider: reachfive\nexports:\n  job: {takes: 1h}\n")
    receiver = model_receiver({name: f"$.{name}" for name in shows})
    paths = (str(tmp_path / "own.yaml"),)
    report = Told(folder=tmp_path, model=LosesTheFirstEnd(loses=False), scenarios=paths, receiver=receiver).report()
    assert "kept" not in results(report)


@dataclass
class ActsTwice(Model):
    """Acts on each copy; tells of its runs, and counts each copy as one, or not."""

    counts: bool = False

    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        runs = len(shown) if self.counts else len({one.run for one in shown})
        return super().told(id_, shown) | {"runs": runs}

    def effects(self, shown: Sequence[Delivery]) -> int:
        return sum(one.end for one in shown)


@pytest.mark.parametrize(("counts", "result"), [(True, "failed"), (False, "inconclusive")])
def test_runs_alone_prove_that_something_was_acted_on_twice_and_never_that_nothing_was(
    tmp_path: Path, result: str, *, counts: bool
) -> None:
    (tmp_path / "own.yaml").write_text(TWO_RUNS)
    receiver = model_receiver({name: f"$.{name}" for name in ("id", "status", "runs")})
    paths, model = (str(tmp_path / "own.yaml"),), ActsTwice(counts=counts)
    report = Told(folder=tmp_path, model=model, scenarios=paths, receiver=receiver, repeat=0.3).report()
    assert results(report)["once"] == result
