"""What a mix makes is what it says it is, in the bytes that leave, whatever the scenario it is made of does."""

from datetime import UTC, datetime

import orjson
import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.load.curves import SHAPES
from simulator.load.mix import STEPS, Mix, per_life
from simulator.load.planned import PlannedLoad
from simulator.model import Delivery
from simulator.timeline.lives import Lives
from tests.unit.load.told_load import on_the_wire

RIGHT = "Bearer opensesame"
WRONG = Mix(malformed=0.2, unauthorized=0.2)
FIRST_STEPS = {
    "with a fault on the wire": "fault: {chunked: {}}",
    "torn": "fault: {truncate: 50%}",
    "in copies": "repeat: {count: 3, spacing: 0s}",
    "by another method": "fault: {method: PUT}",
    "forged": "credentials: wrong",
    "of another shape": "body: '[]', valid: false",
    "no JSON": "body: 'hello', valid: false",
}


def load(step: str, end: str = "") -> PlannedLoad:
    text = f"""
scenario: First
provider: clevertap
exports:
  report: {{frequency: one time, emits: [], takes: 1h}}
timeline:
  early: {{event: initiated, export: report, at: 0s, {step}}}
  done: {{event: completed, export: report, at: 1h{end}}}
"""
    receiver = receiver_at("http://127.0.0.1:8000/hook", authorization=RIGHT)
    lives = Lives(parse_scenario(text, "first.yaml"), receiver, seed=3, start=datetime(2026, 1, 5, tzinfo=UTC))
    return PlannedLoad(lives=lives, curve=SHAPES["steady"], mix=WRONG, rate=50.0, seconds=10.0)


def made_wrong(planned: PlannedLoad) -> dict[str, list[Delivery]]:
    shared = list(planned.share(0, 1))
    return {step: [one for one in shared if one.step == step] for step in STEPS}


@pytest.mark.parametrize("step", FIRST_STEPS.values(), ids=FIRST_STEPS)
def test_what_is_made_malformed_is_so_on_the_wire_and_nothing_else_is_wrong_with_it(step: str) -> None:
    broken = made_wrong(load(step))["malformed"]
    assert len(broken) > 20
    for one in broken:
        head, _, body = on_the_wire(one).partition(b"\r\n\r\n")
        assert f"Authorization: {RIGHT}\r\n".encode() in head + b"\r\n"
        assert head.startswith(b"POST ")
        assert one.together == 1
        with pytest.raises((orjson.JSONDecodeError, KeyError)):
            orjson.loads(body)["Export Request Id"]


@pytest.mark.parametrize("step", FIRST_STEPS.values(), ids=FIRST_STEPS)
def test_what_is_made_unauthorized_says_what_the_partner_would_and_has_another_secret(step: str) -> None:
    forged = made_wrong(load(step))["unauthorized"]
    assert len(forged) > 20
    for one in forged:
        head, _, body = on_the_wire(one).partition(b"\r\n\r\n")
        assert RIGHT.encode() not in head
        assert str(orjson.loads(body)["Export Request Id"]) == one.id
        assert one.together == 1


def test_of_a_story_without_anything_genuine_nothing_is_made_wrong_and_as_much_is_sent() -> None:
    planned = load("credentials: wrong", end=", credentials: wrong")
    sent = list(planned.share(0, 1))
    assert {one.step for one in sent} == {"early", "done"}
    assert len(sent) == pytest.approx(planned.rate * planned.seconds, rel=0.01)
    assert per_life(WRONG, planned.lives.first) == 2.0
