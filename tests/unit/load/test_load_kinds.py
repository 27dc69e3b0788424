"""What a load sent is counted by its kind, and what was asked for and never came is no pass of what rests on it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from simulator.check import Sent
from simulator.load.judging import doubts
from simulator.load.judging.kinds import may_undo
from simulator.load.mix import STEPS, can_be_stale
from simulator.load.orders import SHARES
from simulator.model import Delivery, Outcome, Report
from simulator.model.load import KINDS, Kinds
from tests.unit.load.told_load import SELECT, Model, Told, model_receiver, results, verdict

SENT = Sent(
    1, 2, "one", "nightly", 1, "completed", "done", "", 1.0, False, True, True, "right", True, 1, 0.0, 0.0, True, "200",
    200, Outcome.ANSWERED, False, True, None,
)  # fmt: skip
FEW = 1e-6  # a share of which a load of seconds has none
MIXED: dict[str, Any] = {"repeat": 0.3, "stale": 0.2, "malformed": 0.1, "unauthorized": 0.1}
ENDS_ALONE = "reachfive/successful-export"
EVENTS_OF_NO_RUN = "clevertap/completed-without-initiated"


def told(folder: Path, model: Model | None = None, **how: Any) -> Report:
    return Told(folder=folder, model=model or Model(), **how).report()


def sent(report: Report) -> Kinds:
    assert report.load is not None
    return report.load.kinds


# What was sent


def test_each_notification_is_of_one_kind(tmp_path: Path) -> None:
    report = told(tmp_path, **MIXED)
    wanted = list(Told(folder=tmp_path, **MIXED).planned.share(0, 1))
    counts = sent(report)
    assert counts.malformed == len([one for one in wanted if one.step == "malformed"]) > 0
    assert counts.unauthorized == len([one for one in wanted if one.step == "unauthorized"]) > 0
    assert counts.repeat == len([one for one in wanted if one.copy]) > 0
    ends = {one.id: one.due for one in wanted if one.end and not one.copy}
    late = [one for one in wanted if one.genuine and not one.end and not one.copy and one.due > ends[one.id]]
    assert counts.stale == len(late) > 0
    assert report.load is not None
    assert sum(counts) == report.load.sent == len(wanted)


def test_a_plain_load_has_first_sends_alone(tmp_path: Path) -> None:
    report = told(tmp_path)
    assert report.load is not None
    assert sent(report) == Kinds(first=report.load.sent)


def test_a_copy_that_comes_after_the_end_is_a_repeat_and_not_stale(tmp_path: Path) -> None:
    report = told(tmp_path, repeat=1.0)
    assert sent(report).stale == 0
    assert sent(report).repeat == sent(report).first > 10


def test_what_a_scenario_itself_tells_again_or_late_counts_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert sent(told(tmp_path / "a", scenarios=("clevertap/repeated-completed",))).repeat > 2
    assert sent(told(tmp_path, scenarios=("clevertap/late-initiated",))).stale > 2


def test_what_did_not_come_to_the_receiver_is_of_no_kind(tmp_path: Path) -> None:
    class Unreachable(Model):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            return Outcome.REFUSED if delivery.copy or not delivery.genuine else super().take(delivery, at)

    report = told(tmp_path, Unreachable(), **MIXED)
    counts = sent(report)
    assert (counts.repeat, counts.malformed, counts.unauthorized) == (0, 0, 0)
    assert report.load is not None
    assert 0 < sum(counts) < report.load.sent
    assert results(report)["once"] == results(report)["refuses"] == "inconclusive"


def test_nor_is_what_was_dropped(tmp_path: Path) -> None:
    report = told(tmp_path, drops=lambda one: one.copy > 0, repeat=0.3)
    assert sent(report).repeat == 0


def test_every_kind_has_words_and_a_share_and_is_put_to_some_test() -> None:
    assert tuple(KINDS) == Kinds._fields == ("first", *SHARES)
    assert {kind for kinds in doubts._TESTS.values() for kind in kinds} == set(SHARES)


def test_what_a_mix_makes_itself_is_named_as_its_share() -> None:
    shares: dict[str, Any] = {name: 0.4 for name in SHARES if name in STEPS}
    made = {one.step for one in Told(folder=Path(), **shares).planned.share(0, 1) if not one.genuine}
    assert made == set(shares) == STEPS


# What none of was sent


@pytest.mark.parametrize(
    ("share", "check", "option"),
    [
        ("repeat", "once", "--repeat"),
        ("stale", "latest", "--stale"),
        ("malformed", "refuses", "--malformed"),
        ("unauthorized", "refuses", "--unauthorized"),
    ],
)
def test_what_was_asked_for_and_never_sent_is_no_pass(tmp_path: Path, share: str, check: str, option: str) -> None:
    asked: dict[str, Any] = {share: FEW}
    report = told(tmp_path, **asked)
    assert results(report) == {"refuses": "not-applicable", check: "inconclusive"}
    because = verdict(report, check).because
    assert option in because
    assert "0.0001%" in because
    assert "for longer" in because
    assert report.exit_code == 4


@pytest.mark.parametrize(
    ("share", "check"), [("repeat", "once"), ("stale", "latest"), ("malformed", "refuses"), ("unauthorized", "refuses")]
)
def test_nor_is_it_beside_enough_of_the_other_kinds(tmp_path: Path, share: str, check: str) -> None:
    assert results(told(tmp_path, **(MIXED | {share: FEW}))) == {check: "inconclusive"}


@pytest.mark.parametrize(
    ("share", "check"), [("repeat", "once"), ("stale", "latest"), ("malformed", "refuses"), ("unauthorized", "refuses")]
)
def test_one_that_was_not_asked_for_is_not_missed(tmp_path: Path, share: str, check: str) -> None:
    assert results(told(tmp_path, **(MIXED | {share: 0.0}))) == {}


@pytest.mark.parametrize("share", ["repeat", "stale", "malformed", "unauthorized"])
def test_nor_is_one_that_only_ships_with_a_scenario_and_the_reason_says_so(tmp_path: Path, share: str) -> None:
    few: dict[str, Any] = MIXED | {share: FEW, "asked": frozenset(MIXED) - {share}}
    report = told(tmp_path, **few)
    assert results(report) == {}
    said = " ".join(one.because for one in report.verdicts)
    words = {"repeat": "nothing was sent again", "stale": "nothing stale was sent"}
    assert words.get(share, f" 0 {share} ") in said


def test_plain_traffic_passes_and_the_reason_says_that_it_was_plain(tmp_path: Path) -> None:
    report = told(tmp_path)
    assert results(report) == {"refuses": "not-applicable"}
    assert verdict(report, "once").because.endswith("; nothing was sent again")
    assert verdict(report, "latest").because.endswith("; nothing stale was sent")


def test_a_pass_says_on_how_much_it_rests(tmp_path: Path) -> None:
    report = told(tmp_path, **MIXED)
    assert "of these had something sent again" in verdict(report, "once").because
    assert "of these had a stale notification" in verdict(report, "latest").because


def test_a_failure_stays_one_though_nothing_of_a_share_was_sent(tmp_path: Path) -> None:
    class ActsTwice(Model):
        def effects(self, shown: Sequence[Delivery]) -> int:
            return 2 * super().effects(shown)

        def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
            return super().told(id_, shown) | {"status": shown[0].status}

    report = told(tmp_path, ActsTwice(), repeat=FEW, stale=FEW)
    assert results(report)["once"] == "failed"
    assert results(report)["latest"] == "failed"


def test_a_threshold_that_allows_for_some_does_not_make_it_one(tmp_path: Path) -> None:
    report = told(tmp_path, repeat=FEW, limits=["twice<5"])
    assert verdict(report, "threshold/twice").result == "inconclusive"


def test_what_a_probe_does_not_show_is_not_excused_by_what_was_never_sent(tmp_path: Path) -> None:
    report = told(tmp_path, receiver=model_receiver({"status": "$.status"}), repeat=FEW)
    assert results(report)["once"] == "inconclusive"
    assert "declare `effects`" in verdict(report, "once").because


def test_repeats_that_a_scenario_sends_itself_stand_for_those_asked_for(tmp_path: Path) -> None:
    assert results(told(tmp_path, scenarios=("clevertap/repeated-completed",), repeat=FEW)) == {
        "refuses": "not-applicable"
    }


@pytest.mark.parametrize("scenario", [ENDS_ALONE, EVENTS_OF_NO_RUN])
def test_where_nothing_can_be_stale_none_is_missed(tmp_path: Path, scenario: str) -> None:
    report = told(tmp_path, scenarios=(scenario,), stale=0.5)
    assert results(report) == {"refuses": "not-applicable"}
    assert "no notification of it can be stale" in verdict(report, "latest").because


def test_what_could_be_stale_and_did_not_come_yet_is_missed(tmp_path: Path) -> None:
    report = told(tmp_path, drops=lambda one: one.end or one.copy > 0 or one.due > 1.0, stale=0.5)
    assert sent(report).first > 2
    assert sent(report).stale == 0
    assert verdict(report, "latest").result == "inconclusive"
    assert "--stale" in verdict(report, "latest").because


def test_what_comes_behind_an_end_that_was_not_acknowledged_is_no_test(tmp_path: Path) -> None:
    class RefusesEnds(Model):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            return 500 if delivery.end else super().take(delivery, at)

    report = told(tmp_path, RefusesEnds(), stale=0.5)
    assert sent(report).stale > 2
    assert verdict(report, "latest").result == "inconclusive"
    assert "none that could show" in verdict(report, "latest").because


def test_nor_is_what_is_not_acknowledged_itself(tmp_path: Path) -> None:
    class RefusesLateOnes(Model):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            late = not delivery.end and any(one.end for _, one in self.kept[delivery.id])
            return 409 if late else super().take(delivery, at)

    report = told(tmp_path, RefusesLateOnes(), stale=0.5)
    assert sent(report).stale > 2
    assert verdict(report, "latest").result == "inconclusive"


def test_nor_is_what_leaves_while_the_end_is_still_being_answered(tmp_path: Path) -> None:
    slow = told(tmp_path, Model(took=30.0), stale=0.5)
    assert sent(slow).stale > 2
    assert verdict(slow, "latest").result == "inconclusive"
    assert "none that could show" in verdict(slow, "latest").because


def test_a_stale_one_undoes_an_end_from_the_moment_that_this_was_acknowledged() -> None:
    end = SENT._replace(at=2.0, end=True, intended=1.0, done=3.0)
    stale = SENT._replace(at=1.0, end=False, done=9.0)
    assert may_undo([("first", end), ("stale", stale._replace(intended=3.0))])
    assert not may_undo([("first", end), ("stale", stale._replace(intended=2.9))])
    again = end._replace(intended=1.5, done=2.5)
    assert may_undo([("first", end), ("repeat", again), ("stale", stale._replace(intended=2.9))])
    assert not may_undo([("first", end._replace(acknowledged=False)), ("stale", stale._replace(intended=5.0))])


def test_a_probe_without_a_status_is_no_excuse_where_stale_ones_were_asked_for(tmp_path: Path) -> None:
    bare = model_receiver({"id": "$.id", "effects": "$.effects"})
    how: dict[str, Any] = {"receiver": bare, "drops": lambda one: one.end}
    for name in "abc":
        (tmp_path / name).mkdir()
    assert results(told(tmp_path / "a", **how))["latest"] == "not-applicable"
    asked = told(tmp_path / "b", **how, stale=FEW)
    assert results(asked)["latest"] == "inconclusive"
    assert "declare `status`" in verdict(asked, "latest").because
    alone = told(tmp_path / "c", receiver=bare, scenarios=(ENDS_ALONE,), stale=0.5)
    assert results(alone)["latest"] == "not-applicable"


def test_what_the_partner_itself_would_not_send_overtakes_nothing() -> None:
    def life(**end: Any) -> list[Delivery]:
        begun, ended = Told(folder=Path()).planned.loads[0].lives.life(0)
        return [begun, ended._replace(**end)]

    assert can_be_stale(life())
    assert not can_be_stale(life(credentials="wrong"))
    assert not can_be_stale(life(run=2))
    assert not can_be_stale(life(at=-1.0))


def test_without_credentials_nothing_unauthorized_is_missed(tmp_path: Path) -> None:
    bare = model_receiver(authorized=False)
    (tmp_path / "a").mkdir()
    assert results(told(tmp_path / "a", receiver=bare, malformed=0.1, unauthorized=FEW)) == {}
    assert results(told(tmp_path, receiver=bare, malformed=FEW, unauthorized=0.2)) == {"refuses": "inconclusive"}


def test_repeats_of_which_no_end_is_one_say_nothing_of_what_is_acted_on(tmp_path: Path) -> None:
    report = told(tmp_path, repeat=0.3, drops=lambda one: one.copy > 0 and one.end)
    assert sent(report).repeat > 2
    assert verdict(report, "once").result == "inconclusive"
    assert "could show an effect" in verdict(report, "once").because


def test_nor_do_those_of_exports_that_a_sample_left_out(tmp_path: Path) -> None:
    report = told(tmp_path, sample=1, repeat=0.05)
    assert sent(report).repeat
    assert verdict(report, "once").result == "inconclusive"
    assert "larger --sample" in verdict(report, "once").because


@pytest.mark.parametrize("select", [SELECT, {"status": "$.status", "effects": "$.effects"}])
def test_what_rests_on_enough_passes(tmp_path: Path, select: dict[str, str]) -> None:
    assert results(told(tmp_path, receiver=model_receiver(select), **MIXED)) == {}
