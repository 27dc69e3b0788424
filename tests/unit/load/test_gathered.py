"""Who has come from other machines: noted by one process, read by another."""

from pathlib import Path

from simulator.load.machines.gathered import Gathered, note, noted

LEFT = "receiver.yaml (from 10.0.0.5:5557):3:1: the environment has no variable `TOKEN`"


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    assert noted(tmp_path) == Gathered()
    note(tmp_path, Gathered(1, 0, 2, (LEFT, LEFT), complete=True))
    assert noted(tmp_path) == Gathered(1, 0, 2, (LEFT, LEFT), complete=True)


def test_a_note_that_cannot_be_written_or_read_hinders_nobody(tmp_path: Path) -> None:
    note(tmp_path / "nowhere", Gathered(1))
    (tmp_path / "gathered.json").write_text('{"there": 1, "who": 2}')
    assert noted(tmp_path) == Gathered()
