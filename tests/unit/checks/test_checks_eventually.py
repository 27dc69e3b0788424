"""`eventually`: what the receiver comes to show."""

from pathlib import Path
from typing import Any

import pytest

from simulator.check import Case
from simulator.checks import watches
from simulator.model import Observation, Outcome, Result
from simulator.scenario import Body, Claim, Export, Scenario, Step
from tests.unit.checks.told_run import Told


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(folder=tmp_path)


def eventually(
    of: str = "nightly", *, run: int | None = None, window: float = 2.0, probe: str = "export", **wants: Any
) -> Claim:
    wants = wants or {"status": "Completed"}
    return Claim(kind="eventually", number=1, of=of, run=run, wants=wants, window=window, probe=probe)


def test_shown_at_the_end_passes_with_how_long_it_took(told: Told) -> None:
    told.send("completed", 1.0, took=0.1)
    told.see(1.1, present=False)
    told.see(1.3, status="Completed")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.PASSED
    assert verdict.check == "then/1-eventually"
    assert verdict.because == "nightly (id 77) showed status Completed 201ms after the last answer"
    assert verdict.sentence == "nightly shows status Completed within 2s"


def test_shown_before_the_last_answer_is_told_so(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0)
    told.see(1.9, "after", status="Completed")
    told.see(3.0, status="Completed")
    assert "by the time of the last answer" in told.verdict(eventually()).because


def test_never_shown_in_the_whole_window_fails_with_what_was_seen(told: Told) -> None:
    told.send("completed", 1.0, took=0.0)
    told.watch(1.0, 3.0, status="Initiated")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.FAILED
    assert verdict.because == (
        'nightly (id 77) still showed status "Initiated" 2.001s after its last answer (window 2s), not status Completed'
    )
    assert len(verdict.evidence) == 2


def test_an_export_that_is_not_there_fails(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, present=False)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.FAILED
    assert "still showed no such export" in verdict.because


def test_a_value_that_others_show_and_this_one_does_not_fails(told: Told) -> None:
    told.send("completed", 1.0)
    told.send("completed", 1.0, export="other", id="88")
    told.see(1.05, "after", export="other", id="88", status="Completed")
    told.watch(1.1, 3.1, effects=1)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.FAILED
    assert "no status" in verdict.because


def test_a_value_that_nobody_ever_showed_is_a_matter_of_the_select(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, effects=1)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "look at its `select`" in verdict.because


def test_a_word_that_nobody_explained_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, status="done")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "`words`" in verdict.because


def test_a_window_not_watched_to_its_end_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.0, status="Initiated")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "not for 2s" in verdict.because


def test_what_is_shown_for_a_while_and_not_at_the_end_fails(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    told.watch(1.4, 3.1, status="Initiated")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.FAILED
    assert "it had shown it for a while" in verdict.because


def test_what_flaps_and_holds_at_the_end_passes_and_is_told(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    told.see(1.4, status="Initiated")
    told.see(1.8, status="Completed")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.PASSED
    assert 'then status "Initiated" for a while' in verdict.because


def test_a_reading_asked_before_the_last_answer_does_not_count(told: Told) -> None:
    told.send("initiated", 1.0)
    told.see(1.1, "after", status="Completed")
    told.send("completed", 2.0, took=0.5)
    told.watch(2.5, 4.5, status="Initiated")
    assert told.verdict(eventually()).result is Result.FAILED


def test_without_any_reading_after_the_last_answer_it_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0, took=1.0)
    told.see(1.5, "after", status="Completed")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "no reading of nightly (id 77) worked" in verdict.because


def test_a_probe_that_broke_is_inconclusive_with_its_reason(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, present=None, detail="refused")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert verdict.because.endswith(": refused")


def test_one_broken_reading_among_others_does_not_matter(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, present=None)
    told.see(1.3, status="Completed")
    told.see(1.5, present=None)
    assert told.verdict(eventually()).result is Result.PASSED


def test_a_window_whose_end_no_reading_saw_for_the_probe_broke_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0)
    told.watch(1.1, 1.6, status="Initiated")
    told.watch(1.8, 3.1, present=None)
    assert told.verdict(eventually()).result is Result.INCONCLUSIVE


