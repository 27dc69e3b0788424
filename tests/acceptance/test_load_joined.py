"""A load spread over machines, which are folders here: what joins has none of the files and no journal of its own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from simulator.errors import UsageError
from simulator.load.judging.merging import FOLLOWED
from simulator.load.machines.gathered import noted
from simulator.load.orders import Orders, shard_of, write_orders
from simulator.load.processes import Meeting, send
from simulator.runner.stop import Stop
from simulator.sample import close, create_app, running
from simulator.sample import receiver_file as sample_file
from tests.acceptance.conftest import Answering, children, gone, measured_alone, unmeasured_environment, until
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: pip install '.[load]'"),
    pytest.mark.xdist_group("load"),  # one at a time: they look at their own lateness
]
CREDENTIALS = "Bearer secret-secret"
PATIENCE = 200.0  # seconds: so many processes that start together take a minute where many others run, and more
PLAIN = ("--malformed", "0%", "--unauthorized", "0%", "--stale", "0%")  # all that is sent is to be acknowledged
LOAD = (
    "--rate", "40/s", "--life", "200ms", "--window", "1s", "--sender-lateness", "30s", "--journal", "load", *PLAIN,
)  # fmt: skip

OF_THE_LOAD = {
    "load.ndjson", "shard-000.ndjson", "shard-001.ndjson", "followed.readings", "orders.json", "gathered.json",
    "master.log", "worker-000.log", "worker-001.log", "master.alive", "worker-000.alive",
}  # fmt: skip
STRANGER = """
import itertools, sys, time
import msgpack, zmq

socket = zmq.Context().socket(zmq.DEALER)
socket.setsockopt(zmq.IDENTITY, b"stranger")
socket.connect("tcp://" + sys.argv[1])
told = [None, {}, {"nth": 1}, {"number": 1, "offset": 0, "data": b"x", "nth": 1}, {"version": "0", "nth": 1}]
told += [{"number": "../evil", "offset": 0, "data": b"x", "nth": 1}, {"why": "../evil"}, [1], {"number": 7, "nth": [2]}]
kinds = ["here", "orders?", "accepted", "left", "clock?", "piece", "ready", "done"]
while True:
    for kind, data in [("client_ready", "2.40.0"), *itertools.product([f"partnersim-{one}" for one in kinds], told)]:
        socket.send(msgpack.dumps((kind, data, "stranger")))
    time.sleep(0.5)
"""
BEHIND = """
import locust
import time
from types import SimpleNamespace

import gevent
from locust.runners import WorkerRunner

from loadtests.beginning import Beginning, own_clock

def answer(kind, data=None):
    heard, _ = runner.custom_messages["partnersim-begin"]
    gevent.spawn(heard, None, SimpleNamespace(data={"at": time.time() + 3600 + 0.2}))

runner = WorkerRunner.__new__(WorkerRunner)
runner.custom_messages, runner.send_message = {}, answer
beginning = Beginning(SimpleNamespace(runner=runner), lambda: own_clock() + 3600)
beginning.wait()
print(beginning.now())
"""
KNOCKING = """
import os
from pathlib import Path

from simulator.load.machines.joining import Loan, lend

raise SystemExit(lend(Loan("127.0.0.1", {}, 1, os.environ, Path.cwd(), print, lambda *_: None, patience=2.0)))
"""
LENDING = """
import os
from pathlib import Path

from simulator.load.machines.joining import Loan, lend

raise SystemExit(lend(Loan("127.0.0.1", {}, 1, os.environ, Path.cwd(), print, lambda *_: None, silent={})))
"""
DISPATCHED = """
import locust
from locust.runners import WorkerNode

from loadtests.dispatch import dispatcher
from simulator.load.machines.roll import Roll

class Sender(locust.User):
    pass

roll = Roll(2, 0)
roll.local("a", 0)
roll.local("b", 1)
nodes = [WorkerNode(one) for one in ("a", "b", "stranger")]
made = dispatcher(roll, 5)(worker_nodes=nodes, user_classes=[Sender])
for change in (lambda: None, lambda: made.add_worker(WorkerNode("another")), lambda: made.remove_worker(nodes[1])):
    change()
    made.new_dispatch(10, 100.0)
    print(list(made))
