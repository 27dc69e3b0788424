"""What people are told while workers of other machines are waited for."""

from pathlib import Path

import pytest

from simulator.load.gathered import EVERY, Gathered, Gathering, note, noted

LEFT = "receiver.yaml (from 10.0.0.5:5557):3:1: the environment has no variable `TOKEN`"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def gathering(said: list[str]) -> Gathering:
    return Gathering(2, "10:45:00 UTC", "1m", said.append)


def test_each_one_who_comes_is_told_at_once_and_once(gathering: Gathering, said: list[str]) -> None:
    for now, there in [(0.0, 0), (0.1, 1), (0.2, 1), (0.3, 2), (0.4, 2), (EVERY * 2, 2)]:
        gathering.look(now, Gathered(there))
    assert said == [
        "1 of 2 workers from elsewhere has come; waiting until 10:45:00 UTC at the latest",
        "2 of 2 workers from elsewhere have come; the load begins",
    ]


def test_that_nobody_comes_is_told_now_and_then(gathering: Gathering, said: list[str]) -> None:
    for now in (0.0, 1.0, EVERY - 0.1, EVERY, EVERY + 1.0, EVERY * 2):
        gathering.look(now, Gathered())
    assert said == ["0 of 2 workers from elsewhere have come; waiting until 10:45:00 UTC at the latest"] * 2


def test_who_left_is_told_with_the_reason_each_time(gathering: Gathering, said: list[str]) -> None:
    gathering.look(1.0, Gathered(1))
    gathering.look(2.0, Gathered(1, 0, 1, (LEFT,)))
    gathering.look(3.0, Gathered(1, 0, 3, (LEFT, LEFT, "it had enough")))
    told = [one for one in said if one.startswith("a worker from elsewhere left: ")]
    kept = "its place is kept for another for 1m"
    assert told == [f"a worker from elsewhere left: {why}; {kept}" for why in (LEFT, LEFT, "it had enough")]


def test_what_is_not_waited_for_any_more_is_told(gathering: Gathering, said: list[str]) -> None:
    gathering.look(1.0, Gathered(1, 1, 1, ("left\x1b[31m",)))
    gathering.look(EVERY * 2, Gathered(1, 1, 1, ("left\x1b[31m",)))
    assert len(said) == 2
    assert said[1].startswith(
        "1 of 2 workers from elsewhere has come; nobody took the place of 1, and the load goes on"
    )
    assert "\x1b" not in "".join(said)


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    assert noted(tmp_path) == Gathered()
    note(tmp_path, Gathered(1, 0, 2, (LEFT, LEFT)))
    assert noted(tmp_path) == Gathered(1, 0, 2, (LEFT, LEFT))


def test_a_note_that_cannot_be_written_or_read_hinders_nobody(tmp_path: Path) -> None:
    note(tmp_path / "nowhere", Gathered(1))
    (tmp_path / "gathered.json").write_text('{"there": 1, "who": 2}')
    assert noted(tmp_path) == Gathered()
