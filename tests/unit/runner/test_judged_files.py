"""Which journals a folder means."""

from pathlib import Path

import pytest

from simulator.errors import StorageError
from simulator.runner.judged import report_of


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
