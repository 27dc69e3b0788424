"""What a machine starts that joins the load of another one, and how it sees that one of those hangs."""

from pathlib import Path

import pytest

from simulator.load import joining
from simulator.load.joining import Loan, joiners
from simulator.load.orders import Orders, shard_of, write_orders


def test_who_joins_starts_workers_that_ask_there() -> None:
    workers = joiners(Loan("10.0.0.5", 6000, 2, {}, Path(), print, lambda *_: None))
    assert [(one.worker, one.name) for one in workers] == [(0, "worker-000"), (1, "worker-001")]
    assert all(" ".join(one.words).endswith("--worker --master-host 10.0.0.5 --master-port 6000") for one in workers)


class Signs:
    """Signs of life, as somebody says them."""

    def __init__(self, silent: dict[int, float]) -> None:
        self._silent = silent

    def of(self, worker: int, now: float) -> float:
        return self._silent.get(worker, now)

    def began(self, worker: int) -> bool:
        return worker in self._silent


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """For how long workers are silent, by the numbers that the other machine gave them; else from the beginning."""
    silent: dict[int, float] = {}
    monkeypatch.setattr(joining, "Silence", lambda _: Signs(silent))
    return silent


def sending(folder: Path, number: int) -> None:
    """One sends a load of 5 + 2 + 10 s, as worker of that number."""
    folder.mkdir()
    write_orders(folder, Orders(scenarios=("one",), to="x", rate=1.0, seconds=5.0, life=2.0, seed=1, start=""))
    shard_of(folder, number).touch()


def test_one_that_sends_may_be_silent_for_a_while_and_hangs_then(tmp_path: Path, silent: dict[int, float]) -> None:
    sending(tmp_path / "0", 7)
    seen = joining._Seen(tmp_path / "0", 20.0)
    silent[7] = 20.0
    assert seen.hangs(0.0) == ""
    silent[7] = 20.1
    assert seen.hangs(1.0) == "gave no sign of life for 20s, and was ended"


def test_one_that_waits_for_the_load_to_begin_may_be_silent_for_as_long_as_others_may_take(
    tmp_path: Path, silent: dict[int, float]
) -> None:
    seen = joining._Seen(tmp_path / "0", 20.0)
    assert seen.hangs(360.0) == ""
    assert seen.hangs(360.1) == "gave no sign of life for 6m, and was ended"


def test_one_that_lives_but_does_not_end_goes_on_for_no_longer_than_any_load_does(
    tmp_path: Path, silent: dict[int, float]
) -> None:
    sending(tmp_path / "0", 7)
    seen = joining._Seen(tmp_path / "0", 20.0)
    silent[7] = 0.0
    assert [seen.hangs(now) for now in (100.0, 257.0)] == ["", ""]
    assert seen.hangs(257.1) == "went on long after the load should have ended, and was ended"