"""


class Machine:
    """`partnersim load`, or another program, in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *words: str,
        env: Mapping[str, str],
        program: tuple[str, ...] = ("-m", "simulator", "load"),
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        with (folder / "stderr").open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *program, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=measured_alone({**env, "TMPDIR": str(folder)}),
                text=True,
            )

    @property
    def said(self) -> str:
        """What it said to people so far."""
        return (self.folder / "stderr").read_text()

    def senders(self) -> list[int]:
        """The processes that it started."""
        return children(self.process.pid)

    def ended(self) -> tuple[int, str]:
        """Its exit code, and what it said to programs."""
        told, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, told


class Machines:
    """One that judges, and others that join it."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._all: list[Machine] = []
        self.told = {"PARTNERSIM_SAMPLE_AUTHORIZATION": CREDENTIALS, "SAMPLE_URL": url}
        self.address = f"127.0.0.1:{free_port()}"

    def judge(self, *words: str) -> Machine:
        """The one that judges; it has a receiver file."""
        (self._folder / "judge").mkdir()
        (self._folder / "judge" / "receiver.yaml").write_text(sample_file("${env:SAMPLE_URL}", CREDENTIALS))
        return self._started("judge", "--receiver", "receiver.yaml", *LOAD, "--master-bind", self.address, *words)

    def joiner(self, *words: str, env: Mapping[str, str] | None = None) -> Machine:
        """One that joins it; what the receiver file needs is in its environment, unless that is said."""
        return self._started(f"joiner{len(self._all)}", "--join", self.address, *words, env=env)

    def lender(self, *, silent: float) -> Machine:
        """One that joins it, and is less patient with its workers."""
        program = LENDING.format(self.address.partition(":")[2], silent)
        self._all.append(Machine(self._folder / f"joiner{len(self._all)}", env=self.told, program=("-c", program)))
        return self._all[-1]

    def end(self) -> None:
        """None of them is left."""
        for one in self._all:
            one.process.kill()
            one.process.communicate()

    def _started(self, name: str, *words: str, env: Mapping[str, str] | None = None) -> Machine:
        self._all.append(Machine(self._folder / name, *words, env=self.told if env is None else env))
        return self._all[-1]


@contextmanager
def gathered(folder: Path) -> Iterator[Machines]:
    """Machines of a load of a sample receiver."""
    app = create_app(folder / "sample.sqlite", authorization=CREDENTIALS)
    with running(app) as url:
        made = Machines(folder, url)
        try:
            yield made
        finally:
            made.end()
    close(app)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """Of a load of the sample receiver."""
    with gathered(tmp_path) as made:
        yield made


def alone(lines: str) -> "subprocess.CompletedProcess[str]":
    """What these lines of Python came to in a process of their own: Locust changes the one that it runs in."""
    words = [sys.executable, "-c", lines]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, env=unmeasured_environment(), check=False)


def ids(journal: Path, **having: str) -> set[str]:
    """The ids that entries of these words speak of."""
    told = [json.loads(one) for one in journal.read_text().splitlines()]
    return {one["id"] for one in told if "id" in one and all(one[name] == word for name, word in having.items())}


def outcomes(shard: Path) -> int:
    """How many stand in it."""
    return shard.read_bytes().count(b'"kind":"outcome"')


def sends(judge: Machine) -> Callable[[], bool]:
    """Whether it has some outcomes of another machine already; it has to go on until then."""
    shard = shard_of(judge.folder / "load", 1)

    def some() -> bool:
        assert judge.process.poll() is None, judge.said
        return shard.exists() and outcomes(shard) > 10

    return some


def test_two_machines_send_a_load_together_and_one_of_them_judges_all_of_it(machines: Machines) -> None:
    judge = machines.judge("--for", "4s", "--expect-workers", "1", "--json")
    joiner = machines.joiner()
    code, told = judge.ended()
    assert code == 0, told + judge.said
    assert joiner.ended()[0] == 0, joiner.said
    load = json.loads(told)["load"]
    assert load["planned"] == load["sent"] == load["acknowledged"] > 100
    assert load["ledger"]["lost"] == 0
    assert load["ledger"]["checked"] == load["ledger"]["known"] > 0
    assert [(one["lost"], one["sent"] == one["planned"] > 40) for one in load["shares"]] == [("", True), ("", True)]
    assert f"partnersim load --join {machines.address}" in judge.said
    assert "1 of 1 worker from elsewhere has come; the load begins" in judge.said
    assert f"{machines.address} answers; " in joiner.said
    assert "--expect-workers 1" in json.loads(told)["verdicts"][0]["reproduce"]
    assert [path.name for path in joiner.folder.iterdir()] == ["stderr"], "nothing stays where it was joined"
    own, followed = ids(shard_of(judge.folder / "load", 0)), ids(judge.folder / "load" / FOLLOWED, moment="after")
    assert followed, "what other machines send is told too late to see how soon it shows"
    assert followed <= own


class Pair(NamedTuple):
    """One that judges and one that joined it `where` it said; something broke. `worker` is the process that sent."""

    judge: Machine
    joiner: Machine
    worker: int
    where: str


def joiner_killed(machines: Machines) -> Pair:
    """The machine that joined was killed, when it had sent some of which nobody hears any more."""
    judge = machines.judge("--for", "5s", "--life", "3s", "--expect-workers", "1", "--json")
    joiner = machines.joiner()
    known = shard_of(judge.folder / "load", 1)
    until(sends(judge), PATIENCE)
    (own_shard,) = joiner.folder.glob("partnersim-joined-*/*/shard-001.ndjson")
    until(lambda: outcomes(own_shard) > outcomes(known) + 12)
    (worker,) = joiner.senders()
    joiner.process.kill()
    return Pair(judge, joiner, worker, machines.address)


def worker_stopped(machines: Machines) -> Pair:
    """A worker of the machine that joined stands still while it sends."""
    judge = machines.judge("--for", "3s", "--expect-workers", "1", "--json")
    joiner = machines.lender(silent=8.0)
    until(sends(judge), PATIENCE)
    (worker,) = joiner.senders()
    os.kill(worker, signal.SIGSTOP)
    return Pair(judge, joiner, worker, machines.address)


def judge_killed(machines: Machines) -> Pair:
    """The machine that judges was killed."""
    judge = machines.judge("--for", "60s", "--expect-workers", "1")
    joiner = machines.joiner()
    until(sends(judge), PATIENCE)
    (worker,) = joiner.senders()
    judge.process.kill()
    return Pair(judge, joiner, worker, machines.address)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Pair]]:
    """These three, one after the other: what becomes of them takes long, so that all of it is waited for at once."""
    with ExitStack() as kept:
        yield {
            how.__name__: how(kept.enter_context(gathered(tmp_path_factory.mktemp(how.__name__))))
            for how in (judge_killed, joiner_killed, worker_stopped)
        }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to the one that started it")
def test_what_a_machine_told_before_it_was_killed_is_kept_and_its_share_is_named(broken: dict[str, Pair]) -> None:
    judge = broken["joiner_killed"].judge
    code, told = judge.ended()
    assert code == 4, told + judge.said
    own, other = json.loads(told)["load"]["shares"]
    assert (own["lost"], own["sent"]) == ("", own["planned"])
    assert other["lost"] == "was not heard of any more"
    assert 10 < other["sent"] < other["planned"]
    failed = {one["rule"]: one["because"] for one in json.loads(told)["verdicts"] if one["outcome"] != "passed"}
    assert "worker 1: was not heard of any more" in failed["load/all-sent"]
    assert "failed" not in {one["outcome"] for one in json.loads(told)["verdicts"]}
    assert gone(broken["joiner_killed"].worker)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes as Linux shows them")
def test_a_joined_worker_that_hangs_is_ended_with_the_reason(broken: dict[str, Pair]) -> None:
    judge, joiner, worker, _ = broken["worker_stopped"]
    code, told = joiner.ended()
    assert (code, told) == (4, "a worker gave no sign of life for 8s, and was ended\n"), joiner.said
    assert gone(worker)
    code, told = judge.ended()
    assert code == 4, told + judge.said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux binds a process to the one that started it")
def test_who_joined_a_machine_that_was_killed_ends_with_the_reason(broken: dict[str, Pair]) -> None:
    _, joiner, worker, where = broken["judge_killed"]
    assert joiner.ended()[0] == 4, joiner.said
    assert f"{where} was not heard of for 20s: this share of the load is lost" in joiner.said
    assert gone(worker)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes as Linux shows them")
def test_a_machine_that_is_to_end_leaves_no_process_and_says_goodbye(machines: Machines) -> None:
    judge = machines.judge("--for", "5s", "--expect-workers", "1", "--json")
    joiner = machines.joiner()
    until(sends(judge), PATIENCE)
    senders = joiner.senders()
    joiner.process.send_signal(signal.SIGTERM)
    assert joiner.ended()[0] == 143, joiner.said
    assert senders
    assert all(gone(pid) for pid in senders)
    code, told = judge.ended()
    assert code == 4, told + judge.said
    assert json.loads(told)["load"]["shares"][1]["lost"] == "left before all of its share was sent"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the processes as Linux shows them")
def test_whoever_is_not_taken_is_told_why_and_a_signal_ends_the_waiting_everywhere(
    machines: Machines, closed_port: str
) -> None:
    judge = machines.judge("--for", "60s", "--expect-workers", "2")
    without, elsewhere = machines.joiner(env={}), machines.joiner(env={**machines.told, "SAMPLE_URL": closed_port})
    assert without.ended()[0] == elsewhere.ended()[0] == 4
    assert "PARTNERSIM_SAMPLE_AUTHORIZATION" in without.said
    assert f"{closed_port} is not reached from where it was joined: " in elsewhere.said
    until(lambda: judge.said.count("\na worker from elsewhere left: ") == 2)
    assert "0 of 2 workers from elsewhere have come; waiting until " in judge.said
    other = machines.joiner()
    until(lambda: len(other.senders()) == 1)
    senders = judge.senders() + other.senders()
    until(lambda: list(other.folder.glob("partnersim-joined-*/0/orders.json")), PATIENCE)
    judge.process.send_signal(signal.SIGINT)
    code, told = judge.ended()
    assert code == 130, told + judge.said
    assert other.ended()[0] == 4
    assert "ended the load before all of this share was sent" in other.said
    assert all(gone(pid) for pid in senders)
    assert not list((judge.folder / "load").glob("shard-*"))


def test_strangers_and_those_who_are_too_many_are_refused_and_nobody_else_suffers(
    machines: Machines, tmp_path: Path
) -> None:
    judge = machines.judge("--for", "2s", "--expect-workers", "1", "--json")
    words = [sys.executable, "-c", STRANGER, machines.address]
    stranger = subprocess.Popen(words, stdin=subprocess.DEVNULL, env=unmeasured_environment())
    joiner = machines.joiner("--workers", "2")
    code, told = judge.ended()
    stranger.kill()
    stranger.wait()
    assert code == 0, told + judge.said
    assert joiner.ended()[0] == 4
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"judge", "joiner1", "sample"}
    assert {path.name for path in judge.folder.iterdir()} == {"load", "receiver.yaml", "stderr"}
    assert {path.name for path in (judge.folder / "load").iterdir()} <= OF_THE_LOAD
    assert "Traceback" not in (judge.folder / "load" / "master.log").read_text()
    assert "expects 1 worker from elsewhere, and all of them are there" in joiner.said
    load = json.loads(told)["load"]
    assert load["planned"] == load["sent"] == load["acknowledged"]


def test_whoever_comes_or_goes_each_worker_has_its_connections() -> None:
    ended = alone(DISPATCHED)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["[{'a': {'Sender': 5}, 'b': {'Sender': 5}}]"] * 3


def test_a_worker_whose_clock_is_an_hour_behind_begins_when_the_others_do() -> None:
    ended = alone(BEHIND)
    assert ended.returncode == 0, ended.stderr
    assert abs(float(ended.stdout)) < 60.0


def test_a_load_that_nobody_joins_is_not_sent(tmp_path: Path, answering: Answering) -> None:
    (tmp_path / "receiver.yaml").write_text(f'receiver: mine\nendpoints:\n  "*": {{url: "{answering.url}"}}\n')
    orders = Orders(
        scenarios=("load/clevertap",),
        receiver_file=str(tmp_path / "receiver.yaml"),
        rate=10.0,
        seconds=1.0,
        seed=1,
        start="2026-01-05T00:00:00+00:00",
        workers=3,
    )
    where = Meeting("127.0.0.1", free_port(), 2, wait=1.0)
    file = write_orders(tmp_path, orders)
    with pytest.raises(UsageError, match=r"nothing was sent: of 2 workers from elsewhere 0 came within 1s"):
        asyncio.run(send(tmp_path, orders, file, unmeasured_environment(), Stop(), meeting=where))
    assert answering.requests == []


def test_who_knocks_where_nobody_answers_says_so_at_once_and_gives_up(tmp_path: Path) -> None:
    where = f"127.0.0.1:{free_port()}"
    joiner = Machine(tmp_path, "--join", where, env={})
    until(lambda: "with 1 worker, which says what is sent; knocking for up to 5m" in joiner.said)
    joiner.process.send_signal(signal.SIGINT)
    assert joiner.ended()[0] == 130, joiner.said
    ended = alone(KNOCKING.format(where.partition(":")[2]))
    assert ended.returncode == 4, ended.stderr
    assert f"nobody at {where} answered within 2s" in ended.stdout


def orders_of_machines(folder: Path, url: str, *, elsewhere: int) -> Orders:
    """Of a short load that one worker of this machine sends and so many of others."""
    (folder / "receiver.yaml").write_text(
        f'receiver: mine\nendpoints:\n  "*": {{url: "{url}", authorization: "${{env:TOKEN}}"}}\n'
    )
    return Orders(
        scenarios=("load/clevertap",),
        receiver_file=str(folder / "receiver.yaml"),
        rate=40.0,
        seconds=1.0,
        life=0.2,
        seed=1,
        start="2026-01-05T00:00:00+00:00",
        workers=1 + elsewhere,
    )


def test_a_place_that_was_left_is_not_waited_for_to_the_end_and_the_load_goes_on_without(
    tmp_path: Path, answering: Answering
) -> None:
    folder = tmp_path / "judge"
    folder.mkdir()
    orders = orders_of_machines(folder, answering.url, elsewhere=2)
    where = Meeting("127.0.0.1", free_port(), 2, wait=60.0, again=2.0)
    file = write_orders(folder, orders)
    words = ("--join", f"127.0.0.1:{where.port}")
    joined, refused = Machine(tmp_path / "a", *words, env={"TOKEN": "x"}), Machine(tmp_path / "b", *words, env={})
    try:
        lost = asyncio.run(send(folder, orders, file, unmeasured_environment({"TOKEN": "x"}), Stop(), meeting=where))
        assert (joined.ended()[0], refused.ended()[0]) == (0, 4), joined.said + refused.said
    finally:
        for one in (joined, refused):
            one.process.kill()
            one.process.communicate()
    (gone_one,) = lost
    assert gone_one.worker in {1, 2}
    assert gone_one.why.startswith(f"receiver.yaml (from {words[1]}):3:")
    assert "the environment has no variable `TOKEN`" in gone_one.why
    assert f"TOKEN=… partnersim load --join {words[1]}" in refused.said
    assert noted(folder)[:3] == (1, 1, 1)
    assert sum(shard_of(folder, number).exists() for number in range(3)) == 2


def test_an_address_that_is_taken_is_said_before_anything_is_begun(machines: Machines) -> None:
    host, port = machines.address.split(":")
    with socket.create_server((host, int(port))):
        judge = machines.judge("--for", "1s", "--expect-workers", "1")
        code, told = judge.ended()
    assert code == 2, told + judge.said
    assert f"nobody can join at {machines.address}: Address already in use" in judge.said
    assert "name another port, with --master-bind HOST:PORT" in judge.said
    assert {path.name for path in judge.folder.iterdir()} == {"receiver.yaml", "stderr"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--join", "127.0.0.1:1", "--rate", "5/s", "--seed", "1"), "--rate and --seed"),
        (("--join", "127.0.0.1:1", "load/clevertap"), "SCENARIO"),
        (("--join", "127.0.0.1"), "'127.0.0.1' is not HOST:PORT"),
        (("--join", "127.0.0.1:0"), "is not HOST:PORT"),
        (("--receiver", "r.yaml", "--master-bind", "127.0.0.1:1"), "--master-bind goes with --expect-workers"),
        (("--to", "http://127.0.0.1:1/", "--expect-workers", "1"), "--expect-workers goes with --receiver"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    (tmp_path / "r.yaml").write_text('receiver: mine\nendpoints:\n  "*": {url: "http://127.0.0.1:1/"}\n')
    machine = Machine(tmp_path, *words, env={})
    assert machine.ended()[0] == 2
    assert told in machine.said
