"""Where workers come in, and those who do, when the disk is of no use: told in words, and nothing stops watching."""

import json
from pathlib import Path

from simulator.load.orders import shard_of
from tests.acceptance.conftest import until
from tests.acceptance.test_load_joined import PATIENCE, gathered
from tests.acceptance.test_load_users import said

WATCHING = """
import locust
from pathlib import Path
from types import SimpleNamespace

from loadtests.door import Door
from simulator.load.machines.roll import Roll
from simulator.version import __version__

events = SimpleNamespace(test_start=SimpleNamespace(add_listener=lambda _: None))
environment = SimpleNamespace(parsed_options=SimpleNamespace(), events=events)
runner = SimpleNamespace(register_message=lambda *_: None)
roll = Roll(0, 1)
roll.asked("b", __version__)
roll.here("b")
Door(environment, runner, roll, Path("/nowhere/at/all"), {}).lost("b", "left")
print("goes on")
"""
JOINING = """
import locust
import os
from types import SimpleNamespace

from loadtests.joined import Joined
from simulator.load.variables import WORKER

os.environ[WORKER] = "nowhere/0"
sent = []
joined = Joined.__new__(Joined)
joined._runner = SimpleNamespace(send_message=lambda kind, data: sent.append(data["why"]))
joined._asked = lambda *_: {"load": {}, "number": 0}
try:
    joined.share()
except SystemExit as ended:
    print(sent[0])
    print(ended)
"""


NO_ROOM_THERE = """
import locust
import errno
import os
from pathlib import Path
from types import SimpleNamespace

from loadtests.door import Door
from loadtests.messages import PIECE, TAKEN
from simulator.load.crew import said_of
from simulator.load.machines.intake import Intake
from simulator.load.machines.roll import Roll
from simulator.version import __version__

def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

Intake._put = full
events = SimpleNamespace(test_start=SimpleNamespace(add_listener=lambda _: None))
environment = SimpleNamespace(parsed_options=SimpleNamespace(), events=events)
heard = {}
runner = SimpleNamespace(register_message=heard.__setitem__, send_message=lambda *told: print(told))
roll = Roll(1, 1)
roll.local("a", 0)
roll.asked("b", __version__)
roll.here("b")
folder = Path(FOLDER)
Door(environment, runner, roll, folder, {})
piece = {"number": 1, "offset": 0, "data": b"one", "nth": 7}
heard[PIECE](environment, SimpleNamespace(node_id="b", data=piece))
heard[PIECE](environment, SimpleNamespace(node_id="stranger", data=piece))
print(said_of(folder, 1).read_text())
"""
REFUSED = """
import locust
from pathlib import Path
from types import SimpleNamespace

from loadtests import joined

joined._OFTEN = 0.0
journal = Path(FOLDER) / "journal"
journal.write_text("one\\n")

def one():
    made = joined.Joined.__new__(joined.Joined)
    made._journal, made._told, made._number, made._following = journal, 0, 1, None
    made._runner = SimpleNamespace(send_message=lambda kind, data: print(kind, data["why"]))
    made._taken = SimpleNamespace(ask=lambda *_, **__: {"refused": ["cannot write it", "free the disk there"]})
    return made

try:
    one()._follow()
except SystemExit as ended:
    print(ended)
try:
    one().finish()
except Exception as error:
    print(type(error).__name__, error)
"""
UNFORESEEN = """
import locust
import os
from types import SimpleNamespace

from loadtests import joined
from simulator.errors import PartnersimError
from simulator.load.variables import HOME, WORKER

os.environ.update({WORKER: "0", HOME: "/"})
os.chdir(os.sys.argv[1])
sent = []

def silent(*_, **__):
    raise PartnersimError("no answer")

def fails(*_, **__):
    raise KeyError("what")

def ended(asking):
    one = joined.Joined.__new__(joined.Joined)
    one._where = "10.0.0.5:6000"
    one._runner = SimpleNamespace(send_message=lambda kind, data: sent.append((kind, data["why"])))
    one._orders = asking
    try:
        one.share()
    except SystemExit as error:
        print(*sent.pop())
        print(error)

joined.taken = fails
ended(SimpleNamespace(ask=lambda *_, **__: {"load": {}, "number": 1}))
ended(SimpleNamespace(ask=silent))
"""
FULL = """
import locust
from types import SimpleNamespace

from loadtests.orders_run import OrderedUser, OrdersRun
from simulator.errors import StorageError

def full(carrier):
    raise StorageError("cannot write shard-001.ndjson: No space left", "name another folder with --journal")

sent = []
run = OrdersRun.__new__(OrdersRun)
from loadtests.joined import Joined
run._joined = Joined.__new__(Joined)
run._joined._runner = SimpleNamespace(send_message=lambda kind, data: sent.append((kind, data["why"])))
OrderedUser.work = SimpleNamespace(serve=full)
OrderedUser.make = staticmethod(lambda: SimpleNamespace(close=lambda: print("closed")))
OrderedUser.end = staticmethod(run._end)
try:
    OrderedUser.serve(OrderedUser.__new__(OrderedUser))
except SystemExit as ended:
    print(*sent.pop())
    print(ended)
"""
BROKEN = """
import locust
from types import SimpleNamespace

from locust.exception import RPCError
from locust.runners import WorkerRunner

from loadtests.messages import TAKEN, Asking

def send(question, data):
    sent.append(question)
    if len(sent) == 1:
        raise RPCError("broken")
    heard, _ = runner.custom_messages[TAKEN]
    heard(None, SimpleNamespace(data={"next": 5, "nth": data["nth"]}))

sent = []
runner = WorkerRunner.__new__(WorkerRunner)
runner.custom_messages, runner.send_message = {}, send
print(Asking(runner, TAKEN).ask("piece", {}, patience=20.0)["next"], sent)
"""
GONE = """
import locust
from types import SimpleNamespace

from loadtests.beginning import Agreement
from loadtests.messages import READY
from simulator.load.machines.roll import Roll
from simulator.version import __version__

roll = Roll(0, 1)
roll.asked("b", __version__)
roll.here("b")
heard, told = {}, []
runner = SimpleNamespace(
    clients={"b": SimpleNamespace(state="ready", heartbeat=3)},
    register_message=heard.__setitem__, send_message=lambda *_: None,
)
def agreement():
    return Agreement(runner, roll, lambda node, why: told.append(why))
early, late = agreement(), agreement()
heard[READY](None, SimpleNamespace(node_id="b"))
runner.clients.clear()
early._look()
late._look()
print(told)
"""


