"""Locust's users: so many tell lives as a curve says, whichever of them they are."""

import subprocess
import sys
from pathlib import Path

from simulator.load.curves import SHAPES

ROOT = Path(__file__).resolve().parents[2]
GONE_AND_BACK = """
import locust
import gevent

from loadtests.closed_model import ClosedUsers

class Lives:
    living = 0

    def __init__(self):
        self.told = []

    def live(self, carrier):
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


SHAPED = """
from loadtests.shapes import BY_NAME
from simulator.load.curves import SHAPES

for name, curve in SHAPES.items():
    shape = BY_NAME[name]()
    shape.get_run_time = lambda: 30.5
    print(name, shape.tick() == (max(round(20 * curve.level(30.5 / 60)), 1), 20.0), curve.sentence in shape.__doc__)
print(sorted(BY_NAME) == sorted(SHAPES), all(not one.abstract for one in BY_NAME.values()))
"""


def said(program: str) -> list[str]:
    """The lines that it prints, in a process of its own: Locust patches whoever imports it."""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return ended.stdout.splitlines()


def test_every_curve_is_a_shape_of_users() -> None:
    assert said(f"import locust\n{SHAPED}") == [*(f"{name} True True" for name in SHAPES), "True True"]


def test_who_comes_instead_of_a_user_that_broke_tells_lives_in_its_place() -> None:
    assert said(GONE_AND_BACK) == ["0", "2 ['breaks', 'comes instead']", "0"]
