"""Locust's users: so many tell lives as a curve says, whichever of them they are."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulator.load.curves import SHAPES
from tests.acceptance.conftest import unmeasured_environment

ROOT = Path(__file__).resolve().parents[2]
GONE_AND_BACK = """
import locust
import gevent

from loadtests.closed_model import ClosedUsers

class Lives:
    living = 0

    def __init__(self):
        self.told = []

    def live(self, carrier, *, free):
        self.told.append(carrier)
        if carrier == "breaks":
            raise RuntimeError(carrier)
        gevent.sleep(0)

def serve(name):
    try:
        users.serve(name)
    except RuntimeError:
        return

lives = Lives()
users = ClosedUsers(lives, users=2, level=lambda _: 0.5, seconds=1.0, until=1.0, now=lambda: 0.5)
users._begun = True
gevent.spawn(serve, "breaks").join()
print(users.there)
others = [gevent.spawn(serve, name) for name in ("comes instead", "is one too many")]
while "comes instead" not in lives.told:
    gevent.sleep(0)
print(users.there, sorted(set(lives.told)))
gevent.killall(others)
print(users.there)
"""


USERS_OF = """
import gevent
import locust
from gevent import monkey

from loadtests.closed_model import ClosedLoad
from simulator.clock import RealClock
from simulator.model import Exchange, Outcome
from tests.making import delivery

now = RealClock().now
late, held = [], []

class Load:
    first = 0

    def life_of(self, number, began):
        return [delivery(due=began), delivery(due=began), delivery(due=began + {pause})]

class Shard:
    def intent(self, delivery):
        return 1

    def outcome(self, line, delivery, exchange, took, waited):
        late.append(took - waited)
        held.append(waited)

class Carrier:
    stopped = False

    def carry(self, delivery, leave):
        gevent.sleep({connecting})
        leave()
        sent = now()
        gevent.sleep(0.01)
        return Exchange(Outcome.ANSWERED, 200, sent=sent, done=now())

def hog():
    sleep = monkey.get_original("time", "sleep")
    while {hogged}:
        sleep({hogged})
        gevent.sleep(0.001)

hogs = gevent.spawn(hog)
load = ClosedLoad([Load()], Shard(), lambda *_: None, make=Carrier, worker=0, workers=1, now=now)
free = load.live(Carrier())
load.live(Carrier(), free=free)
hogs.kill()
print(len(late), *({what}))
"""

SHAPED = """
from loadtests.shapes import BY_NAME
from simulator.load.curves import SHAPES
from tests.acceptance.conftest import unmeasured_environment

for name, curve in SHAPES.items():
    shape = BY_NAME[name]()
    shape.get_run_time = lambda: 30.5
    print(name, shape.tick() == (max(round(20 * curve.level(30.5 / 60)), 1), 20.0), curve.sentence in shape.__doc__)
print(sorted(BY_NAME) == sorted(SHAPES), all(not one.abstract for one in BY_NAME.values()))
"""


def said(program: str) -> list[str]:
    """The lines that it prints, in a process of its own: Locust patches whoever imports it."""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=unmeasured_environment(), capture_output=True, text=True,
        check=True, timeout=30,
    )  # fmt: skip
    return ended.stdout.splitlines()


def test_every_curve_is_a_shape_of_users() -> None:
    assert said(f"import locust\n{SHAPED}") == [*(f"{name} True True" for name in SHAPES), "True True"]


def test_who_comes_instead_of_a_user_that_broke_tells_lives_in_its_place() -> None:
    assert said(GONE_AND_BACK) == ["0", "2 ['breaks', 'comes instead']", "0"]


@pytest.mark.parametrize("pause", [0.0, 0.5])
def test_a_user_that_wakes_late_is_late_by_the_senders_own_fault(pause: float) -> None:
    """Be it to read an answer, or since the time of what is next has come."""
    what = "all(one > 0.1 for one in late[1:]), max(held) < 0.3"
    assert said(USERS_OF.format(pause=pause, connecting=0.0, hogged=0.3, what=what)) == ["6 True True"]


def test_what_waits_for_its_connection_does_not() -> None:
    what = "all(one > 0.2 for one in held), all(own < waited for own, waited in zip(late, held))"
    assert said(USERS_OF.format(pause=0.0, connecting=0.3, hogged=0, what=what)) == ["6 True True"]
