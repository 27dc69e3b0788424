"""For how long workers gave no sign of life, by the files that they change and the looks at those."""

from pathlib import Path

from simulator.load.orders import shard_of
from simulator.load.silence import Silence, sign_of


def signed(folder: Path, nth: int, worker: int = 0) -> None:
    sign_of(folder, worker).write_text(str(nth))


def test_silence_lasts_until_the_next_sign_and_is_each_workers_own(tmp_path: Path) -> None:
    signed(tmp_path, 1)
    signed(tmp_path, 1, worker=1)
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (5.0, 5.5, 6.0)] == [0.0, 0.5, 1.0]
    assert silence.of(1, 6.0) == 0.0
    signed(tmp_path, 2)
    assert [silence.of(0, now) for now in (6.5, 7.0)] == [0.0, 0.5]
    assert silence.of(1, 7.0) == 1.0


def test_who_slept_while_it_should_have_looked_blames_nobody_for_that_time(tmp_path: Path) -> None:
    signed(tmp_path, 1)
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (0.0, 0.5, 3600.0)] == [0.0, 0.5, 1.5]


def test_one_without_a_journal_is_silent_from_when_it_is_asked_for(tmp_path: Path) -> None:
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (5.0, 5.5)] == [0.0, 0.5]
    assert not silence.began(0)
    signed(tmp_path, 1)
    assert silence.of(0, 6.0) == 0.0
    assert silence.began(0)


def test_a_journal_that_grows_is_no_sign_and_a_file_that_is_only_touched_is_none_either(tmp_path: Path) -> None:
    signed(tmp_path, 1)
    silence = Silence(tmp_path)
    assert silence.of(0, 0.0) == 0.0
    shard_of(tmp_path, 0).write_text("entries")
    sign_of(tmp_path, 0).touch()
    assert silence.of(0, 1.0) == 1.0


def test_one_that_says_that_it_can_give_no_more_signs_is_not_silent(tmp_path: Path) -> None:
    signed(tmp_path, 1)
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (0.0, 1.0)] == [0.0, 1.0]
    sign_of(tmp_path, 0).unlink()
    assert [silence.of(0, now) for now in (2.0, 3.0, 4.0)] == [0.0, 0.0, 0.0]
    assert silence.began(0)


def test_the_one_that_holds_them_together_has_a_silence_of_its_own(tmp_path: Path) -> None:
    silence = Silence(tmp_path)
    sign_of(tmp_path, None).write_text("1")
    signed(tmp_path, 1)
    assert silence.of(None, 0.0) == silence.of(0, 0.0) == 0.0
    sign_of(tmp_path, None).write_text("2")
    assert (silence.of(None, 1.0), silence.of(0, 1.0)) == (0.0, 1.0)
    assert silence.began(None)
