"""Verdicts on loads: each kind of flaw is found and nothing else is, and awkward but right receivers pass."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import UsageError
from simulator.journal import Journal, JournalWriter
from simulator.load.crew import Lost
from simulator.load.judging.merging import FOLLOWED
from simulator.model import Delivery, Observation, Outcome, Report, Result
from simulator.model.load import GivenUp
from simulator.wire.failure import STOPPED_UNSENT
from tests.unit.load.told_load import SELECT, Model, Told, model_receiver, results, verdict

MIXED: dict[str, Any] = {"repeat": 0.3, "stale": 0.2, "malformed": 0.1, "unauthorized": 0.1}


def told(folder: Path, model: Model | None = None, **how: Any) -> Report:
    return Told(folder=folder, model=model or Model(), **(MIXED | how)).report()


def ledger(report: Report) -> dict[str, int]:
    """What is not 0 of the counts that are to be."""
    assert report.load is not None
    one = report.load.ledger
    counts = ("lost", "twice", "stale", "refused", "accepted_wrong", "unread")
    return {name: getattr(one, name) for name in counts if getattr(one, name)}


def entries(folder: Path, lines: Sequence[int]) -> list[dict[str, Any]]:
    """Those lines of the journal; of an outcome the intent that it is of."""
    told = [json.loads(line) for line in (folder / "load.ndjson").read_text().splitlines()]
    return [told[one["of"] - 1] if "of" in one else one for one in (told[line - 1] for line in lines)]


# Right ones


def test_a_right_receiver_passes(tmp_path: Path) -> None:
    report = told(tmp_path)
    assert results(report) == {}
    assert report.exit_code == 0
    assert report.load is not None
    assert report.load.ledger.known == report.load.ledger.checked > 10
    assert report.load.sent == report.load.planned
    assert report.load.drain is not None
    assert report.load.drain.not_before == 0.0


@pytest.mark.parametrize(
    "scenario",
    [
        "clevertap/four-hourly-day",
        "clevertap/new-id-each-run",
        "clevertap/completed-without-initiated",
        "reachfive/successful-export",
        "reachfive/failed-job",
        "reachfive/nightly-week",
    ],
)
def test_a_right_receiver_passes_with_any_story(tmp_path: Path, scenario: str) -> None:
    report = told(tmp_path, scenarios=(scenario,))
    assert results(report) == {}
    assert report.load is not None
    assert report.load.ledger.checked


def test_one_whose_effects_come_long_after_its_answers_passes_as_long_as_they_keep_coming(tmp_path: Path) -> None:
    report = told(tmp_path, Model(lag=20.0), seconds=40.0, rate=10.0, window=2.0)
    assert results(report) == {}
    assert report.load is not None
    assert report.load.drain is not None
    assert report.load.drain == pytest.approx((20.0, 20.0), abs=1.0)
    assert report.load.drain.not_before < report.load.drain.not_after


def test_what_does_not_show_within_the_window_is_lost(tmp_path: Path) -> None:
    report = told(tmp_path, Model(lag=30.0), window=2.0)
    assert verdict(report, "kept").failed
    assert report.load is not None
    assert report.load.drain is None
    assert report.exit_code == 1


@dataclass
class _TimesOut(Model):
    """Every seventh answer does not come in time, and what it was about is taken in or not."""

    takes_in: bool = True
    of: int = 7
    outcome: Outcome = Outcome.TIMEOUT_HEADERS

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if not delivery.genuine or delivery.number % self.of:
            return super().take(delivery, at)
        if self.takes_in:
            super().take(delivery, at)
        return self.outcome


@pytest.mark.parametrize("takes_in", [True, False])
@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT_HEADERS, Outcome.RESET, Outcome.TIMEOUT_BODY])
def test_what_had_no_answer_may_have_been_taken_in_or_not(tmp_path: Path, outcome: Outcome, *, takes_in: bool) -> None:
    report = told(tmp_path, _TimesOut(takes_in=takes_in, outcome=outcome))
    assert results(report) == {"accepted": "failed"}
    assert list(ledger(report)) == ["refused"]


@pytest.mark.parametrize("takes_in", [True, False])
def test_so_may_what_nobody_saw_the_end_of_which_is_no_refusal(tmp_path: Path, *, takes_in: bool) -> None:
    report = told(tmp_path, _TimesOut(takes_in=takes_in, outcome=Outcome.IN_DOUBT))
    assert results(report) == {"accepted": "inconclusive"}
    assert ledger(report) == {}


def test_a_kept_connection_that_ends_is_no_refusal_and_no_pass(tmp_path: Path) -> None:
    report = told(tmp_path, _TimesOut(outcome=Outcome.CLOSED), reused=True)
    assert results(report) == {"accepted": "inconclusive"}
    assert ledger(report) == {}


# Acknowledged and not kept


@dataclass
class _Forgets(Model):
    """Acknowledges every tenth notification, or every tenth end, and does nothing."""

    ends: bool = False

    def keep(self, delivery: Delivery, at: float) -> None:
        life = int(delivery.export.rpartition("#")[2])
        if life % 10 or (self.ends and not delivery.end):
            super().keep(delivery, at)


def test_exports_that_are_not_there_are_lost(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets())
    assert results(report) == {"kept": "failed"}
    assert list(ledger(report)) == ["lost"]
    found = verdict(report, "kept")
    assert "is not there" in found.because
    assert "report#10 (id " in found.because
    assert found.evidence


@pytest.mark.parametrize("select", [SELECT, {"status": "$.status"}])
def test_so_are_ends_that_were_not_acted_on(tmp_path: Path, select: dict[str, str]) -> None:
    report = told(tmp_path, _Forgets(ends=True), receiver=model_receiver(select), stale=0.0, repeat=0.0)
    assert results(report).pop("kept") == "failed"
    assert list(ledger(report)) == ["lost"]


RECURRING = """
scenario: Four runs of one export
provider: clevertap
exports:
  nightly: {frequency: every 4 hours, runs: 4, takes: 10m}