def test_what_breaks_on_its_way_to_the_other_machine_is_said_again() -> None:
    assert said(BROKEN) == ["5 ['piece', 'piece']"]


def test_who_left_before_the_load_began_is_not_said_to_have_sent_some_of_it() -> None:
    assert said(GONE) == ["['left before the load began', 'left before all of its share was sent']"]


def test_who_joins_tells_also_what_nobody_foresaw_and_that_it_waits_no_more(tmp_path: Path) -> None:
    told = said(UNFORESEEN.replace("os.sys.argv[1]", repr(str(tmp_path))))
    assert told == [
        "partnersim-left KeyError: 'what'",
        "KeyError: 'what'",
        "  this is a fault of partnersim: please report it with the output of PARTNERSIM_TRACEBACK=1",
        "partnersim-left 10.0.0.5:6000 gives no orders",
        "10.0.0.5:6000 gives no orders",
        "  is `partnersim load --expect-workers` waiting there?",
    ]


def test_who_cannot_go_on_while_it_sends_tells_the_master_why() -> None:
    assert said(FULL) == [
        "closed",
        "partnersim-left cannot write shard-001.ndjson: No space left",
        "cannot write shard-001.ndjson: No space left",
        "  free the disk, or join with another TMPDIR",
    ]


def test_that_a_worker_was_lost_stops_nobody_where_it_cannot_be_noted() -> None:
    assert said(WATCHING) == ["goes on"]


def test_a_journal_for_which_the_judging_machine_has_no_room_is_refused_and_the_reason_is_noted(tmp_path: Path) -> None:
    why = "cannot write shard-001.ndjson where the load is judged: No space left on device"
    answer = {"refused": [why, "free the disk there"], "nth": 7}
    told = said(NO_ROOM_THERE.replace("FOLDER", repr(str(tmp_path))))
    assert told == [str(("partnersim-taken", answer, "b")), why, ""]


def test_who_joined_ends_at_once_when_its_journal_is_refused(tmp_path: Path) -> None:
    assert said(REFUSED.replace("FOLDER", repr(str(tmp_path)))) == [
        "partnersim-left cannot write it",
        "cannot write it",
        "  free the disk there",
        "StorageError cannot write it",
        "  free the disk there",
    ]


def test_who_joins_where_no_folder_can_be_made_says_so_here_and_there() -> None:
    told, *here = said(JOINING)
    assert told.startswith("cannot make the folder ")
    assert told.endswith("nowhere/0: No such file or directory")
    assert here == [told, "  free the disk, or join from another folder"]


def test_both_machines_say_that_a_journal_could_not_be_taken_and_why(tmp_path: Path) -> None:
    with gathered(tmp_path) as machines:
        judge = machines.judge("--for", "60s", "--expect-workers", "1", "--json")
        until(lambda: "waiting up to" in judge.said, PATIENCE)
        shard_of(judge.folder / "load", 1).mkdir()
        joiner = machines.joiner()
        code, told = joiner.ended()
        why = "cannot write shard-001.ndjson where the load is judged: File exists"
        assert code == 4, told + joiner.said
        assert f"\npartnersim: {why}\n  free the disk there" in joiner.said
        shard_of(judge.folder / "load", 1).rmdir()
        judge.process.terminate()
        code, told = judge.ended()
        assert code == 143, told + judge.said
        assert json.loads(told)["load"]["shares"][1]["lost"] == why
