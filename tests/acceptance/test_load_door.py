"""Where workers come in, and those who do, when the disk is of no use: told in words, and nothing stops watching."""

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


def test_that_a_worker_was_lost_stops_nobody_where_it_cannot_be_noted() -> None:
    assert said(WATCHING) == ["goes on"]


def test_who_joins_where_no_folder_can_be_made_says_so_here_and_there() -> None:
    told, *here = said(JOINING)
    assert told.startswith("cannot make the folder ")
    assert told.endswith("nowhere/0: No such file or directory")
    assert here == [told, "  free the disk, or join from another folder"]
