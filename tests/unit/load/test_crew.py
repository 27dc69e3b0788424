"""Processes that send: what is said of those that cannot be started, and of those that were lost."""

from pathlib import Path

import pytest

from simulator.clock import RealClock
from simulator.errors import PartnersimError, StorageError
from simulator.load import crew
from simulator.load.crew import Crew, Process


def test_a_program_that_cannot_be_started_is_named_and_its_log_is_not_blamed(tmp_path: Path) -> None:
    nothing = str(tmp_path / "no-such-program")
    with pytest.raises(PartnersimError, match=r"cannot start worker-000 \(.*\): No such file or directory") as raised:
        Crew(tmp_path, {}, RealClock()).start([Process((nothing,), 0)])
    assert not isinstance(raised.value, StorageError)
    assert nothing in str(raised.value)


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(StorageError, match=r"cannot write .*worker-000\.log"):
        Crew(gone, {}, RealClock()).start([Process(("true",), 0)])


@pytest.mark.parametrize(
    ("code", "words", "told"),
    [
        (-9, "gone", "was killed by SIGKILL after 2.5s"),
        (1, "no such file", "ended with code 1 after 2.5s: no such file"),
        (3, "", "ended with code 3 after 2.5s"),
    ],
)
def test_who_was_lost_is_told_with_the_reason(code: int, words: str, told: str) -> None:
    assert crew._why(code, 2.5, words) == told
