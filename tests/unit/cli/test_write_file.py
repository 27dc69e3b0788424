"""A file is written whole or not at all, and what is no plain file is written as it is."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from simulator.cli.output import write_file
from simulator.errors import StorageError


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_folders_that_are_missing_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_file("the report", tmp_path / "a/b/c.txt", "é\n")
    assert (tmp_path / "a/b/c.txt").read_bytes() == "é\n".encode()
    assert names(tmp_path / "a/b") == ["c.txt"]


def test_a_disk_that_is_full_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, opens = tmp_path / "known.yaml", os.fdopen
    file.write_text("old")

    def full(number: int, mode: str) -> Any:
        opened = opens(number, mode)
        opened.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(StorageError, match=r"cannot write the baseline .*known\.yaml: No space left on device"):
        write_file("the baseline", file, "new")
    assert (file.read_text(), names(tmp_path)) == ("old", ["known.yaml"])


def test_the_new_file_keeps_the_permissions_of_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("old")
    file.chmod(0o640)
    before = file.stat().st_ino
    write_file("it", file, "new")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o640)
    assert file.stat().st_ino != before


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_file("it", tmp_path / "one", "new")
    assert (tmp_path / "one").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_links_stay_links(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "soft").symlink_to("file")
    write_file("it", tmp_path / "soft", "new")
    assert ((tmp_path / "file").read_text(), (tmp_path / "soft").is_symlink()) == ("new", True)
    os.link(tmp_path / "file", tmp_path / "hard")
    write_file("it", tmp_path / "hard", "newer")
    assert (tmp_path / "file").read_text() == "newer"


def test_where_no_neighbour_takes_its_place_it_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(Path, "replace", busy)  # as of a file that is mounted by itself
    (tmp_path / "one").write_text("old, and longer")
    write_file("it", tmp_path / "one", "new")
    assert ((tmp_path / "one").read_text(), names(tmp_path)) == ("new", ["one"])


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no files for what is open")
def test_what_is_open_already_is_written_into(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        write_file("it", Path(f"/dev/fd/{out.fileno()}"), "told")
        assert os.fstat(out.fileno()).st_size == 4


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"cannot write the badge .*: Is a directory"):
        write_file("the badge", tmp_path, "text")