"""


@dataclass
class _MissesTheSecondRun(Model):
    def effects(self, shown: Sequence[Delivery]) -> int:
        return len({one.at for one in shown if one.end and one.run != 2})


def test_where_one_end_of_several_was_not_acted_on_all_of_them_are_the_evidence(tmp_path: Path) -> None:
    (tmp_path / "runs.yaml").write_text(RECURRING)
    alone: dict[str, Any] = {"repeat": 0.0, "stale": 0.0, "malformed": 0.0, "unauthorized": 0.0}
    report = told(tmp_path, _MissesTheSecondRun(), scenarios=(str(tmp_path / "runs.yaml"),), rate=4.0, **alone)
    found = verdict(report, "kept")
    assert "shows effects 3 where it acknowledged 4 ends" in found.because
    shown = [one for one in entries(tmp_path, found.evidence[:5]) if one["kind"] == "intent"]
    assert [(one["run"], one["end"]) for one in shown] == [(1, True), (2, True), (3, True), (4, True)]


@dataclass
class _CutsIds(Model):
    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        return super().told(id_, shown) | {"id": id_[:-1]}


def test_what_is_kept_under_another_id_is_lost(tmp_path: Path) -> None:
    report = told(tmp_path, _CutsIds())
    assert results(report) == {"kept": "failed"}


@dataclass
class _GoesAway(Model):
    """What showed is gone a moment later."""

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        return super().show(id_, at) if at < 5.0 else None


def test_what_was_there_at_first_and_is_gone_at_the_end_is_lost(tmp_path: Path) -> None:
    assert results(told(tmp_path, _GoesAway()))["kept"] == "failed"


# Acted on twice


@dataclass
class _CountsCopies(Model):
    def effects(self, shown: Sequence[Delivery]) -> int:
        return len([one for one in shown if one.end])


LONG_AND_SHORT = """
scenario: What begins first ends last
provider: clevertap
exports:
  long: {frequency: one time, takes: 10h}
  short: {at: 1h, frequency: one time, takes: 1h}