def test_a_delivery_in_doubt_leaves_no_reading_after_it(told: Told) -> None:
    told.send("initiated", 1.0)
    told.send("completed", 2.0, took=None)
    told.watch(2.1, 5.0, status="Initiated")
    assert told.verdict(eventually()).result is Result.INCONCLUSIVE


def test_an_export_the_receiver_knew_before_is_inconclusive(told: Told) -> None:
    told.see(0.5, "before", status="Completed")
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "state left from an earlier run" in verdict.because
    assert "Play with another seed, or empty the receiver first" in verdict.because


@pytest.mark.parametrize(
    "written",
    [
        {"exports": (Export(name="nightly", id=77),)},
        {"exports": (Export(name="nightly", id="77"),)},
        {"steps": (Step(name="own", event="completed", export="nightly", set={"Export Request Id": 77}),)},
        {"steps": (Step(name="own", event="completed", export="nightly", body=Body(b'{"id": 77}')),)},
    ],
)
def test_where_the_author_fixed_the_id_another_seed_is_not_offered(tmp_path: Path, written: dict[str, Any]) -> None:
    told = Told(folder=tmp_path, **written)
    told.see(0.5, "before", status="Completed")
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    because = told.verdict(eventually()).because
    assert "state left from an earlier run. The scenario fixes this id, so that another seed brings it again" in because
    assert "empty the receiver first, or start it with fresh state" in because
    assert "Play with another seed" not in because


def test_an_id_that_the_author_gave_to_another_export_fixes_nothing(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, exports=(Export(name="nightly"), Export(name="other", id=78)))
    told.see(0.5, "before", status="Completed")
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    assert "Play with another seed" in told.verdict(eventually()).because


def test_a_reading_before_that_overlapped_with_the_first_delivery_is_no_left_over(told: Told) -> None:
    told.see(0.9, "before", took=0.2, status="Completed")
    told.send("completed", 1.0)
    told.see(1.2, status="Completed")
    assert told.verdict(eventually()).result is Result.PASSED


def test_a_reading_before_that_shows_nothing_is_no_left_over(told: Told) -> None:
    told.see(0.5, "before", present=False)
    told.send("completed", 1.0)
    told.see(1.2, status="Completed")
    assert told.verdict(eventually()).result is Result.PASSED


# What is needed before anything can be said


def test_without_a_probe_it_is_inconclusive_and_says_what_to_declare(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select=None)
    told.send("completed", 1.0)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "has no probe 'export': declare it under `probes` of a receiver file" in verdict.because


