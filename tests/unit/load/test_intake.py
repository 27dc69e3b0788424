"""What is taken of the journals that other machines send."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.load.machines.intake import Intake
from simulator.load.machines.roll import Roll
from simulator.load.orders import shard_of
from simulator.version import __version__


def intake(folder: Path) -> Intake:
    """Of a load with one worker `a` of this machine, and `b` and `c`, 1 and 2, of others."""
    roll = Roll(1, 2)
    roll.local("a", 0)
    for node in ("b", "c"):
        roll.asked(node, __version__)
        roll.here(node)
    assert roll.complete
    return Intake(folder, roll)


def test_pieces_are_put_together_where_the_shard_of_that_number_belongs(tmp_path: Path) -> None:
    taking = intake(tmp_path)
    assert taking.take("b", 1, 0, b"one\n") == 4
    assert taking.take("c", 2, 0, b"other\n") == 6
    assert taking.take("b", 1, 4, b"two\n") == 8
    assert shard_of(tmp_path, 1).read_bytes() == b"one\ntwo\n"
    assert shard_of(tmp_path, 2).read_bytes() == b"other\n"
    assert shard_of(tmp_path, 2).stat().st_mode & 0o777 == 0o600  # as every journal


@pytest.mark.parametrize("offset", [0, 3, 5, 400, -1])
def test_a_piece_that_is_not_the_next_is_not_taken_and_the_next_is_named(tmp_path: Path, offset: int) -> None:
    taking = intake(tmp_path)
    taking.take("b", 1, 0, b"one\n")
    assert taking.take("b", 1, offset, b"two\n") == 4
    assert shard_of(tmp_path, 1).read_bytes() == b"one\n"


@pytest.mark.parametrize(
    ("node", "number", "offset", "data"),
    [
        ("c", 1, 0, b"x\n"),  # another's number
        ("a", 0, 0, b"x\n"),  # one of this machine
        ("stranger", 1, 0, b"x\n"),
        ("b", "../1", 0, b"x\n"),
        ("b", True, 0, b"x\n"),
        ("b", 1, "0", b"x\n"),
        ("b", 1, 0, "x\n"),
        ("b", 1, 0, None),
    ],
)
def test_what_is_not_a_piece_of_whoever_has_that_number_is_not_taken(
    tmp_path: Path, node: str, number: object, offset: object, data: object
) -> None:
    assert intake(tmp_path).take(node, number, offset, data) is None
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_taken_before_all_are_there(tmp_path: Path) -> None:
    roll = Roll(1, 1)
    roll.asked("b", __version__)
    assert Intake(tmp_path, roll).take("b", 1, 0, b"x\n") is None


def test_a_shard_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / "load").mkdir()
    shard_of(tmp_path / "load", 1).symlink_to(outside)
    with pytest.raises(FileExistsError):
        intake(tmp_path / "load").take("b", 1, 0, b"x\n")
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("before", [b"", b"one\n"])
def test_of_a_piece_that_did_not_fit_on_the_disk_nothing_is_left_and_it_may_come_again(
    tmp_path: Path, before: bytes
) -> None:
    taking = intake(tmp_path)
    taking.take("b", 1, 0, before)
    with files_of_at_most(len(before) + 3), pytest.raises(OSError, match="too large"):
        taking.take("b", 1, len(before), b"two\nthree\n")
    assert shard_of(tmp_path, 1).read_bytes() == before, "there is room for a word about it"
    assert taking.take("b", 1, len(before), b"two\n") == len(before) + 4
    assert shard_of(tmp_path, 1).read_bytes() == before + b"two\n"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full after so many bytes of each file."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
