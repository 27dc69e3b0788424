"""Which journals a folder means."""

from pathlib import Path

import pytest

from simulator.errors import StorageError
from simulator.runner.from_journals import files_in, report_of


def test_a_folder_without_journals_names_those_below_that_have_some(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / name / "journals").mkdir(parents=True)
        (tmp_path / name / "journals" / "1.ndjson").touch()
    with pytest.raises(StorageError) as raised:
        report_of([tmp_path / "a"])
    assert raised.value.remedy == f"there are some in {tmp_path}/a/journals: name one of these"
    with pytest.raises(StorageError) as raised:
        report_of([tmp_path])
    assert f"{tmp_path}/c/journals and 1 more: name" in raised.value.remedy


def test_a_folder_without_any_says_what_they_are_called(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        report_of([tmp_path])
    assert raised.value.remedy == "their names end in .ndjson"


def test_those_of_a_folder_stand_as_they_are_counted(tmp_path: Path) -> None:
    for name in ("100-a", "11-b", "02-c", "11-b.again1", "v2", "v10"):
        (tmp_path / f"{name}.ndjson").touch()
    names = [file.stem for file in files_in(tmp_path)]
    assert names == ["02-c", "11-b.again1", "11-b", "100-a", "v2", "v10"]
