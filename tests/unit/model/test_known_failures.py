"""What a report's exit code is, where a baseline knows some of the failures: the gravest thing is said."""

import pytest

from simulator.model import Known, Level, Report, Result, Verdict
from tests.making import made_play

PASSED, FAILED, UNCLEAR, NOT = Result.PASSED, Result.FAILED, Result.INCONCLUSIVE, Result.NOT_APPLICABLE
KNOWN, OVER = Known("later"), Known("later", "2026-01-01", expired=True)


def verdict(result: Result, known: Known | None = None, level: Level = "must") -> Verdict:
    return Verdict(check="a/b", result=result, because="", level=level, known=known)


def report(*verdicts: Verdict, complete: bool = True, reached: bool = True, interrupted: int = 0) -> Report:
    play = made_play(*verdicts, complete=complete, reached=reached)
    return Report(version="", started="", seed=1, plays=(play,), interrupted=interrupted)


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([verdict(FAILED)], 1),
        ([verdict(FAILED, KNOWN)], 0),
        ([verdict(FAILED, KNOWN), verdict(PASSED)], 0),
        ([verdict(FAILED, KNOWN), verdict(FAILED)], 1),
        ([verdict(FAILED, OVER), verdict(PASSED)], 1),
        ([verdict(PASSED, KNOWN)], 5),
        ([verdict(PASSED, OVER)], 5),
        ([verdict(PASSED, KNOWN), verdict(FAILED)], 1),
        ([verdict(PASSED, KNOWN), verdict(UNCLEAR)], 4),
        ([verdict(PASSED, KNOWN), verdict(FAILED, KNOWN)], 5),
        ([verdict(PASSED, KNOWN, "should"), verdict(PASSED)], 5),
        ([verdict(FAILED, KNOWN, "should"), verdict(PASSED)], 0),
        ([verdict(NOT)], 4),
    ],
)
def test_only_what_is_not_known_fails_and_what_passes_against_it_is_told_last(
    verdicts: list[Verdict], code: int
) -> None:
    assert report(*verdicts).exit_code == code


@pytest.mark.parametrize(
    ("circumstances", "code"),
    [({"complete": False}, 4), ({"reached": False}, 3), ({"interrupted": 130}, 130)],
)
def test_what_is_graver_than_a_baseline_out_of_date_hides_it(circumstances: dict[str, int], code: int) -> None:
    assert report(verdict(PASSED, KNOWN), **circumstances).exit_code == code  # type: ignore[arg-type]  # by their names they fit


def test_only_0_is_passed_and_only_1_is_failed() -> None:
    assert report(verdict(FAILED, KNOWN)).outcome is PASSED
    assert report(verdict(FAILED, OVER)).outcome is FAILED
    assert report(verdict(PASSED, KNOWN)).outcome is UNCLEAR
