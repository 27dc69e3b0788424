"""What is looked ahead at is the whole share, whatever its scenario repeats and whatever is mixed into it."""

from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from time import perf_counter

import pytest

from loadtests.look_ahead import LookAhead
from simulator.authoring import load_scenario, parse_scenario, receiver_at
from simulator.load.curves import SHAPES
from simulator.load.mix import Mix
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery
from simulator.scenario import Scenario
from simulator.timeline.lives import Lives

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(
    path for folder in ("clevertap", "load", "reachfive") for path in (ROOT / "scenarios" / folder).iterdir()
)
RECEIVER = receiver_at("http://127.0.0.1:8000/hook", authorization="Bearer opensesame")
START = datetime(2026, 1, 5, tzinfo=UTC)
MIXES = {
    "plain": Mix(),
    "some": Mix(repeat=0.05, stale=0.05, malformed=0.02, unauthorized=0.02),
    "most": Mix(repeat=0.9, stale=1.0),
}
THRICE = """
scenario: Thrice
provider: clevertap
exports:
  report: {frequency: one time, emits: [completed], takes: 1s}
timeline:
  start: {event: initiated, export: report, repeat: {count: 3, spacing: 0s}}
"""


def load(scenario: Scenario, mix: Mix, shape: str = "steady") -> PlannedLoad:
    lives = Lives(scenario, RECEIVER, seed=3, start=START)
    rate = max(20.0, 2.0 * lives.size)
    return PlannedLoad(lives=lives, curve=SHAPES[shape], mix=mix, rate=rate, seconds=1.0)


def handed_out(planned: PlannedLoad) -> list[Delivery]:
    ahead, handed = LookAhead(planned.share(0, 1)), []
    while ahead.more():
        handed.append(ahead.ready.popleft())
    return handed


@pytest.mark.parametrize("shape", ["steady", "backlog"])
@pytest.mark.parametrize("mix", MIXES.values(), ids=MIXES)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_all_of_a_share_is_handed_out_in_order_and_what_leaves_together_side_by_side(
    path: Path, mix: Mix, shape: str
) -> None:
    planned = load(load_scenario(str(path)), mix, shape)
    handed = handed_out(planned)
    assert sorted(handed) == sorted(planned.share(0, 1))
    assert [one.due for one in handed] == sorted(one.due for one in handed)
    assert_whole_groups(handed)


def assert_whole_groups(handed: list[Delivery]) -> None:
    left = iter(handed)
    for one in left:
        others = [next(left) for _ in range(one.together - 1)]
        assert {(other.id, other.event, other.due, other.together) for other in others} <= {
            (one.id, one.event, one.due, one.together)
        }


def test_a_share_whose_planning_takes_breaks_is_the_same_share() -> None:
    planned = load(parse_scenario(THRICE, "load.yaml"), MIXES["most"])
    share = list(planned.planning(0, 1))
    assert None in share
    ahead, handed = LookAhead(share), []
    while ahead.more():
        handed.append(ahead.ready.popleft())
    assert handed == handed_out(planned)


def test_nothing_is_planned_for_longer_than_there_is_time() -> None:
    ahead = LookAhead(repeat(None))
    assert not ahead.more(0.0)
    assert not ahead.more(perf_counter() + 0.01)
    assert not ahead.exhausted


def test_of_copies_that_leave_together_one_that_comes_late_leaves_by_itself() -> None:
    planned = load(parse_scenario(THRICE, "load.yaml"), Mix(stale=1.0))
    handed = handed_out(planned)
    starts = [one for one in handed if not one.end]
    assert {one.together for one in starts} == {1, 2}
    assert [one.due for one in handed] == sorted(one.due for one in handed), "none waits for one that left by itself"
    assert_whole_groups(handed)


def test_what_a_share_does_not_complete_is_handed_out_at_its_end() -> None:
    one = next(
        planned for planned in load(parse_scenario(THRICE, "load.yaml"), Mix()).share(0, 1) if planned.together == 3
    )
    ahead = LookAhead(iter([one, one._replace(copy=1)]))
    assert ahead.more()
    assert [(each.copy, each.together) for each in ahead.ready] == [(0, 2), (1, 2)]