def test_a_select_name_not_offered_is_inconclusive_and_named(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    verdict = told.verdict(eventually(total_failed=1))
    assert verdict.result is Result.INCONCLUSIVE
    assert "does not show total_failed" in verdict.because


def test_readings_of_another_probe_do_not_count(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed", probe="other")
    assert told.verdict(eventually()).result is Result.INCONCLUSIVE


def test_a_receiver_never_reached_is_inconclusive(told: Told) -> None:
    told.send("completed", 1.0, answer=Outcome.REFUSED)
    told.watch(1.1, 3.2, present=False)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "never reached" in verdict.because


def test_nothing_sent_is_inconclusive(told: Told) -> None:
    assert told.verdict(eventually()).result is Result.INCONCLUSIVE


def test_of_what_was_never_acknowledged_nothing_is_said(told: Told) -> None:
    told.send("completed", 1.0, answer=500)
    told.watch(1.1, 3.2, present=False)
    verdict = told.verdict(eventually())
    assert verdict.result is Result.INCONCLUSIVE
    assert "nothing of nightly was acknowledged" in verdict.because


def test_one_delivery_acknowledged_is_enough_to_ask(told: Told) -> None:
    told.send("initiated", 1.0, answer=500)
    told.send("completed", 2.0)
    told.see(2.1, status="Completed")
    assert told.verdict(eventually()).result is Result.PASSED


def test_a_test_body_is_no_export(told: Told) -> None:
    told.send("test", 1.0, id="1234", export="", step="check", run=0)
    told.send("completed", 2.0)
    told.watch(2.1, 4.2, present=False, id="1234", export="")
    told.see(2.3, status="Completed")
    assert told.verdict(eventually("")).result is Result.PASSED


def test_a_run_cut_short_neither_passes_nor_fails(tmp_path: Path) -> None:
    for status in ("Completed", "Initiated"):
        told = Told(folder=tmp_path, complete=False)
        told.send("completed", 1.0)
        told.watch(1.1, 3.2, status=status)
        assert told.verdict(eventually()).result is Result.INCONCLUSIVE


# Several exports and runs


def test_every_export_of_many_has_to_show_it(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, exports=(Export(name="fleet", count=3),))
    for number in ("1", "2", "3"):
        told.send("completed", 1.0, export=f"fleet-{number}", id=number)
        told.watch(1.1, 3.1, export=f"fleet-{number}", id=number, status="Initiated" if number == "2" else "Completed")
    verdict = told.verdict(eventually("fleet"))
    assert verdict.result is Result.FAILED
    assert verdict.because.startswith("1 of 3 exports fell short; fleet-2 (id 2) still showed")


def test_another_export_is_not_spoken_of(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    told.send("completed", 1.0, export="other", id="78")
    told.watch(1.1, 3.1, id="78", export="other", status="Initiated")
    assert told.verdict(eventually("nightly")).result is Result.PASSED
    assert told.verdict(eventually("")).result is Result.FAILED


def test_all_that_passed_are_counted_and_the_slowest_is_told(told: Told) -> None:
    for id_, seen in (("1", 1.2), ("2", 1.9), ("3", 1.4)):
        told.send("completed", 1.0, took=0.0, id=id_)
        told.see(seen, id=id_, status="Completed", took=0.0)
    verdict = told.verdict(eventually())
    assert "all 3 exports; the slowest: nightly (id 2) showed status Completed 900ms" in verdict.because


def test_a_run_with_an_id_of_its_own_is_asked_alone(told: Told) -> None:
    told.send("completed", 1.0, run=1, id="1")
    told.send("completed", 2.0, run=2, id="2")
    told.watch(2.1, 4.1, id="1", status="Completed")
    told.watch(2.1, 4.1, id="2", status="Initiated")
    assert told.verdict(eventually(run=1)).result is Result.PASSED
    assert told.verdict(eventually(run=2)).result is Result.FAILED


def shared(told: Told, *, between: str | None, last: str) -> None:
    """Two runs of one id: what is shown between them, and at the end."""
    told.send("initiated", 1.0, at=0.0)
    told.send("completed", 2.0, at=560.0)
    if between:
        told.see(2.1, "after", status=between)
    told.send("initiated", 3.0, at=14400.0, run=2)
    told.see(3.1, "after", status="Initiated")
    told.send("completed", 4.0, at=14960.0, run=2)
    told.watch(4.1, 6.1, status=last)


def test_the_first_of_two_runs_of_one_id_is_told_by_a_reading_between_them(told: Told) -> None:
    shared(told, between="Completed", last="Completed")
    assert told.verdict(eventually(run=1)).result is Result.PASSED


def test_the_first_of_two_runs_of_one_id_not_yet_done_between_them_is_inconclusive(told: Told) -> None:
    shared(told, between="Initiated", last="Completed")
    verdict = told.verdict(eventually(run=1))
    assert verdict.result is Result.INCONCLUSIVE
    assert "too soon to tell" in verdict.because


def test_the_first_of_two_runs_of_one_id_without_a_reading_between_them_is_inconclusive(told: Told) -> None:
    shared(told, between=None, last="Completed")
    verdict = told.verdict(eventually(run=1))
    assert verdict.result is Result.INCONCLUSIVE
    assert "lies between its runs" in verdict.because


def test_the_last_of_two_runs_of_one_id_is_told_when_it_was_seen_to_begin(told: Told) -> None:
    shared(told, between="Completed", last="Completed")
    assert told.verdict(eventually(run=2)).result is Result.PASSED


def test_the_last_of_two_runs_of_one_id_that_stays_begun_fails(told: Told) -> None:
    shared(told, between="Completed", last="Initiated")
    assert told.verdict(eventually(run=2)).result is Result.FAILED


def test_what_may_come_from_the_first_run_does_not_speak_for_the_second(told: Told) -> None:
    told.send("completed", 2.0, at=560.0)
    told.send("completed", 4.0, at=14960.0, run=2)
    told.see(4.1, status="Completed")
    verdict = told.verdict(eventually(run=2))
    assert verdict.result is Result.INCONCLUSIVE
    assert "may come from another run of the same id" in verdict.because


def test_other_values_of_runs_that_share_an_id_cannot_be_told_apart(told: Told) -> None:
    shared(told, between="Completed", last="Completed")
    told.watch(6.2, 6.5, status="Completed", effects=1)
    assert told.verdict(eventually(run=2, effects=1)).result is Result.INCONCLUSIVE


# Values


@pytest.mark.parametrize("status", ["completed", "COMPLETED", "done", "Finished"])
def test_the_receivers_own_words_mean_the_partners(tmp_path: Path, status: str) -> None:
    told = Told(folder=tmp_path, words={"Completed": ["Done", "finished"]})
    told.send("completed", 1.0)
    told.see(1.1, status=status)
    assert told.verdict(eventually()).result is Result.PASSED


def test_a_time_in_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"at": "$.at"})
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, at="2023-07-25T11:20:52Z")
    assert told.verdict(eventually(at="2023-07-25T16:50:52+05:30")).result is Result.PASSED
    assert told.verdict(eventually(at="2023-07-25T16:50:53+05:30")).result is Result.FAILED


