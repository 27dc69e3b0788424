"""Random schedules after the rules are one more rule in the report: failed, passed or in doubt, partner by partner."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.authoring import receiver_at
from simulator.cli import beyond_rules
from simulator.cli.beyond_rules import beyond, explorable
from simulator.errors import NeverReached, UsageError
from simulator.exploring import INTERRUPTED, Explored, Found, Shrunk, Spent, Steady
from simulator.model import Lateness, Play, Report, Result, Verdict

RECEIVER = receiver_at("http://127.0.0.1:8000/hook")
KEPT = Verdict(check="auth/absent", result=Result.PASSED, because="")
SMALLER = Shrunk(
    text="scenario: Small\n", check="then/1-never", because="so", was="then/3-never", before=31,
    spent=Spent(1, 2, 3, 2), sure=True,
)  # fmt: skip
Pretend = Callable[[Any], list[str]]


def report(**more: Any) -> Report:
    play = Play(
        title="t", source="s", provider="clevertap", seed=7, start="", journal="", deliveries=1, attempts=1,
        lateness=Lateness(), verdicts=(KEPT,), reached=True, complete=True,
    )  # fmt: skip
    return Report(**{"version": "1", "started": "2026-01-05", "seed": 7, "plays": (play,), **more})


def options(**more: Any) -> dict[str, Any]:
    named = {"explore": 5, "partners": (), "quiet": True, "no_confirm": False, "allow_target": (), "patience": 0.0}
    named |= {"authorization": None, "headers": (), "cacert": None, "cert": None, "key": None, "insecure": False}
    return named | {"receiver_file": "receiver.yaml"} | more


def explored(*found: Found, inconclusive: tuple[Verdict, ...] = (), stopped: str = "", passed: int = 9) -> Explored:
    return Explored(
        seed=7, schedules=5, deliveries=60, passed=passed, found=found, inconclusive=inconclusive, stopped=stopped
    )


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pretend:
    """Takes what exploring comes to, in the place of exploring; gives the partners that were asked for."""
    monkeypatch.chdir(tmp_path)

    def take(made: Any) -> list[str]:
        asked: list[str] = []

        def play(_: Any, partner: str, **more: Any) -> Explored:
            asked.append(partner)
            assert (more["seed"], more["count"]) == (7, 5)
            if isinstance(made, Exception):
                raise made
            assert isinstance(made, Explored)
            return made

        monkeypatch.setattr(beyond_rules, "explore", play)
        return asked

    return take


def verdicts(whole: Report) -> list[tuple[str, str, str]]:
    return [(play.provider, play.verdicts[0].check, play.verdicts[0].result.value) for play in whole.plays[1:]]


def test_schedules_that_find_nothing_pass_for_each_partner(pretend: Pretend) -> None:
    pretend(explored())
    whole, judged = beyond(("clevertap", "reachfive"), RECEIVER, {}, report(), options())
    assert verdicts(whole) == [(one, "explore/schedules", "passed") for one in ("clevertap", "reachfive")]
    assert [one.play for one in judged] == list(whole.plays[1:])
    assert whole.exit_code == 0
    assert judged[0].verdict.because.startswith("5 schedules from seed 7, 60 deliveries: 9 promises kept")


def test_what_was_cut_down_fails_the_run_and_is_written(pretend: Pretend, tmp_path: Path) -> None:
    found = [Found(8, "text", "then/3-never", "so", SMALLER), Found(9, "text", "then/4-never", "so", None)]
    pretend(explored(*found))
    whole, judged = beyond(("clevertap",), RECEIVER, {}, report(), options(patience=3.0))
    assert whole.exit_code == 1
    verdict = judged[0].verdict
    run = "partnersim run schedule-8-shrunk.yaml --receiver receiver.yaml --patience 3"
    said = (
        f"schedule of seed 8: then/1-never: so (schedule-8-shrunk.yaml: 2 of 31 deliveries are left: {run}); "
        "schedule of seed 9 failed like one before it: then/4-never: so "
        "(partnersim explore --partner clevertap --seed 9 --count 1 --receiver receiver.yaml --patience 3)"
    )
    assert (verdict.result, verdict.because) == (Result.FAILED, said)
    assert verdict.reproduce == "partnersim run schedule-8-shrunk.yaml --receiver receiver.yaml --patience 3"
    assert [file.name for file in tmp_path.iterdir()] == ["schedule-8-shrunk.yaml"]


def test_of_one_that_failed_the_command_stands_in_its_own_place(pretend: Pretend) -> None:
    pretend(explored(Found(8, "text", "then/3-never", "so", SMALLER)))
    _, (judged,) = beyond(("clevertap",), RECEIVER, {}, report(), options())
    assert judged.verdict.because == (
        "schedule of seed 8: then/1-never: so (schedule-8-shrunk.yaml: 2 of 31 deliveries are left)"
    )
    assert judged.verdict.reproduce == "partnersim run schedule-8-shrunk.yaml --receiver receiver.yaml"


def test_of_many_that_failed_a_few_are_named_those_that_were_cut_down_first(pretend: Pretend) -> None:
    like = [Found(seed, "text", "then/3-never", "so", None) for seed in range(10, 17)]
    pretend(explored(*like, Found(20, "text", "then/3-never", "so", SMALLER)))
    _, (judged,) = beyond(("clevertap",), RECEIVER, {}, report(), options())
    because = judged.verdict.because
    assert because.startswith("schedule of seed 20: then/1-never")
    assert [f"--seed {seed} " in because for seed in range(10, 17)] == [True] * 4 + [False] * 3
    assert because.endswith("; and 3 more")
    assert judged.verdict.reproduce.startswith("partnersim run schedule-20-shrunk.yaml ")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            explored(Found(8, "", "then/3-never", "so", Steady(plays=2, fails=2, failed={}))),
            "of seed 8 failed and did not",
        ),
        (explored(inconclusive=(Verdict(check="c", result=Result.INCONCLUSIVE, because="no probe"),)), "c: no probe"),
        (explored(stopped="60 s were allowed"), "it ended early: 60 s were allowed"),
        (explored(passed=0), "0 promises kept"),
        (NeverReached("it went away"), "it went away"),
    ],
)
def test_what_is_in_doubt_is_no_pass(made: Any, said: str, pretend: Pretend) -> None:
    pretend(made)
    whole, judged = beyond(("clevertap",), RECEIVER, {}, report(), options())
    assert whole.exit_code == 4
    assert (judged[0].verdict.result, said in judged[0].verdict.because) == (Result.INCONCLUSIVE, True)


def test_an_interrupt_ends_it_and_the_rules_stay_told(pretend: Pretend) -> None:
    asked = pretend(explored(stopped=INTERRUPTED))
    whole, judged = beyond(("clevertap", "reachfive"), RECEIVER, {}, report(), options())
    assert (asked, whole.exit_code, len(judged), whole.plays[0].verdicts) == (["clevertap"], 130, 1, (KEPT,))


def test_nothing_is_played_after_a_run_that_was_interrupted_or_reached_nobody(pretend: Pretend) -> None:
    asked = pretend(explored())
    away = Play(
        title="t", source="s", provider="clevertap", seed=7, start="", journal="", deliveries=1, attempts=1,
        lateness=Lateness(), verdicts=(), reached=False, complete=True,
    )  # fmt: skip
    for before in (report(interrupted=143), report(plays=(away,))):
        assert beyond(("clevertap",), RECEIVER, {}, before, options()) == (before, ())
    assert asked == []


def test_the_partners_are_those_that_the_receiver_takes_and_that_were_asked_for() -> None:
    assert explorable(RECEIVER, options()) == ("clevertap", "reachfive")
    assert explorable(RECEIVER, options(partners=("reachfive",))) == ("reachfive",)
    assert explorable(RECEIVER, options(explore=None)) == ()
    with pytest.raises(UsageError, match="no random schedules of mailchimp"):
        explorable(RECEIVER, options(partners=("mailchimp",)))
