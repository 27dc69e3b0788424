"""The benches: medians beside what is wanted, in one table; what cannot be measured is named."""

import gc
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

from loadtests.bench import (
    consoles,
    lateness,
    null_receiver,
    senders,
    senders_tls,
    spending,
    stalls,
    starting,
    validation,
    whole_run,
)
from loadtests.bench.figures import HEADING, Asked, Figure, as_line, as_markdown
from loadtests.bench.null_receiver import Nothing
from tests.ports import free_port


def figure(*runs: float, unit: str = "×", **more: Any) -> Figure:
    return Figure(what="one, to another", runs=runs, unit=unit, **more)


@pytest.mark.parametrize(
    ("runs", "bounds", "reached"),
    [
        ((1.0, 9.0, 5.0), {"at_least": 5.0}, True),  # the median, not the mean, the last or the best
        ((1.0, 9.0, 4.9), {"at_least": 5.0}, False),
        ((1.0, 9.0, 5.0), {"at_most": 5.0}, True),
        ((1.0, 9.0, 5.1), {"at_most": 5.0}, False),
        ((0.0, 0.0), {"at_most": 0.0}, True),
        ((7.0,), {}, None),
        ((), {"at_least": 5.0}, None),
    ],
)
def test_the_median_decides_whether_a_figure_is_reached(
    runs: tuple[float, ...], bounds: dict[str, Any], reached: bool | None
) -> None:
    assert figure(*runs, **bounds).reached is reached


def test_what_is_seen_is_the_median_with_the_lowest_and_the_highest() -> None:
    assert figure(0.253, 0.201, 0.24).seen == "0.24 × (0.20 – 0.25)"
    assert figure(138_000.4, unit="a CPU second").seen == "138,000 a CPU second"
    assert figure(0.026, unit="%", at_most=0.1).seen == "2.60 %"
    assert figure(0.026, unit="%", at_most=0.1).wanted == "≤ 10 %"
    assert figure(3.0, unit="× python -c pass", at_most=5.0).wanted == "≤ 5 ×"


def test_what_could_not_be_measured_is_neither_reached_nor_missed() -> None:
    absent = figure(at_least=1.3, note="hey is not installed")
    assert (absent.seen, absent.wanted, absent.answer) == ("not measured: hey is not installed", "≥ 1.3 ×", "–")


def test_the_columns_of_the_terminal_stand_below_each_other() -> None:
    line = as_line(figure(5.0, at_least=8.0))
    assert line.index("5 ×") == HEADING.index("seen")
    assert line.index("≥ 8 ×") == HEADING.index("wanted")
    assert line.index("NO") == HEADING.index("reached")


def test_the_page_is_a_table_of_all_benches_and_says_on_what_they_ran() -> None:
    page = as_markdown([("sending", [figure(9.0, at_least=8.0)]), ("a|b", [])], ["a processor", "CPython"], runs=3)
    assert "the median of 3 runs" in page
    assert "\n- a processor\n- CPython\n" in page
    assert "\n| sending | one, to another | 9 × | ≥ 8 × | yes |\n" in page
    assert "one run, which says little" in as_markdown([], [], runs=1)


@pytest.mark.parametrize("words", [["nonsense"], ["--runs", "0"], ["--seconds", "x"]])
def test_what_cannot_be_measured_is_said_before_anything_is(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.bench", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode > 0
    assert words[-1] in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("bench", [consoles, lateness, senders, senders_tls, validation, whole_run])
def test_without_its_receiver_a_bench_names_what_is_missing(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(null_receiver, "program", lambda _: None)
    seen = {one.seen for one in bench.figures(Asked(runs=1, seconds=0.1))}
    assert seen == {"not measured: nginx is not installed"}


def test_a_sender_that_is_not_installed_is_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "program", lambda _: None)
    there, absent = (senders.Sender(lambda *_: [], float, needs) for needs in ("", "hey"))
    monkeypatch.setattr(senders, "_once", lambda *_: 5.0)
    ratios = [senders.Against("ours", "hey", 1.3), senders.Against("ours", "ours")]
    told = senders.side_by_side({"ours": there, "hey": absent}, ratios, Nothing("http://127.0.0.1/"), Asked(runs=2))
    assert [(one.what, one.seen) for one in told] == [
        ("ours", "5 a CPU second"),
        ("hey", "not measured: hey is not installed"),
        ("ours, to hey", "not measured: hey is not installed"),
        ("ours, to ours", "1 ×"),
    ]


def test_a_ratio_is_taken_within_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = iter([10.0, 1.0, 60.0, 2.0, 30.0, 30.0])  # the machine is slower in one round than in another
    monkeypatch.setattr(senders, "_once", lambda *_: next(rates))
    both = {name: senders.Sender(lambda *_: [], float) for name in ("ours", "theirs")}
    told = senders.side_by_side(both, [senders.Against("ours", "theirs")], Nothing("http://127.0.0.1/"), Asked(runs=3))
    assert [*told][-1].runs == (10.0, 30.0, 1.0)


def test_a_start_is_measured_with_its_modules_compiled_whatever_this_process_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[list[str], bool]] = []

    def spent(command: list[str], env: dict[str, str]) -> tuple[str, float]:
        told.append((command[1:], {"PYTHONDONTWRITEBYTECODE", "KEPT"} & set(env) == {"KEPT"}))
        return "", 1.0

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KEPT", "1")
    monkeypatch.setattr(starting, "spent_by", spent)
    assert [one.runs for one in starting.figures(Asked(runs=1))] == [(1.0,)] * 3
    version = ["-m", "simulator", "--version"]
    assert told[:3] == [(version, True), (version, True), (["-c", "pass"], True)]
    assert all(compiled for _, compiled in told)


def test_what_a_process_is_given_for_its_environment_is_all_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "1")
    ask = [sys.executable, "-c", "import os; print(*(name for name in ('OURS', 'GIVEN') if name in os.environ))"]
    assert spending.spent_by(ask)[0] == "OURS\n"
    assert spending.spent_by(ask, {"GIVEN": "1"})[0] == "GIVEN\n"


def test_a_loop_that_cannot_be_watched_says_why() -> None:
    def nowhere(_: object) -> None:
        raise LookupError("there is no loop")

    callbacks = list(gc.callbacks)
    with pytest.raises(LookupError, match="there is no loop"), stalls.watched(nowhere):
        pytest.fail("nothing was watched")
    assert gc.callbacks == callbacks


def test_a_receiver_that_runs_and_does_not_listen_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Runs:
        def poll(self) -> None:
            """It never ends."""

    monkeypatch.setattr(null_receiver, "_PATIENCE", 0.0)
    with pytest.raises(SystemExit, match="does not listen"):
        null_receiver._wait_for(free_port(), Runs())  # type: ignore[arg-type]  # all that is asked of a process