def test_a_time_without_a_zone_cannot_be_compared(tmp_path: Path) -> None:
    told = Told(folder=tmp_path, select={"at": "$.at"})
    told.send("completed", 1.0)
    told.watch(1.1, 3.1, at="2023-07-25T16:50:52")
    verdict = told.verdict(eventually(at="2023-07-25T16:50:52+05:30"))
    assert verdict.result is Result.INCONCLUSIVE
    assert "without its zone" in verdict.because


# Absence


def absent(of: str = "forged") -> Claim:
    return Claim(kind="eventually", number=1, of=of, wants={"absent": True}, window=2.0)


def test_an_export_refused_and_not_there_passes_when_the_probe_is_known_to_work(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=401)
    told.watch(1.1, 3.1, id="78", export="forged", present=False)
    assert told.verdict(absent()).result is Result.PASSED


def test_absence_means_nothing_of_a_probe_that_showed_no_export_at_all(told: Told) -> None:
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=401)
    told.watch(1.1, 3.1, id="78", export="forged", present=False)
    verdict = told.verdict(absent())
    assert verdict.result is Result.INCONCLUSIVE
    assert "showed no export at all in this run" in verdict.because


def test_a_left_over_does_not_show_that_the_probe_works(told: Told) -> None:
    told.see(0.5, "before", status="Completed")
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=401)
    told.watch(1.1, 3.1, id="78", export="forged", present=False)
    assert told.verdict(absent()).result is Result.INCONCLUSIVE


def test_an_export_refused_and_there_all_the_same_fails(told: Told) -> None:
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=401)
    told.watch(1.1, 3.1, id="78", export="forged", status="Completed")
    verdict = told.verdict(absent())
    assert verdict.result is Result.FAILED
    assert "not no such export" in verdict.because


