"""What a machine starts that joins the load of another one, and how it sees that one of those hangs."""

from pathlib import Path
from typing import Any

import pytest

from simulator.load.machines import joining
from simulator.load.machines.joining import Loan, joiners
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
def silent() -> dict[int, float]:
    """For how long workers of this machine are silent; else they never gave any sign."""
    return {}


def sending(folder: Path, number: int) -> None:
    """One sends a load of 5 + 2 + 10 s, as worker of that number where it is judged."""
    folder.mkdir()
    write_orders(folder, Orders(scenarios=("one",), to="x", rate=1.0, seconds=5.0, life=2.0, seed=1, start=""))
    shard_of(folder, number).touch()


@pytest.fixture
def seen(tmp_path: Path, silent: dict[int, float]) -> joining._Seen:
    """What is seen of worker 1 of this machine."""
    signs: Any = Signs(silent)
    return joining._Seen(tmp_path, 1, signs, 20.0)


@pytest.mark.parametrize("answered", [True, False])
def test_one_that_is_silent_for_long_hangs_whether_a_load_has_begun_or_not(
    seen: joining._Seen, silent: dict[int, float], answered: bool
) -> None:
    silent[1] = 20.0
    assert seen.hangs(30.0, answered=answered) == ""
    silent[1] = 20.1
    assert seen.hangs(31.0, answered=answered) == "gave no sign of life for 20s, and was ended"


def test_so_does_one_that_sends(tmp_path: Path, seen: joining._Seen, silent: dict[int, float]) -> None:
    sending(tmp_path / "1", 7)
    silent[1] = 20.0
    assert seen.hangs(0.0, answered=True) == ""
    silent[1] = 20.1
    assert seen.hangs(1.0, answered=True) == "gave no sign of life for 20s, and was ended"


def test_one_that_only_starts_may_take_longer_until_its_first_sign(seen: joining._Seen) -> None:
    assert seen.hangs(60.0, answered=False) == ""
    assert seen.hangs(60.1, answered=False) == "gave no sign of life for 1m, and was ended"


def test_one_that_lives_waits_for_the_load_to_begin_for_as_long_as_others_may_take(
    seen: joining._Seen, silent: dict[int, float]
) -> None:
    silent[1] = 0.0
    told = [seen.hangs(now, answered=answered) for now, answered in [(300.0, False), (310.0, True), (670.0, True)]]
    assert told == ["", "", ""]
    assert seen.hangs(670.1, answered=True) == "was given nothing to send for 6m, and was ended"


def test_one_that_lives_but_does_not_end_goes_on_for_no_longer_than_any_load_does(
    tmp_path: Path, seen: joining._Seen, silent: dict[int, float]
) -> None:
    silent[1] = 0.0
    assert seen.hangs(50.0, answered=True) == ""
    sending(tmp_path / "1", 7)
    assert [seen.hangs(now, answered=True) for now in (100.0, 200.0, 257.0)] == ["", "", ""]
    assert seen.hangs(257.1, answered=True) == "went on long after the load should have ended, and was ended"


def test_a_load_may_take_longer_than_anybody_waits_for_one(
    tmp_path: Path, seen: joining._Seen, silent: dict[int, float]
) -> None:
    silent[1] = 0.0
    sending(tmp_path / "1", 7)
    write_orders(tmp_path / "1", Orders(scenarios=("one",), to="x", rate=1.0, seconds=900.0, seed=1, start=""))
    assert [seen.hangs(now, answered=True) for now in (0.0, 1.0, 400.0, 900.0)] == ["", "", "", ""]
