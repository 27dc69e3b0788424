"""Which processes a load starts, and what they are told."""

import os
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from simulator.errors import UsageError
from simulator.load import processes
from simulator.load.orders import Orders
from simulator.load.processes import Meeting, check_locust, to_start

HERE = Meeting("127.0.0.1", 5557, 0)


def orders(workers: int) -> Orders:
    return Orders(
        scenarios=("one",), to="http://127.0.0.1:1/", rate=10.0, seconds=5.0, seed=1, start="", workers=workers
    )


def test_one_worker_is_one_process_that_needs_no_port() -> None:
    (one,) = to_start(orders(1), HERE)
    assert one.worker == 0
    assert one.words[:4] == (sys.executable, "-m", "locust", "-f")
    assert Path(one.words[4]).is_file()
    assert "--headless" in one.words
    assert not [word for word in one.words if "master" in word]


def test_several_are_held_together_by_one_more_which_only_this_machine_reaches() -> None:
    master, *workers = to_start(orders(3), HERE)
    assert master.worker is None
    assert [one.worker for one in workers] == [0, 1, 2]
    words = " ".join(master.words)
    assert "--master --master-bind-host 127.0.0.1 --master-bind-port 5557 --expect-workers 3" in words
    assert all("--worker --master-host 127.0.0.1 --master-port 5557" in " ".join(one.words) for one in workers)
    assert len({one.name for one in (master, *workers)}) == 4


def test_those_of_other_machines_are_not_started_here_but_waited_for() -> None:
    master, *workers = to_start(orders(5), Meeting("0.0.0.0", 6000, 3, wait=300.0))
    assert [one.worker for one in workers] == [0, 1]
    words = " ".join(master.words)
    assert "--master-bind-host 0.0.0.0 --master-bind-port 6000 --expect-workers 5" in words
    assert float(master.words[master.words.index("--expect-workers-max-wait") + 1]) > 300.0
    assert all("--master-host 127.0.0.1 --master-port 6000" in " ".join(one.words) for one in workers)


def test_workers_of_this_machine_go_where_the_others_do_when_it_is_bound_to_one_address() -> None:
    _, worker = to_start(orders(2), Meeting("10.0.0.5", 6000, 1))
    assert "--master-host 10.0.0.5 --master-port 6000" in " ".join(worker.words)


@pytest.mark.parametrize("workers", [1, 2])
def test_reports_of_locust_are_written_by_the_one_that_has_all_figures(workers: int) -> None:
    told = [one.name for one in to_start(orders(workers), HERE, ("--html", "x.html")) if "x.html" in one.words]
    assert told == ["worker-000" if workers == 1 else "master"]


def test_refused_requests_are_no_reason_to_call_a_process_lost() -> None:
    master, *_ = to_start(orders(2), HERE)
    place = master.words.index("--exit-code-on-error")
    assert master.words[place + 1] == "0"


def test_what_a_project_sets_for_its_own_locust_runs_is_not_handed_on() -> None:
    told = processes.without_locust({"LOCUST_USERS": "5", "HOME": "/root", "PYTHONPATH": "/mine"})
    assert set(told) == {"HOME", "PYTHONPATH"}
    assert told["PYTHONPATH"].split(os.pathsep)[1] == "/mine"


def test_without_locust_the_remedy_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as raised:
        check_locust()
    project = tomllib.loads((Path(__file__).resolve().parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    assert raised.value.remedy == shlex.join(["pip", "install", *project["optional-dependencies"]["load"]])
