"""Where workers come in, and those who do, when the disk is of no use: told in words, and nothing stops watching."""

from pathlib import Path

from tests.acceptance.test_load_users import said

WATCHING = """
import locust
from pathlib import Path
from types import SimpleNamespace

from loadtests.door import Door
from simulator.load.roll import Roll
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
from simulator.load.roll import Roll
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


def test_who_joins_where_no_folder_can_be_made_says_so_here_and_there() -> None:
    told, *here = said(JOINING)
    assert told.startswith("cannot make the folder ")
    assert told.endswith("nowhere/0: No such file or directory")
    assert here == [told, "  free the disk, or join from another folder"]
