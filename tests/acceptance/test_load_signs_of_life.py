"""Processes of a load that hang while they send nothing: the one that holds them together, and who waits for others."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.load.orders import FILE, shard_of
from simulator.load.variables import ALIVE
from tests.acceptance.conftest import Answering, children, clean_environment, gone, until
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes as Linux shows them"),
    pytest.mark.xdist_group("load"),
]
SILENT = 8.0  # with room for a machine that has much else to do
IMPATIENT = f"""
import sys

from simulator.load.machines import joining
from simulator.load import processes

processes.send.__kwdefaults__["silent"] = {SILENT}
joining.Loan.__new__.__defaults__ = (*joining.Loan.__new__.__defaults__[:-1], {SILENT})
processes.Meeting.__new__.__defaults__ = (*processes.Meeting.__new__.__defaults__[:-1], 2.0)

from simulator.cli import run

sys.exit(run(sys.argv[1:]))
"""
HUNG = f"gave no sign of life for {SILENT:.0f}s, and was ended"
PLAIN = ("--malformed", "0%", "--unauthorized", "0%", "--stale", "0%", "--repeat", "0%")


class Command:
    """`partnersim load` in a folder of its own, with less patience for who gives no sign of life, or left."""

    def __init__(self, folder: Path, *words: str) -> None:
        folder.mkdir()
        self.folder = folder
        with (folder / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", IMPATIENT, "load", *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=clean_environment({"TMPDIR": str(folder)}),
                text=True,
            )

    @property
    def said(self) -> str:
        """What it said to people."""
        return (self.folder / "stderr").read_text()

    def ended(self) -> tuple[int, str]:
        """Its exit code, and what it said to programs."""
        told, _ = self.process.communicate(timeout=90)
        return self.process.returncode, told

    def process_of(self, name: str) -> int:
        """The one that gives signs of life by that name."""
        end = f"/{name}.alive".encode()
        for pid in children(self.process.pid):
            words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if any(one.startswith(ALIVE.encode()) and one.endswith(end) for one in words):
                return pid
        raise LookupError(name)

    def stop(self, name: str) -> None:
        """It hangs from now on."""
        os.kill(self.process_of(name), signal.SIGSTOP)


Start = Callable[..., Command]


@pytest.fixture
def load(tmp_path: Path, answering: Answering) -> Iterator[Start]:
    """Starts a load of a receiver that says yes: (folder, words) -> what was started."""
    begun: list[Command] = []
    file = tmp_path / "receiver.yaml"
    file.write_text(f'receiver: mine\nendpoints:\n  "*": {{url: "{answering.url}"}}\n')

    def start(name: str, *words: str) -> Command:
        own = () if "--join" in words else ("--receiver", str(file), "--journal", "load", "--json", *PLAIN)
        begun.append(Command(tmp_path / name, *own, *words))
        return begun[-1]

    try:
        yield start
    finally:
        for one in begun:
            one.process.kill()  # and with it those that it started
            one.process.communicate()


def sends(shard: Path) -> Callable[[], bool]:
    """Whether it has some outcomes already."""
    return lambda: shard.exists() and shard.read_bytes().count(b'"kind":"outcome"') > 5


def lives(folder: Path, sign: str) -> bool:
    """Whether there is a sign of life by that name."""
    return any(file.read_bytes() for file in folder.glob(sign))


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_a_load_whose_master_hangs_or_dies_ends_soon_and_says_so(load: Start, how: signal.Signals) -> None:
    one = load("judge", "--rate", "20/s", "--life", "200ms", "--for", "10m", "--workers", "2")
    until(sends(shard_of(one.folder / "load", 0)), 60.0)
    senders = children(one.process.pid)
    os.kill(one.process_of("master"), how)
    code, told = one.ended()
    assert code == 4, told + one.said
    why = HUNG if how is signal.SIGSTOP else "was killed by SIGKILL after "
    assert f"the process that holds the workers together {why}" in told
    assert all(gone(pid) for pid in senders)
    assert {one["outcome"] for one in json.loads(told)["verdicts"]} <= {"passed", "inconclusive", "not-applicable"}


@pytest.mark.parametrize(
    ("name", "who"), [("master", "the process that holds the workers together"), ("worker-000", "worker 0")]
)
def test_one_that_hangs_before_anything_is_sent_ends_the_load_and_is_named(load: Start, name: str, who: str) -> None:
    where = f"127.0.0.1:{free_port()}"
    one = load("judge", "--rate", "20/s", "--for", "10s", "--expect-workers", "1", "--master-bind", where)
    until(lambda: lives(one.folder, f"load/{name}.alive"), 60.0)
    one.stop(name)
    code, told = one.ended()
    assert code == 4, told + one.said
    (verdict,) = json.loads(told)["verdicts"]
    assert verdict["because"] == f"nothing was sent: {who} {HUNG}"


@pytest.mark.parametrize("words", [("--workers", "2"), ("--expect-workers", "1", "--master-bind", "WHERE")])
def test_one_that_is_killed_before_anything_is_sent_ends_the_load_and_is_named(
    load: Start, words: tuple[str, ...]
) -> None:
    where = f"127.0.0.1:{free_port()}"
    one = load("judge", "--rate", "20/s", "--for", "10s", *(word.replace("WHERE", where) for word in words))
    until(lambda: lives(one.folder, "load/worker-000.alive"), 60.0)
    os.kill(one.process_of("worker-000"), signal.SIGKILL)
    code, told = one.ended()
    assert code == 4, told + one.said
    (verdict,) = json.loads(told)["verdicts"]
    assert verdict["because"].startswith("nothing was sent: worker 0 was killed by SIGKILL after ")


def test_one_of_another_machine_that_hangs_before_the_load_begins_is_ended_and_missed(load: Start) -> None:
    where = f"127.0.0.1:{free_port()}"
    judge = load(
        "judge", "--rate", "20/s", "--life", "200ms", "--for", "5s", "--expect-workers", "2", "--master-bind", where
    )  # fmt: skip
    joiner = load("joiner", "--join", where, "--workers", "1")
    until(lambda: any(joiner.folder.glob(f"partnersim-joined-*/0/{FILE}")), 60.0)
    until(lambda: "1 of 2 workers from elsewhere has come" in judge.said, 60.0)
    joiner.stop("worker-000")
    assert joiner.ended()[0] == 4, joiner.said
    assert f"\npartnersim: a worker {HUNG}\n" in joiner.said
    until(lambda: "a worker from elsewhere left: was not heard of any more" in judge.said)
    other = load("other", "--join", where, "--workers", "1")
    code, told = judge.ended()
    assert code == 4, told + judge.said
    assert [one["lost"] for one in json.loads(told)["load"]["shares"]] == ["", "was not heard of any more", ""]
    assert other.ended()[0] == 0, other.said


def test_one_that_hangs_while_it_knocks_is_ended_though_nobody_answers(load: Start) -> None:
    joiner = load("joiner", "--join", f"127.0.0.1:{free_port()}", "--workers", "1")
    until(lambda: lives(joiner.folder, "partnersim-joined-*/worker-000.alive"), 60.0)
    joiner.stop("worker-000")
    assert joiner.ended()[0] == 4, joiner.said
    assert f"\npartnersim: a worker {HUNG}\n" in joiner.said
