"""Shapes: when a part of a load has come, and how high the rate is meanwhile."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.load.curves import SHAPES, Curve


@pytest.mark.parametrize("name", SHAPES)
def test_parts_come_in_order_and_within_the_time(name: str) -> None:
    moments = [SHAPES[name].moment(part / 1000) for part in range(1001)]
    assert all(before <= after for before, after in pairwise(moments))
    assert (min(moments) >= 0.0, max(moments) <= 1.0) == (True, True)


@pytest.mark.parametrize("name", SHAPES)
def test_as_much_comes_between_two_moments_as_the_level_there_says(name: str) -> None:
    """Counted from the moments of a great many parts, outside of bursts."""
    curve, parts = SHAPES[name], 20_000
    moments = [curve.moment((part + 0.5) / parts) for part in range(parts)]
    bursts = [time for time, _ in curve.bursts]
    for begin in (0.01, 0.2, 0.46, 0.56, 0.9):
        end = begin + 0.04
        if any(begin <= time <= end for time in bursts):
            continue
        came = sum(1 for one in moments if begin <= one < end) / parts * curve.amount
        assert came == pytest.approx((curve.level(begin) + curve.level(end)) / 2 * 0.04, abs=2e-4)


@pytest.mark.parametrize(
    ("name", "amount"),
    [("steady", 1.0), ("ramp", 0.5), ("spike", 0.19), ("soak", 0.975), ("midnight", 1.0), ("backlog", 1.0)],
)
def test_what_a_shape_comes_to_in_all(name: str, amount: float) -> None:
    assert SHAPES[name].amount == pytest.approx(amount)


def test_a_burst_comes_at_one_moment() -> None:
    midnight = SHAPES["midnight"]
    assert [midnight.moment(part) for part in (0.11, 0.5, 0.89)] == [0.5, 0.5, 0.5]
    assert midnight.moment(0.05) == pytest.approx(0.25)
    assert midnight.moment(0.95) == pytest.approx(0.75)
    assert {SHAPES["backlog"].moment(part) for part in (0.0, 0.3, 1.0)} == {0.0}


def test_a_burst_is_seen_in_the_level_for_a_hundredth_of_the_time() -> None:
    midnight = SHAPES["midnight"]
    assert [midnight.level(time) for time in (0.49, 0.5, 0.509, 0.52)] == [0.2, 1.0, 1.0, 0.2]


def test_a_step_is_no_slope() -> None:
    step = Curve(sentence="", points=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (1.0, 1.0)))
    assert [step.moment(part) for part in (0.0, 0.5, 1.0)] == [0.5, 0.75, 1.0]


@pytest.mark.parametrize("schema", ["scenario", "report"])
def test_what_may_be_written_is_what_there_is(schema: str) -> None:
    path = Path(__file__).resolve().parents[3] / "schemas" / f"{schema}.schema.json"
    assert list(enums_of_shape(json.loads(path.read_text(encoding="utf-8")))) == [list(SHAPES)]


def enums_of_shape(told: Any) -> Any:
    """What every `shape` in there may be."""
    if isinstance(told, dict):
        if isinstance(shape := told.get("shape"), dict) and "enum" in shape:
            yield shape["enum"]
        for one in told.values():
            yield from enums_of_shape(one)
    elif isinstance(told, list):
        for one in told:
            yield from enums_of_shape(one)
