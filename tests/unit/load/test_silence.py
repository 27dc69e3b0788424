"""For how long workers gave no sign of life, by the times of their journals and the looks at those."""

import os
from pathlib import Path

from simulator.load.orders import shard_of
from simulator.load.silence import Silence


def touched(folder: Path, at: int, worker: int = 0) -> None:
    shard = shard_of(folder, worker)
    shard.touch()
    os.utime(shard, ns=(at, at))


def test_silence_lasts_until_the_next_sign_and_is_each_workers_own(tmp_path: Path) -> None:
    touched(tmp_path, 1)
    touched(tmp_path, 1, worker=1)
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (5.0, 5.5, 6.0)] == [0.0, 0.5, 1.0]
    assert silence.of(1, 6.0) == 0.0
    touched(tmp_path, 2)
    assert [silence.of(0, now) for now in (6.5, 7.0)] == [0.0, 0.5]
    assert silence.of(1, 7.0) == 1.0


def test_who_slept_while_it_should_have_looked_blames_nobody_for_that_time(tmp_path: Path) -> None:
    touched(tmp_path, 1)
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (0.0, 0.5, 3600.0)] == [0.0, 0.5, 1.5]


def test_one_without_a_journal_is_silent_from_when_it_is_asked_for(tmp_path: Path) -> None:
    silence = Silence(tmp_path)
    assert [silence.of(0, now) for now in (5.0, 5.5)] == [0.0, 0.5]
    assert not silence.began(0)
    touched(tmp_path, 1)
    assert silence.of(0, 6.0) == 0.0
    assert silence.began(0)
