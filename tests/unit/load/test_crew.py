"""Processes that send: what is said of those that cannot be started, and of those that were lost."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.clock import JumpClock, RealClock
from simulator.errors import PartnersimError, StorageError
from simulator.load import crew
from simulator.load.crew import Crew, Lost, Process, Running
from simulator.load.silence import sign_of
from simulator.load.variables import ALIVE, WORKER
from simulator.runner.event_loop import run_on_a_loop


def test_a_program_that_cannot_be_started_is_named_and_its_log_is_not_blamed(tmp_path: Path) -> None:
    nothing = str(tmp_path / "no-such-program")
    with pytest.raises(PartnersimError, match=r"cannot start worker-000 \(.*\): No such file or directory") as raised:
        Crew(tmp_path, {}, RealClock()).start([Process((nothing,), 0)])
    assert not isinstance(raised.value, StorageError)
    assert nothing in str(raised.value)


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(StorageError, match=r"cannot write .*worker-000\.log"):
        Crew(gone, {}, RealClock()).start([Process(("true",), 0)])


@pytest.mark.parametrize(
    ("code", "words", "told"),
    [
        (-9, "gone", "was killed by SIGKILL after 2.5s"),
        (1, "no such file", "ended with code 1 after 2.5s: no such file"),
        (3, "", "ended with code 3 after 2.5s"),
    ],
)
def test_who_was_lost_is_told_with_the_reason(code: int, words: str, told: str) -> None:
    assert crew._why(code, 2.5, words) == told


class Held:
    """A process that the system does not let go, whatever it is told."""

    pid = 1

    def poll(self) -> None:
        """It runs."""


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Crew, Running]:
    """A crew of one such process; nobody is sent any signal."""
    monkeypatch.setattr(os, "killpg", lambda *_: None)
    child: Any = Held()
    one = Running(Process(("true",), 0), child, tmp_path / "log")
    made = Crew(tmp_path, {}, JumpClock())
    made._all.append(one)
    return made, one


def test_one_that_cannot_be_killed_holds_nobody_up_and_is_lost(held: tuple[Crew, Running]) -> None:
    run_on_a_loop(held[0].end())
    assert held[0].lost == [Lost(0, "was killed, and had not ended 5s later")]


def test_the_first_reason_of_one_that_was_lost_stands(held: tuple[Crew, Running]) -> None:
    made, one = held
    assert list(made.look()) == [one]
    made.give_up(one, "gave no sign of life")
    assert list(made.look()) == [], "nobody waits for it any more"
    made.give_up(one, "gave no sign of life, again")
    made.tell(Lost(0, "had to be ended: it went on for ever"), one.process.name)
    run_on_a_loop(made.end())
    assert made.lost == [Lost(0, "gave no sign of life")]


def test_each_is_told_where_to_show_that_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "load").mkdir()
    says = (sys.executable, "-c", f"import os; print(os.environ[{ALIVE!r}], os.environ.get({WORKER!r}))")
    made = Crew(Path("load"), {ALIVE: "of another load"}, RealClock())
    made.start([Process(says, None), Process(says, 1)])
    for one in made._all:
        one.child.wait()
    told = [one.log.read_text().split() for one in made._all]
    assert told == [
        [str(tmp_path / "load" / "master.alive"), "None"],
        [str(tmp_path / "load" / "worker-001.alive"), "1"],
    ]
    assert [sign_of(tmp_path / "load", one.process.worker) for one in made._all] == [Path(one[0]) for one in told]
