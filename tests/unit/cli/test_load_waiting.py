"""What people are told while the machines of a load wait for one another."""

from pathlib import Path

import pytest

from simulator.cli import load_waiting
from simulator.cli.load_waiting import Gathering, Unanswered, Waiting
from simulator.load.machines.gathered import Gathered, note, noted
from simulator.load.processes import Meeting

LEFT = "receiver.yaml (from 10.0.0.5:5557):3:1: the environment has no variable `TOKEN`"
EVERY = 30.0


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def gathering(said: list[str]) -> Gathering:
    return Gathering(Meeting("10.0.0.5", 5557, 2, wait=300.0, again=60.0), "10:45:00 UTC", said.append)


def test_each_one_who_comes_is_told_at_once_and_once(gathering: Gathering, said: list[str]) -> None:
    for now, there in [(0.0, 0), (0.1, 1), (0.2, 1), (0.3, 2), (0.4, 2), (EVERY * 2, 2)]:
        gathering.look(now, Gathered(there, complete=there == 2))
    assert said == [
        "1 of 2 workers from elsewhere has come; waiting until 10:45:00 UTC at the latest",
        "2 of 2 workers from elsewhere have come; the load begins",
    ]


def test_that_nobody_comes_is_told_now_and_then(gathering: Gathering, said: list[str]) -> None:
    for now in (0.0, 1.0, EVERY - 0.1, EVERY, EVERY + 1.0, EVERY * 2):
        gathering.look(now, Gathered())
    assert said == ["0 of 2 workers from elsewhere have come; waiting until 10:45:00 UTC at the latest"] * 2


def test_that_the_load_begins_is_told_once_those_of_this_machine_are_ready_too(
    gathering: Gathering, said: list[str]
) -> None:
    gathering.look(1.0, Gathered(2))
    gathering.look(2.0, Gathered(1, 0, 1, (LEFT,)))
    gathering.look(3.0, Gathered(2, 0, 1, (LEFT,)))
    gathering.look(4.0, Gathered(2, 0, 1, (LEFT,), complete=True))
    ready = "2 of 2 workers from elsewhere have come; the load begins once those of this machine are ready"
    assert said == [
        ready,
        f"a worker from elsewhere left: {LEFT}; its place is kept for another for 1m",
        "1 of 2 workers from elsewhere has come; waiting until 10:45:00 UTC at the latest",
        ready,
        "2 of 2 workers from elsewhere have come; the load begins",
    ]


def test_who_left_is_told_with_the_reason_each_time(gathering: Gathering, said: list[str]) -> None:
    gathering.look(1.0, Gathered(1))
    gathering.look(2.0, Gathered(1, 0, 1, (LEFT,)))
    gathering.look(3.0, Gathered(1, 0, 3, (LEFT, LEFT, "it had enough")))
    told = [one for one in said if one.startswith("a worker from elsewhere left: ")]
    kept = "its place is kept for another for 1m"
    assert told == [f"a worker from elsewhere left: {why}; {kept}" for why in (LEFT, LEFT, "it had enough")]


def test_a_place_is_not_said_to_be_kept_for_longer_than_anybody_is_waited_for(
    gathering: Gathering, said: list[str]
) -> None:
    gathering.look(250.0, Gathered(1, 0, 1, (LEFT,)))
    assert said[0] == f"a worker from elsewhere left: {LEFT}; its place is kept for another until 10:45:00 UTC"


def test_what_is_not_waited_for_any_more_is_told(gathering: Gathering, said: list[str]) -> None:
    gathering.look(1.0, Gathered(1, 1, 1, ("left\x1b[31m",), complete=True))
    gathering.look(EVERY * 2, Gathered(1, 1, 1, ("left\x1b[31m",), complete=True))
    assert len(said) == 2
    assert said[1].startswith(
        "1 of 2 workers from elsewhere has come; nobody took the place of 1, and the load goes on"
    )
    assert "\x1b" not in "".join(said)


def test_nobody_looks_who_has_come_before_the_waiting_or_when_the_load_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note(tmp_path, Gathered(2, complete=True))
    looked: list[Path] = []

    def looking(folder: Path) -> Gathered:
        looked.append(folder)
        return noted(folder)

    monkeypatch.setattr(load_waiting, "noted", looking)
    waiting = Waiting(tmp_path, Meeting("10.0.0.5", 5557, 2), quiet=False)
    waiting.look()
    assert not looked
    waiting.begin()
    for _ in range(3):
        waiting.look()
    assert looked == [tmp_path]
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("waiting up to 5m, until ")
    assert first.endswith(" for 2 workers from elsewhere: partnersim load --join 10.0.0.5:5557 --workers 2")
    assert second == "2 of 2 workers from elsewhere have come; the load begins"


def test_that_nobody_answers_is_said_now_and_then(said: list[str]) -> None:
    unanswered = Unanswered("10.0.0.5:6000", 100.0, said.append)
    for now in range(100):
        unanswered.look(float(now), False)
    assert said == [
        f"nobody at 10.0.0.5:6000 answers yet; knocking for {left} more" for left in ("1m10s", "40s", "10s")
    ]


def test_that_somebody_answers_is_said_once(said: list[str]) -> None:
    unanswered = Unanswered("10.0.0.5:6000", 100.0, said.append)
    for now in (1.0, 2.0, 1000.0):
        unanswered.look(now, True)
    assert said == ["10.0.0.5:6000 answers; the load begins once all its workers are ready"]
