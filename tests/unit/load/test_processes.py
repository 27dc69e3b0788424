"""Which processes a load starts, and what is said of those that were lost."""

import os
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from simulator.errors import UsageError
from simulator.load import crew, processes
from simulator.load.conducting import named
from simulator.load.joining import Loan, joiners
from simulator.load.orders import Orders
from simulator.load.processes import Lost, Meeting, check_locust, parts
from simulator.model import Ledger, LoadResult, Report, Share, Spread
from tests.making import made_play

HERE = Meeting("127.0.0.1", 5557, 0)


def orders(workers: int) -> Orders:
    return Orders(
        scenarios=("one",), to="http://127.0.0.1:1/", rate=10.0, seconds=5.0, seed=1, start="", workers=workers
    )


def test_one_worker_is_one_process_that_needs_no_port() -> None:
    (one,) = parts(orders(1), HERE)
    assert one.worker == 0
    assert one.words[:4] == (sys.executable, "-m", "locust", "-f")
    assert Path(one.words[4]).is_file()
    assert "--headless" in one.words
    assert not [word for word in one.words if "master" in word]


def test_several_are_held_together_by_one_more_which_only_this_machine_reaches() -> None:
    master, *workers = parts(orders(3), HERE)
    assert master.worker is None
    assert [one.worker for one in workers] == [0, 1, 2]
    words = " ".join(master.words)
    assert "--master --master-bind-host 127.0.0.1 --master-bind-port 5557 --expect-workers 3" in words
    assert all("--worker --master-host 127.0.0.1 --master-port 5557" in " ".join(one.words) for one in workers)
    assert len({one.name for one in (master, *workers)}) == 4


def test_those_of_other_machines_are_not_started_here_but_waited_for() -> None:
    master, *workers = parts(orders(5), Meeting("0.0.0.0", 6000, 3, wait=300.0))
    assert [one.worker for one in workers] == [0, 1]
    words = " ".join(master.words)
    assert "--master-bind-host 0.0.0.0 --master-bind-port 6000 --expect-workers 5" in words
    assert float(master.words[master.words.index("--expect-workers-max-wait") + 1]) > 300.0
    assert all("--master-host 127.0.0.1 --master-port 6000" in " ".join(one.words) for one in workers)


def test_workers_of_this_machine_go_where_the_others_do_when_it_is_bound_to_one_address() -> None:
    _, worker = parts(orders(2), Meeting("10.0.0.5", 6000, 1))
    assert "--master-host 10.0.0.5 --master-port 6000" in " ".join(worker.words)


def test_who_joins_starts_workers_that_ask_there() -> None:
    workers = joiners(Loan("10.0.0.5", 6000, 2, {}, Path(), print))
    assert [(one.worker, one.name) for one in workers] == [(0, "worker-000"), (1, "worker-001")]
    assert all(" ".join(one.words).endswith("--worker --master-host 10.0.0.5 --master-port 6000") for one in workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_reports_of_locust_are_written_by_the_one_that_has_all_figures(workers: int) -> None:
    told = [one.name for one in parts(orders(workers), HERE, ("--html", "x.html")) if "x.html" in one.words]
    assert told == ["worker-000" if workers == 1 else "master"]


def test_refused_requests_are_no_reason_to_call_a_process_lost() -> None:
    master, *_ = parts(orders(2), HERE)
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


def made(*shares: Share) -> Report:
    spread = Spread()
    load = LoadResult(
        model="open",
        shape="steady",
        rate=1.0,
        seconds=1.0,
        workers=3,
        planned=15,
        sent=8,
        acknowledged=8,
        dropped=0,
        unsent=7,
        ledger=Ledger(),
        ack=spread,
        service=spread,
        effect=spread,
        late=spread,
        held=spread,
        drain=None,
        shares=shares,
    )
    return Report(version="1", started="", seed=1, plays=(made_play(),), load=load)


def test_a_share_that_was_lost_is_told_by_what_was_seen_of_its_process() -> None:
    report = made(Share(0, 5, 5), Share(1, 5, 2, "its journal has no end"), Share(2, 5, 1, "its journal has no end"))
    told = named(report, [Lost(1, "was killed by SIGKILL after 1s")]).load
    assert told
    assert [one.lost for one in told.shares] == ["", "was killed by SIGKILL after 1s", "its journal has no end"]


def test_a_worker_that_had_sent_all_when_it_ended_is_not_lost() -> None:
    told = named(made(Share(0, 5, 5)), [Lost(0, "ended with code 1 after 9s")]).load
    assert told
    assert told.shares == (Share(0, 5, 5),)


def test_that_the_one_which_holds_them_together_was_lost_is_a_note() -> None:
    told = named(made(Share(0, 5, 5)), [Lost(None, "was killed by SIGKILL after 1s")])
    assert told.plays[0].note == "the process that holds the workers together was killed by SIGKILL after 1s"