def test_absence_of_what_never_came_to_the_receiver_is_not_judged(told: Told) -> None:
    told.send("completed", 1.0)
    told.see(1.1, status="Completed")
    told.send("completed", 1.0, export="forged", id="78", credentials="wrong", answer=Outcome.SKIPPED)
    told.watch(1.1, 3.1, id="78", export="forged", present=False)
    assert told.verdict(absent()).result is Result.INCONCLUSIVE


@pytest.mark.parametrize(("there", "result"), [(True, Result.PASSED), (False, Result.FAILED)])
def test_that_an_export_is_there_is_judged_also_where_nobody_saw_an_answer(
    there: bool, result: Result, told: Told
) -> None:
    told.send("completed", 1.0, export="other", id="78")
    told.see(1.1, export="other", id="78", status="Completed")
    told.send("completed", 1.0, fault=True, hung_up=True, answer=Outcome.CLOSED)
    told.watch(1.1, 3.1, present=there)
    claim = Claim(kind="eventually", number=1, of="nightly", wants={"absent": False}, window=2.0)
    verdict = told.verdict(claim)
    assert verdict.result is result
    assert verdict.sentence == "nightly shows the export within 2s"


# What the runner is told to read


def readings(*statuses: str | None, id: str = "77") -> list[Observation]:  # noqa: A002 - as the journal calls it
    return [
        Observation(
            line=line,
            probe="export",
            export="nightly",
            run=1,
            id=id,
            moment="end",
            asked=line,
            done=line,
            present=None if status is None else True,
            values={"status": status, "effects": 1},
        )
        for line, status in enumerate(statuses, start=1)
    ]


def settled(case: Case, claim: Claim, seen: list[Observation]) -> bool:
    (watch,) = watches(Scenario(title="", provider="clevertap", source="", text="", claims=(claim,)))
    assert watch.settled is not None
    return watch.settled(case, seen)


def test_readings_may_end_when_the_last_one_shows_it(told: Told) -> None:
    case = told.case()
    assert settled(case, eventually(), readings("Initiated", "Completed"))
    assert not settled(case, eventually(), readings("Completed", "Initiated"))
    assert settled(case, eventually(), readings("Completed", None))
    assert not settled(case, eventually(), readings(None))
    assert not settled(case, eventually(), [])
    assert not settled(case, eventually(), [*readings("Completed"), *readings("Initiated", id="78")])
    assert not settled(case, eventually(probe="other"), readings("Completed"))


def test_absence_is_watched_for_the_whole_window() -> None:
    claim = Claim(kind="eventually", number=1, of="nightly", wants={"absent": True}, window=3.0)
    (watch,) = watches(Scenario(title="", provider="clevertap", source="", text="", claims=(claim,)))
    assert watch.settled is None
    assert watch.window == 3.0


@pytest.mark.parametrize("wants", [{"effects": 1}, {"status": "Completed", "effects": 1}])
def test_what_may_still_grow_must_have_stood_for_a_second(told: Told, wants: dict[str, Any]) -> None:
    claim = Claim(kind="eventually", number=1, of="nightly", wants=wants, window=30.0)
    case = told.case()

    def seen(*effects: tuple[float, int]) -> list[Observation]:
        return [
            Observation(
                line=1, probe="export", export="nightly", run=1, id="77", moment="end", asked=t, done=t + 0.01,
                present=True, values={"status": "Completed", "effects": number},
            )
            for t, number in effects
        ]  # fmt: skip

    assert not settled(case, claim, seen((1.0, 1), (1.5, 1)))
    assert settled(case, claim, seen((1.0, 1), (1.5, 1), (2.0, 1)))
    assert not settled(case, claim, seen((1.0, 1), (1.5, 2), (2.2, 1)))
    assert not settled(case, claim, seen((1.0, 1), (2.5, 2)))


def test_for_absence_every_export_is_read() -> None:
    scenario = Scenario(title="", provider="", source="", text="", claims=(absent(), eventually(run=2)))
    first, second = watches(scenario)
    assert (first.of, first.run) == ("", None)
    assert (second.of, second.run, second.probe) == ("nightly", 2, "export")
