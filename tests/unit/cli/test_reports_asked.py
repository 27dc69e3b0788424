"""What reports are asked for is looked at before anything is sent."""

from pathlib import Path

import pytest

from simulator.cli.telling import check_reports
from simulator.errors import UsageError


@pytest.mark.parametrize("there", [False, True])
def test_two_reports_are_not_written_over_one_another(tmp_path: Path, *, there: bool) -> None:
    path = tmp_path / "out"
    if there:
        path.write_text("of an earlier run")
    with pytest.raises(UsageError, match=r"two reports are to be .*out\n +the second would replace the first"):
        check_reports([("json", path), ("text", path)])


def test_what_is_no_file_may_be_told_several_reports() -> None:
    check_reports([("json", Path("/dev/null")), ("text", Path("/dev/null")), ("html", Path("report.html"))])
