"""Random schedules are the same for the same seed, can be played, and give each of their claims something to judge."""

from collections import Counter
from datetime import UTC, datetime
from itertools import groupby

import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.errors import UsageError
from simulator.exploring.schedules import schedule
from simulator.model import Delivery
from simulator.scenario import Scenario
from simulator.timeline import plan

START = datetime(2026, 1, 5, tzinfo=UTC)
RECEIVER = receiver_at("http://127.0.0.1:8000/hook", authorization="Bearer secret-secret")
PARTNERS = ["clevertap", "reachfive"]


def planned(partner: str, seed: int, *, authorized: bool = True) -> tuple[Scenario, list[Delivery]]:
    scenario = parse_scenario(schedule(partner, seed, authorized=authorized), f"schedule {seed}")
    return scenario, list(plan(scenario, RECEIVER, seed=seed, start=START))


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_same_seed_makes_the_same_text_and_another_another(partner: str) -> None:
    texts = [schedule(partner, seed, authorized=True) for seed in range(50)]
    assert texts == [schedule(partner, seed, authorized=True) for seed in range(50)]
    assert len(set(texts)) == 50


@pytest.mark.parametrize("partner", PARTNERS)
def test_every_schedule_can_be_played_and_has_a_genuine_end(partner: str) -> None:
    for seed in range(150):
        _, deliveries = planned(partner, seed)
        assert any(one.genuine and one.end for one in deliveries), seed
        assert len(deliveries) < 100


@pytest.mark.parametrize("partner", PARTNERS)
def test_a_claim_on_repeats_or_order_stands_only_where_there_are_some(partner: str) -> None:
    for seed in range(150):
        scenario, deliveries = planned(partner, seed)
        claims = {claim.invariant for claim in scenario.claims}
        genuine = [one for one in deliveries if one.genuine]
        copies = Counter((one.id, one.body) for one in genuine)
        if "repeats-change-nothing" in claims:
            assert max(copies.values()) > 1, seed
        by_id = groupby(sorted(genuine, key=lambda one: one.id), key=lambda one: one.id)
        orders = [[one.at for one in sorted(told, key=lambda one: one.number)] for _, told in by_id]
        if "order-changes-nothing" in claims:
            assert any(times != sorted(times) for times in orders), seed


def test_all_that_can_be_mixed_is_mixed() -> None:
    found: Counter[str] = Counter()
    for seed in range(150):
        scenario, deliveries = planned("clevertap", seed)
        found.update(name for step in scenario.steps for name in step.fault)
        found.update(step.credentials for step in scenario.steps)
        found.update(claim.invariant for claim in scenario.claims)
        found.update(scenario.readings.values())
        found["at once"] += any(len(list(same)) > 1 for _, same in groupby(deliveries, key=lambda one: one.due))
    wanted = {"truncate", "pause", "hang-up", "wrong", "absent", "empty", "prefix", "suffix", "at once", "same", "new"}
    wanted |= {
        "repeats-change-nothing",
        "order-changes-nothing",
        "ends-stay-ended",
        "acknowledged-is-kept",
        "campaign-5s-2",
    }
    assert wanted <= {name for name, number in found.items() if number > 2}


def test_nothing_is_forged_where_no_credentials_are_asked_for() -> None:
    for seed in range(100):
        scenario, _ = planned("clevertap", seed, authorized=False)
        assert {step.credentials for step in scenario.steps} <= {"right"}


def test_a_partner_nobody_can_mix_is_refused() -> None:
    with pytest.raises(UsageError, match="'mailchimp'"):
        schedule("mailchimp", 1, authorized=True)
