"""The processes of a load, with something else in the place of Locust: what is made of their ends."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from simulator.errors import PartnersimError, UsageError
from simulator.load import crew, processes
from simulator.load.crew import Lost
from simulator.load.orders import Orders, shard_of
from simulator.load.processes import send
from simulator.load.variables import ORDERS, WORKER
from simulator.runner.stop import Stop
from tests.acceptance.conftest import unmeasured_environment


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives what sends a load with a `locust` of these lines of Python: (workers) -> who was lost."""
    monkeypatch.setattr(processes, "_ALONE", 0.2)
    monkeypatch.setattr(crew, "_ORDERLY", 0.2)

    def called(lines: str, workers: int = 1, stop: Stop | None = None, silent: float = 20.0) -> list[Lost]:
        (tmp_path / "locust").mkdir()
        (tmp_path / "locust" / "__init__.py").write_text("")
        names = f"import os, pathlib, signal, sys, time\nworker = os.environ.get({WORKER!r})\n"
        write = f"shard = pathlib.Path(os.environ[{ORDERS!r}]).parent / f'shard-00{{worker}}.ndjson'\n"
        (tmp_path / "locust" / "__main__.py").write_text(names + write + lines)
        orders = Orders(
            scenarios=("one",), to="http://127.0.0.1:1/", rate=1.0, seconds=0.1, seed=1, start="", workers=workers
        )
        folder = tmp_path / "folder"
        folder.mkdir()
        told = unmeasured_environment({"PYTHONPATH": str(tmp_path)})
        return asyncio.run(send(folder, orders, folder / "orders.json", told, stop or Stop(), silent=silent))

    return called


def test_who_ends_well_is_not_lost(pretend: Any, tmp_path: Path) -> None:
    assert pretend("shard.write_text(os.getcwd())") == []
    assert shard_of(tmp_path / "folder", 0).read_text() == str(tmp_path / "folder")


def test_who_is_killed_or_fails_is_lost_with_the_reason(pretend: Any) -> None:
    lines = """
if worker == "0":
    shard.write_text("")
    sys.exit()
while worker and not shard.with_name("shard-000.ndjson").exists():
    time.sleep(0.01)
if worker == "1":
    os.kill(os.getpid(), signal.SIGKILL)
if worker == "2":
    sys.exit("no room")
"""
    lost = {one.worker: one.why for one in pretend(lines, workers=3)}
    assert set(lost) == {1, 2}
    assert lost[1].startswith("was killed by SIGKILL after ")
    assert lost[2].startswith("ended with code 1 after ")
    assert lost[2].endswith(": no room")


def test_processes_that_do_not_come_up_are_an_error_with_their_last_words(pretend: Any) -> None:
    with pytest.raises(PartnersimError, match=r"nothing was sent: .*no module of that name"):
        pretend("sys.exit('no module of that name')")


def test_that_somebody_took_the_port_in_the_meantime_is_no_fault_of_ours(pretend: Any) -> None:
    lines = (
        "if worker is None:\n    sys.exit('the master port was busy (Socket bind failure: Address already in use)')\n"
    )
    with pytest.raises(UsageError, match="nothing was sent: the master port was busy") as raised:
        pretend(lines + "time.sleep(600)", workers=2)
    assert raised.value.remedy == "start it again: it takes another port then"


@pytest.mark.parametrize(("workers", "killed"), [(1, 0), (2, 1), (2, None)])
def test_one_that_is_killed_before_anything_is_sent_ends_the_load_and_is_named(
    pretend: Any, workers: int, killed: int | None
) -> None:
    name = None if killed is None else str(killed)
    lines = f"print('beside the point', flush=True)\ntime.sleep(0.2 if worker == {name!r} else 600)\n"
    (lost,) = pretend(lines + "os.kill(os.getpid(), signal.SIGKILL)", workers=workers)
    assert lost.worker == killed
    assert lost.why.startswith("was killed by SIGKILL after ")


def test_one_that_fails_before_anything_is_sent_ends_the_load_with_its_words(pretend: Any) -> None:
    with pytest.raises(PartnersimError, match="nothing was sent: no room"):
        pretend("if worker == '1':\n    sys.exit('no room')\ntime.sleep(600)", workers=2)


def test_the_one_that_holds_them_together_does_not_outlast_them(pretend: Any, tmp_path: Path) -> None:
    lines = """
if worker is None:
    (pathlib.Path.cwd() / "pid").write_text(str(os.getpid()))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)
shard.write_text("")
while not (pathlib.Path.cwd() / "pid").exists():
    time.sleep(0.01)
"""
    assert pretend(lines, workers=2) == []
    pid = int((tmp_path / "folder" / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_load_that_is_to_end_ends_all_of_them(pretend: Any, tmp_path: Path) -> None:
    stop = Stop()
    stop.ask()
    lines = "(pathlib.Path.cwd() / f'pid{worker}').write_text(str(os.getpid()))\ntime.sleep(60)"
    assert pretend(lines, workers=2, stop=stop) == []
    for file in (tmp_path / "folder").glob("pid*"):
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.read_text()), 0)


def test_a_worker_that_hangs_is_ended_and_lost_and_one_that_goes_on_is_not(pretend: Any) -> None:
    lines = """
if worker is None:
    time.sleep(60)
shard.write_text("")
sign = shard.with_name(f"worker-00{worker}.alive")
sign.write_text("first")
if worker == "0":
    (pathlib.Path.cwd() / "pid").write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGSTOP)
while not (pathlib.Path.cwd() / "pid").exists():
    time.sleep(0.01)
try:
    while True:
        os.kill(int((pathlib.Path.cwd() / "pid").read_text()), 0)
        time.sleep(0.1)
        sign.write_text(str(time.time()))
except ProcessLookupError:
    pass
"""
    assert pretend(lines, workers=2, silent=1.5) == [Lost(0, "gave no sign of life for 1.5s, and was ended")]
