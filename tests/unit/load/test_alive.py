"""Signs of life: one for each time in which the loop turned or worked, and none for one that waits for ever."""

import os
from pathlib import Path

import pytest

from loadtests import alive
from loadtests.alive import Signs
from simulator.errors import StorageError
from simulator.load.orders import shard_of
from simulator.load.silence import sign_of


class Worked:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def worked() -> Worked:
    return Worked()


@pytest.fixture
def signs(tmp_path: Path, worked: Worked) -> Signs:
    """Of a process that gave its first sign."""
    made = Signs(sign_of(tmp_path, 0), worked)
    assert made.give()
    return made


def sign(folder: Path) -> bytes:
    return sign_of(folder, 0).read_bytes()


def test_a_loop_that_turns_gives_a_sign_each_time(tmp_path: Path, signs: Signs) -> None:
    seen = [sign(tmp_path)]
    for _ in range(20):
        signs.turns()
        assert signs.give()
        seen.append(sign(tmp_path))
    assert len(set(seen)) == len(seen)


def test_a_loop_that_is_too_busy_to_turn_gives_signs_as_long_as_it_works(
    tmp_path: Path, signs: Signs, worked: Worked
) -> None:
    seen = [sign(tmp_path)]
    for _ in range(20):
        worked.seconds += 0.01  # of a machine that many share
        assert signs.give()
        seen.append(sign(tmp_path))
    assert len(set(seen)) == len(seen)


def test_one_that_waits_for_ever_gives_none_until_it_goes_on(tmp_path: Path, signs: Signs, worked: Worked) -> None:
    last = sign(tmp_path)
    for _ in range(20):
        worked.seconds += 0.0001  # of the thread that gives signs
        assert signs.give()
        assert sign(tmp_path) == last
    signs.turns()
    assert signs.give()
    assert sign(tmp_path) != last


def test_signs_leave_the_journal_alone_whose_time_is_that_of_its_last_entry(tmp_path: Path, signs: Signs) -> None:
    shard = shard_of(tmp_path, 0)
    shard.write_text("entries")
    os.utime(shard, ns=(1, 1))
    signs.turns()
    assert signs.give()
    assert (shard.read_text(), shard.stat().st_mtime_ns) == ("entries", 1)


def test_a_place_where_no_sign_can_be_written_is_named(tmp_path: Path, worked: Worked) -> None:
    with pytest.raises(StorageError, match=r"cannot write .*worker-000\.alive: No such file or directory"):
        Signs(sign_of(tmp_path / "gone", 0), worked)


def test_who_can_write_no_more_signs_says_so_and_takes_the_file_away(
    tmp_path: Path, signs: Signs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    signs.turns()
    assert not signs.give()
    assert not sign_of(tmp_path, 0).exists()
    said = "worker-000.alive: No space left on device: if this process hangs, nobody notices\n"
    assert capfd.readouterr().err.endswith(said)


def test_what_a_thread_works_is_told_of_that_thread() -> None:
    worked = alive._own_work()
    before = worked()
    while worked() - before < alive._WORKED:
        pass