"""


@pytest.mark.parametrize(("check", "model"), [("kept", _Forgets()), ("once", _CountsCopies())])
def test_what_is_shown_first_as_evidence_is_of_the_export_that_is_named_first(
    tmp_path: Path, check: str, model: Model
) -> None:
    (tmp_path / "first.yaml").write_text(LONG_AND_SHORT)
    found = verdict(told(tmp_path, model, rate=60.0, life=2.0, scenarios=(str(tmp_path / "first.yaml"),)), check)
    assert found.result is Result.FAILED
    (first,) = entries(tmp_path, found.evidence[:1])
    assert found.because.partition(": ")[2].startswith(first["export"])
    if check == "once":
        assert first["end"]


def test_copies_that_are_acted_on_are_counted(tmp_path: Path) -> None:
    report = told(tmp_path, _CountsCopies())
    assert results(report) == {"once": "failed"}
    assert list(ledger(report)) == ["twice"]
    assert "shows effects 2 where 1 end was sent" in verdict(report, "once").because


@dataclass
class _ActsAgainLater(Model):
    """The second effect of a copy shows when everything has long been right."""

    again: float = 0.0

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        found = super().show(id_, at)
        copies = [one for _, one in self.kept.get(id_, ()) if one.end]
        if found is not None and at > self.again and len(copies) > 1:
            found["effects"] += 1
        return found


def test_a_second_effect_is_seen_that_comes_within_the_window(tmp_path: Path) -> None:
    assert results(told(tmp_path, _ActsAgainLater(again=4.5))) == {"once": "failed"}


def test_and_one_that_comes_as_late_as_genuine_effects_do(tmp_path: Path) -> None:
    report = told(tmp_path, _ActsAgainLater(lag=10.0, again=53.0), seconds=40.0, rate=10.0, window=2.0)
    assert results(report) == {"once": "failed"}


# Undone


@dataclass
class _LastWordStands(Model):
    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        return super().told(id_, shown) | {"status": shown[-1].status}


@pytest.mark.parametrize("select", [SELECT, {"status": "$.status"}])
def test_what_is_undone_by_a_late_notification_is_stale_and_not_lost(tmp_path: Path, select: dict[str, str]) -> None:
    report = told(tmp_path, _LastWordStands(), receiver=model_receiver(select))
    assert results(report).pop("latest") == "failed"
    assert list(ledger(report)) == ["stale"]
    latest, undone_by, read = entries(tmp_path, verdict(report, "latest").evidence[:3])
    assert (latest["status"], undone_by["status"], read["kind"]) == ("Completed", "Initiated", "observation")
    assert latest["wall"] < undone_by["wall"]


# Answers


@dataclass
class _Overloaded(Model):
    status: int = 503

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        return self.status if delivery.genuine and delivery.number % 9 == 0 else super().take(delivery, at)


@pytest.mark.parametrize("status", [503, 429, 201, 302])
def test_what_is_answered_otherwise_is_refused_and_not_lost(tmp_path: Path, status: int) -> None:
    report = told(tmp_path, _Overloaded(status=status))
    assert results(report) == {"accepted": "failed"}
    assert list(ledger(report)) == ["refused"]


@dataclass
class _ConflictsOnCopies(Model):
    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        known = any((one.body, one.at) == (delivery.body, delivery.at) for _, one in self.kept.get(delivery.id, ()))
        return 409 if known and delivery.genuine else super().take(delivery, at)


def test_a_copy_that_is_answered_409_is_refused(tmp_path: Path) -> None:
    report = told(tmp_path, _ConflictsOnCopies())
    assert results(report) == {"accepted": "failed"}
    assert list(ledger(report)) == ["refused"]


@dataclass
class _Busy(Model):
    """Turns away a copy of what it is working on: an answer takes it 50 ms."""

    took: float = 0.05
    since: dict[tuple[bytes, float], float] = field(default_factory=dict)

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        begun = self.since.setdefault((delivery.body, delivery.at), at)
        if (delivery.genuine and begun < at < begun + self.took) or (delivery.copy and begun == at):
            return 409
        return super().take(delivery, at)


def test_a_copy_turned_away_while_the_first_is_being_answered_is_not_refused(tmp_path: Path) -> None:
    model = _Busy()
    report = told(tmp_path, model)
    answers = {one.answer for one in Journal.open(tmp_path / "load.ndjson").attempts() if one.copy}
    assert "409" in answers
    assert results(report) == {}


@dataclass
class _EndsWhileBusy(_Busy):
    """Nobody sees the end of what it was working on when a copy came."""

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        answer = super().take(delivery, at)
        return Outcome.IN_DOUBT if answer == 200 and delivery.together == 2 else answer


def test_nor_is_one_turned_away_beside_a_first_of_which_nobody_saw_the_end(tmp_path: Path) -> None:
    report = told(tmp_path, _EndsWhileBusy())
    answers = {one.answer for one in Journal.open(tmp_path / "load.ndjson").attempts() if one.copy}
    assert "409" in answers
    assert verdict(report, "accepted").result == "inconclusive"
    assert ledger(report) == {}


@dataclass
class _Lenient(Model):
    """Takes what it should not: `says` so, or keeps it all the same."""

    what: str = "malformed"
    says: bool = True
    keeps: bool = False

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        answer = super().take(delivery, at)
        if delivery.step == self.what:
            answer = 200 if self.says else answer
            if self.keeps:
                self.keep(delivery, at)
        return answer


@pytest.mark.parametrize("what", ["malformed", "unauthorized"])
@pytest.mark.parametrize(("says", "keeps"), [(True, False), (False, True), (True, True)])
def test_what_is_wrong_and_accepted_is_counted_once(tmp_path: Path, what: str, *, says: bool, keeps: bool) -> None:
    report = told(tmp_path, _Lenient(what=what, says=says, keeps=keeps))
    assert results(report) == {"refuses": "failed"}
    one = Told(folder=tmp_path, **MIXED)
    wrong = [delivery for delivery in one.planned.share(0, 1) if delivery.step == what]
    assert ledger(report) == {"accepted_wrong": len(wrong)}


def test_of_a_receiver_without_credentials_nothing_wrong_can_be_asked(tmp_path: Path) -> None:
    model = _Lenient(what="unauthorized", keeps=True)
    report = told(tmp_path, model, receiver=model_receiver(authorized=False), malformed=0.0)
    assert results(report) == {"refuses": "not-applicable"}
    assert report.exit_code == 0


@dataclass
class _TakesAll(Model):
    """It takes whatever comes; `quietly`: answers by the book, and keeps it all the same."""

    quietly: bool = False

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        answer = super().take(delivery, at)
        if answer != 200:
            self.keep(delivery, at)
        return answer if self.quietly else 200


@pytest.mark.parametrize("scenario", ["wrong-credentials", "malformed-bodies"])
def test_what_an_author_says_is_to_be_refused_is_judged_like_what_the_mix_makes_wrong(
    tmp_path: Path, scenario: str
) -> None:
    plain: dict[str, Any] = {
        "scenarios": (f"clevertap/{scenario}",),
        "rate": 40.0,
        "malformed": 0.0,
        "unauthorized": 0.0,
    }
    assert "refuses" not in results(told(tmp_path / "right", **plain))
    report = told(tmp_path / "lax", _TakesAll(), **plain)
    assert results(report)["refuses"] == "failed"
    one = Told(folder=tmp_path, **{**MIXED, **plain})
    forged = [delivery for delivery in one.planned.share(0, 1) if not delivery.genuine]
    assert ledger(report)["accepted_wrong"] == len(forged) > 10
    said = f"of {len(forged):,} deliveries that are to be refused by the scenario {len(forged):,} were accepted: "
    assert said in verdict(report, "refuses").because


def test_what_the_mix_and_what_an_author_makes_wrong_is_told_apart(tmp_path: Path) -> None:
    mixed = {
        **MIXED,
        "scenarios": ("clevertap/wrong-credentials",),
        "rate": 40.0,
        "malformed": 0.1,
        "unauthorized": 0.0,
    }
    sent = list(Told(folder=tmp_path, **mixed).planned.share(0, 1))
    broken = sum(one.step == "malformed" for one in sent)
    forged = sum(not one.genuine for one in sent) - broken
    assert broken > 0
    assert forged > 0
    because = verdict(told(tmp_path, **mixed), "refuses").because
    wanted = "that are to be refused by the scenario, was accepted"
    assert because == f"none of {broken:,} malformed and 0 unauthorized deliveries, and {forged:,} {wanted}"


def test_what_is_to_be_refused_by_its_author_and_is_there_all_the_same_was_accepted(tmp_path: Path) -> None:
    alone = {"rate": 40.0, "malformed": 0.0, "unauthorized": 0.0}
    report = told(tmp_path, _TakesAll(quietly=True), scenarios=("clevertap/wrong-credentials",), **alone)
    assert "though all that was sent of it was to be refused" in verdict(report, "refuses").because


def test_without_credentials_of_its_own_a_receiver_is_not_asked_to_refuse_what_an_author_forged(tmp_path: Path) -> None:
    model, bare = _TakesAll(), model_receiver(authorized=False)
    report = told(tmp_path, model, receiver=bare, scenarios=("clevertap/wrong-credentials",), malformed=0.0)
    assert results(report)["refuses"] == "not-applicable"


# What cannot be known


@dataclass
class _ProbeBreaks(Model):
    """The probe does not work, for one id in ten; `until` that second it shows nothing."""

    of: int = 10
    until: float = 0.0

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        if at < self.until:
            return None
        return {"broken": True} if sum(id_.encode()) % self.of == 0 else super().show(id_, at)


@pytest.mark.parametrize("until", [0.0, 3.5])
def test_an_id_that_cannot_be_read_is_never_lost(tmp_path: Path, until: float) -> None:
    report = told(tmp_path, _ProbeBreaks(until=until))
    assert {results(report)[name] for name in ("kept", "once", "latest")} == {"inconclusive"}
    assert list(ledger(report)) == ["unread"]
    assert report.exit_code == 4


@dataclass
class _BreaksForWrong(Model):
    """The probe does not work `times` over for each id of which nothing genuine came, or for each other one."""

    times: int = 99
    genuine: bool = False
    asked: dict[str, int] = field(default_factory=dict)

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        self.asked[id_] = self.asked.get(id_, 0) + 1
        broken = (id_ in self.kept) == self.genuine and self.asked[id_] <= self.times
        return {"broken": True} if broken else super().show(id_, at)


def test_an_id_of_which_nothing_genuine_was_sent_leaves_open_only_whether_it_was_refused(tmp_path: Path) -> None:
    report = told(tmp_path, _BreaksForWrong())
    assert results(report) == {"refuses": "inconclusive"}
    assert "could not be read" in verdict(report, "refuses").because
    assert list(ledger(report)) == ["unread"]
    assert report.exit_code == 4


def test_an_id_that_is_to_show_leaves_open_whether_it_is_kept_and_not_what_was_refused(tmp_path: Path) -> None:
    report = told(tmp_path, _BreaksForWrong(genuine=True))
    assert results(report) == dict.fromkeys(("kept", "once", "latest"), "inconclusive")


def test_one_reading_that_did_not_work_is_made_again(tmp_path: Path) -> None:
    report = told(tmp_path, _BreaksForWrong(times=1))
    assert results(report) == {}
    assert ledger(report) == {}


@dataclass
class _BreaksForRefused(Model):
    """Turns away all that is told of every tenth export, which cannot be read either."""

    ids: set[str] = field(default_factory=set)

    def take(self, delivery: Delivery, at: float) -> int | Outcome:
        if int(delivery.export.rpartition("#")[2]) % 10 or not delivery.genuine:
            return super().take(delivery, at)
        self.ids.add(delivery.id)
        return 503

    def show(self, id_: str, at: float) -> dict[str, Any] | None:
        return {"broken": True} if id_ in self.ids else super().show(id_, at)


def test_an_id_of_which_nothing_was_acknowledged_leaves_open_only_whether_it_was_acted_on_once(tmp_path: Path) -> None:
    report = told(tmp_path, _BreaksForRefused())
    assert results(report) == {"accepted": "failed", "once": "inconclusive"}


def test_nor_is_anything_when_no_reading_works(tmp_path: Path) -> None:
    report = told(tmp_path, _ProbeBreaks(of=1))
    assert verdict(report, "kept").result == "inconclusive"
    assert report.exit_code == 4


def test_without_a_probe_only_answers_are_judged(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets(), receiver=model_receiver(probe=False))
    assert results(report) == dict.fromkeys(("kept", "once", "latest"), "inconclusive")
    assert "no probe" in verdict(report, "kept").because
    assert report.exit_code == 4
    assert report.load is not None
    assert report.load.ack.number


@pytest.mark.parametrize(
    ("select", "missing"), [({"status": "$.status"}, "once"), ({"effects": "$.effects"}, "latest")]
)
def test_what_the_probe_does_not_show_is_not_judged(tmp_path: Path, select: dict[str, str], missing: str) -> None:
    report = told(tmp_path, receiver=model_receiver(select))
    assert results(report) == {missing: "inconclusive"}
    assert "not judged" in verdict(report, missing).because


def test_nor_is_it_missed_where_nothing_was_sent_that_it_would_tell_of(tmp_path: Path) -> None:
    report = told(tmp_path, receiver=model_receiver({"status": "$.status"}), repeat=0.0)
    assert results(report) == {"once": "not-applicable"}
    assert report.exit_code == 0


@dataclass
class _OtherWords(Model):
    def told(self, id_: str, shown: Sequence[Delivery]) -> dict[str, Any]:
        return super().told(id_, shown) | {"status": "4"}


def test_a_word_that_nobody_explained_is_no_failure(tmp_path: Path) -> None:
    report = told(tmp_path, _OtherWords())
    assert results(report) == dict.fromkeys(("kept", "once", "latest"), "inconclusive")
    assert "does not explain under `words`" in verdict(report, "latest").because


@dataclass
class _SlowQueue(Model):
    """Works off one more notification every few seconds, for ever."""

    def keep(self, delivery: Delivery, at: float) -> None:
        super().keep(delivery, max(at, self.taken * 5.0))


def test_a_receiver_that_is_still_working_when_it_is_given_up_has_lost_nothing_yet(tmp_path: Path) -> None:
    report = told(tmp_path, _SlowQueue(), window=30.0, seconds=8.0, rate=30.0)
    assert results(report) == {"kept": "inconclusive"}
    assert "still working" in verdict(report, "kept").because
    assert report.exit_code == 4


@pytest.mark.parametrize("answer", [500, Outcome.TIMEOUT_HEADERS])
def test_where_nothing_was_acknowledged_nothing_is_kept(tmp_path: Path, answer: int | Outcome) -> None:
    class Refuses(Model):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            return answer

    report = told(tmp_path, Refuses())
    assert results(report)["accepted"] == "failed"
    assert results(report)["kept"] == "inconclusive"
    assert "nothing was acknowledged" in verdict(report, "kept").because
    assert results(report)["refuses"] == "inconclusive"


# Who sent it


def test_a_worker_without_a_journal_is_named_and_the_rest_judged(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets(), workers=3, gone=frozenset({1}))
    assert results(report) == {"kept": "failed", "all-sent": "inconclusive"}
    assert "worker 1: it wrote no journal" in verdict(report, "all-sent").because
    assert report.load is not None
    assert report.load.unsent == report.load.shares[1].planned > 0
    assert report.exit_code == 1


def test_one_that_was_killed_makes_no_verdict_wrong(tmp_path: Path) -> None:
    report = told(tmp_path, workers=2, cut=frozenset({0}))
    assert results(report).pop("all-sent") == "inconclusive"
    assert set(results(report)) <= {"all-sent", "accepted"}
    assert ledger(report) == {}
    assert report.exit_code == 4
    assert report.load is not None
    assert report.load.shares[0].lost
    assert 0 < report.load.shares[0].sent < report.load.shares[0].planned


ELSEWHERE: dict[str, Any] = {"workers": 2, "own": 1, "cut": frozenset({1}), "life": 3.0, "stale": 0.0}


@pytest.mark.parametrize("select", [SELECT, {"status": "$.status"}, {"effects": "$.effects"}])
def test_what_a_lost_worker_of_another_machine_sent_last_is_no_failure(tmp_path: Path, select: dict[str, str]) -> None:
    report = told(tmp_path, receiver=model_receiver(select), **ELSEWHERE)
    found = results(report)
    assert ledger(report) == {}
    assert set(found.values()) == {"inconclusive"}
    assert set(found) >= {"once" if "effects" in select else "latest", "all-sent"}
    judged = verdict(report, "once" if "effects" in select else "latest").because
    assert "its worker was lost, and what it sent last is not known" in judged
    assert report.exit_code == 4


def test_nor_is_anything_of_a_part_of_which_a_lost_worker_of_another_machine_told_nothing(tmp_path: Path) -> None:
    report = told(tmp_path, **(ELSEWHERE | {"gone": frozenset({1}), "cut": frozenset()}))
    assert results(report) == {"all-sent": "inconclusive"}


@pytest.mark.parametrize("step", ["malformed", "unauthorized"])
def test_nor_is_that_what_was_wrong_is_there_when_a_right_one_may_have_come_later(tmp_path: Path, step: str) -> None:
    model = _Lenient(what=step, says=False, keeps=True)
    report = told(tmp_path, model, **(ELSEWHERE | {"own": 0, "cut": frozenset({0, 1})}))
    assert verdict(report, "refuses").result == "inconclusive"
    assert "its worker was lost" in verdict(report, "refuses").because
    assert ledger(report) == {}


def test_what_it_acknowledged_and_is_not_there_is_lost_all_the_same(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets(), **(ELSEWHERE | {"own": 0, "cut": frozenset({0, 1})}))
    assert results(report)["kept"] == "failed"
    assert list(ledger(report)) == ["lost"]
    assert "is not there" in verdict(report, "kept").because


def test_so_are_ends_that_it_acknowledged_and_that_were_not_acted_on(tmp_path: Path) -> None:
    model = _Forgets(ends=True)
    report = told(tmp_path, model, **(ELSEWHERE | {"own": 0, "cut": frozenset({0, 1}), "seconds": 12.0}))
    assert results(report)["kept"] == "failed"
    assert "shows effects 0 where it acknowledged 1 end" in verdict(report, "kept").because


def test_what_workers_of_another_machine_told_to_the_end_is_judged(tmp_path: Path) -> None:
    report = told(tmp_path, _CountsCopies(), **(ELSEWHERE | {"cut": frozenset()}))
    assert results(report) == {"once": "failed"}


def test_so_is_what_was_told_by_a_worker_of_this_machine_that_was_killed(tmp_path: Path) -> None:
    report = told(tmp_path, _CountsCopies(), **(MIXED | {"workers": 2, "own": 2, "cut": frozenset({0, 1})}))
    assert results(report)["once"] == "failed"
    assert "shows effects 2 where 1 end was sent" in verdict(report, "once").because


def test_the_verdict_and_the_share_give_the_one_reason_that_was_seen_of_a_lost_worker(tmp_path: Path) -> None:
    report = told(tmp_path, workers=3, cut=frozenset({0, 2}), lost=[Lost(0, "was killed by SIGKILL after 3s")])
    assert report.load is not None
    killed, whole, cut = (one.lost for one in report.load.shares)
    assert (killed, whole, cut) == ("was killed by SIGKILL after 3s", "", "its journal has no end")
    because = verdict(report, "all-sent").because
    assert "worker 0: was killed by SIGKILL after 3s; worker 2: its journal has no end" in because


def test_a_worker_that_had_sent_all_when_it_ended_is_not_lost(tmp_path: Path) -> None:
    report = told(tmp_path, lost=[Lost(0, "ended with code 1 after 9s")])
    assert report.load is not None
    assert [one.lost for one in report.load.shares] == [""]
    assert results(report) == {}


def test_that_the_one_which_holds_them_together_was_lost_is_a_note(tmp_path: Path) -> None:
    report = told(tmp_path, lost=[Lost(None, "was killed by SIGKILL after 1s")])
    assert report.plays[0].note == "the process that holds the workers together was killed by SIGKILL after 1s"


def test_what_was_not_sent_since_the_one_that_holds_them_together_was_lost_has_that_reason(tmp_path: Path) -> None:
    lost = [Lost(None, "was killed by SIGKILL after 3s"), Lost(1, "gave no sign of life for 20s, and was ended")]
    report = told(tmp_path, workers=3, cut=frozenset({0, 1}), lost=lost)
    assert report.load is not None
    why = "was ended, as the process that holds the workers together was killed by SIGKILL after 3s"
    assert [one.lost for one in report.load.shares] == [why, lost[1].why, ""]
    assert f"lost on the way: worker 0: {why}; worker 1: {lost[1].why})" in verdict(report, "all-sent").because


def test_a_sender_that_is_late_itself_gives_no_verdict(tmp_path: Path) -> None:
    report = told(tmp_path, late=0.3, limits=["ack_p99<200ms"])
    assert results(report) == {"sender": "inconclusive", "threshold/ack_p99": "inconclusive"}
    assert "but the sender itself was 300ms late in 1 of 100, so" in verdict(report, "threshold/ack_p99").because
    assert report.exit_code == 4


@pytest.mark.parametrize(("took", "result"), [(0.09, "inconclusive"), (0.12, "failed")])
def test_of_users_an_answer_late_by_no_more_than_the_sender_reads_late_is_no_failure(
    tmp_path: Path, took: float, result: str
) -> None:
    report = told(tmp_path, Model(took=took), closed=True, late=0.06, limits=["ack_p50<50ms"])
    assert results(report) == {"threshold/ack_p50": result}
    own = "but only 30ms is certain without what the sender itself was late"
    assert (own in verdict(report, "threshold/ack_p50").because) == (result == "inconclusive")


@pytest.mark.parametrize(
    ("figure", "took", "result"),
    [
        ("p99", 0.04, "inconclusive"),
        ("p99", 0.096, "failed"),
        ("max", 0.04, "inconclusive"),
        ("max", 0.154, "inconclusive"),
        ("max", 0.156, "failed"),
    ],
)
def test_nor_is_one_late_by_no_more_than_a_sender_that_began_late_and_may_have_read_late(
    tmp_path: Path, figure: str, took: float, result: str
) -> None:
    report = told(tmp_path, Model(took=took), late=0.06, limits=[f"ack_{figure}<95ms"])
    assert results(report) == {f"threshold/ack_{figure}": result}
    because = verdict(report, f"threshold/ack_{figure}").because
    assert ("is certain without what the sender itself was late" in because) == (result == "inconclusive")


def test_of_users_a_sender_that_is_too_late_takes_fewer_of_them(tmp_path: Path) -> None:
    report = told(tmp_path, closed=True, late=0.3)
    assert results(report) == {"sender": "inconclusive"}
    assert "their users being free, deliveries left at most 300" in verdict(report, "sender").because
    assert verdict(report, "sender").because.endswith("take more --workers, or fewer --users")


def test_waiting_for_a_connection_is_the_receivers_doing(tmp_path: Path) -> None:
    report = told(tmp_path, held=0.3, limits=["ack_p99<200ms"])
    assert results(report) == {"threshold/ack_p99": "failed"}
    assert report.load is not None
    assert report.load.held.p50 == pytest.approx(0.3, rel=0.01)
    assert report.load.ack.p50 == pytest.approx(0.31, rel=0.01)
    assert report.load.service.p50 == pytest.approx(0.01, rel=0.01)


def _every_ninth(delivery: Delivery) -> bool:
    return delivery.number % 9 == 0


def test_what_found_no_connection_leaves_the_rate_unproven(tmp_path: Path) -> None:
    report = told(tmp_path, drops=_every_ninth)
    assert results(report) == {"all-sent": "inconclusive"}
    because = verdict(report, "all-sent").because
    assert "dropped: no connection was free before the time was over; take more --connections, or less" in because
    assert report.load is not None
    assert report.load.dropped
    assert report.load.unsent == 0
    assert report.load.sent + report.load.dropped == report.load.planned
    assert report.exit_code == 4


@pytest.mark.parametrize(
    ("reason", "accepted"),
    [
        (GivenUp.NOT_PLAYED, "passed"),
        ("[::1]:9: too many open files: raise `ulimit -n`, or send fewer at once", "inconclusive"),
        (STOPPED_UNSENT, "inconclusive"),
    ],
)
def test_what_was_given_up_for_another_reason_says_that_one(tmp_path: Path, reason: str, accepted: str) -> None:
    report = told(tmp_path, drops=_every_ninth, reason=reason)
    because = verdict(report, "all-sent").because
    assert because.endswith(f" dropped: {reason}")
    assert "--connections" not in because
    assert verdict(report, "accepted").result == accepted


# Thresholds


def test_a_threshold_on_a_count_takes_the_place_of_its_being_none(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets(), limits=["lost<100"])
    assert results(report) == {}
    assert "report#10 (id " in verdict(report, "threshold/lost").because
    assert not [one for one in report.verdicts if one.check == "load/kept"]
    assert report.exit_code == 0


def test_and_fails_when_there_are_more(tmp_path: Path) -> None:
    report = told(tmp_path, _Forgets(), limits=["lost<=1"])
    assert results(report) == {"threshold/lost": "failed"}


def test_one_on_what_was_not_sent_allows_for_it(tmp_path: Path) -> None:
    assert told(tmp_path, drops=_every_ninth, limits=["unsent<1000"]).exit_code == 0


def test_one_on_drain_is_held_against_the_moment_everything_showed(tmp_path: Path) -> None:
    how: dict[str, Any] = {"seconds": 40.0, "rate": 10.0, "window": 2.0}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert results(told(tmp_path / "a", Model(lag=20.0), limits=["drain<15s"], **how)) == {"threshold/drain": "failed"}
    assert results(told(tmp_path / "b", Model(lag=20.0), limits=["drain<25s"], **how)) == {}


def test_what_never_showed_did_not_drain(tmp_path: Path) -> None:
    assert results(told(tmp_path, _Forgets(), limits=["drain<1s"]))["threshold/drain"] == "failed"


def test_what_could_not_be_read_may_have_drained(tmp_path: Path) -> None:
    report = told(tmp_path, _ProbeBreaks(), limits=["drain<1s"])
    assert verdict(report, "threshold/drain").result == "inconclusive"
    assert "could not be judged" in verdict(report, "threshold/drain").because


@pytest.mark.parametrize("limit", ["1s", "1h"])
def test_so_may_what_nobody_can_tell_the_meaning_of(tmp_path: Path, limit: str) -> None:
    report = told(tmp_path, _OtherWords(), limits=[f"drain<{limit}"])
    assert verdict(report, "threshold/drain").result == "inconclusive"
    assert "does not explain under `words`" in verdict(report, "threshold/drain").because


def test_what_was_there_before_did_not_drain(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, limits=["drain<1h"])
    one.send()
    writer = JournalWriter(tmp_path / FOLLOWED, {}, str)
    first = next(iter(one.planned.share(0, 1)))
    known: dict[str, Any] = {"id": first.id, "export": first.export, "run": first.run, "values": {}}
    moments: dict[str, Any] = {"moment": "before", "asked": 0.0, "done": 0.0, "present": True}
    writer.observation(Observation(line=0, probe="export", **known, **moments))
    writer.flush()
    found = verdict(one.judged(), "threshold/drain")
    assert found.result == "inconclusive"
    assert "left from an earlier load" in found.because


def test_what_was_not_measured_keeps_to_no_threshold(tmp_path: Path) -> None:
    report = told(tmp_path, limits=["effect_p99<1s"])
    assert results(report) == {"threshold/effect_p99": "inconclusive"}


# Several at once


def test_each_partner_has_its_own_word_for_acknowledged(tmp_path: Path) -> None:
    class AnswersNothingToSay(Model):
        def take(self, delivery: Delivery, at: float) -> int | Outcome:
            answer = super().take(delivery, at)
            return 204 if answer == 200 and delivery.route.endpoint == "reachfive" else answer

    scenarios = ("clevertap/one-time-export", "reachfive/successful-export")
    assert results(told(tmp_path, AnswersNothingToSay(), scenarios=scenarios, rate=40.0)) == {}


def test_two_scenarios_of_one_partner_share_no_id(tmp_path: Path) -> None:
    scenarios = ("clevertap/one-time-export", "clevertap/four-hourly-day")
    one = Told(folder=tmp_path, scenarios=scenarios, rate=200.0)
    ids = [{delivery.id for delivery in load.share(0, 1)} for load in one.planned.loads]
    assert not ids[0] & ids[1]
    report = one.report()
    assert ledger(report) == {}
    assert report.exit_code == 0


def test_where_that_cannot_be_nothing_is_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.load.orders._STEP", 0)
    one = Told(folder=tmp_path, scenarios=("clevertap/one-time-export", "clevertap/four-hourly-day"))
    with pytest.raises(UsageError, match="would speak of exports of another scenario"):
        _ = one.planned
    assert Told(folder=tmp_path, scenarios=("clevertap/one-time-export", "reachfive/successful-export")).planned


def test_a_sample_says_that_it_is_one(tmp_path: Path) -> None:
    report = told(tmp_path, sample=10)
    assert results(report) == {}
    assert "(a sample: 10 of " in verdict(report, "kept").because
    assert report.load is not None
    assert report.load.ledger.checked <= 10 < report.load.ledger.known
    assert report.load.ledger.unread == 0
