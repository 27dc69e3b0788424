"""Random schedules are the same for the same seed, can be played, and give each of their claims something to judge."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import Any

import pytest

from simulator.authoring import parse_scenario, receiver_at
from simulator.errors import UsageError
from simulator.exploring.schedules import schedule
from simulator.faults import FAULTS
from simulator.model import Delivery
from simulator.scenario import Scenario
from simulator.timeline import plan

START = datetime(2026, 1, 5, tzinfo=UTC)
RECEIVER = receiver_at("http://127.0.0.1:8000/hook", authorization="Bearer secret-secret")
PARTNERS = ["clevertap", "reachfive"]
SHOWN = frozenset(("id", "status", "effects", "name"))


@cache
def planned(partner: str, seed: int, *, authorized: bool = True) -> tuple[Scenario, list[Delivery]]:
    scenario = parse_scenario(schedule(partner, seed, authorized=authorized, shown=SHOWN), f"schedule {seed}")
    return scenario, list(plan(scenario, RECEIVER, seed=seed, start=START))


@pytest.mark.parametrize("partner", PARTNERS)
def test_the_same_seed_makes_the_same_text_and_another_another(partner: str) -> None:
    texts = [schedule(partner, seed, authorized=True, shown=SHOWN) for seed in range(50)]
    assert texts == [schedule(partner, seed, authorized=True, shown=SHOWN) for seed in range(50)]
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
        found.update(step.credentials for step in scenario.steps)
        found.update(claim.invariant for claim in scenario.claims)
        found.update(scenario.readings.values())
        found["at once"] += any(len(list(same)) > 1 for _, same in groupby(deliveries, key=lambda one: one.due))
    wanted = {"wrong", "absent", "empty", "prefix", "suffix", "at once", "same", "new"}
    wanted |= {
        "repeats-change-nothing",
        "order-changes-nothing",
        "ends-stay-ended",
        "acknowledged-is-kept",
        "campaign-5s-2",
    }
    assert wanted <= {name for name, number in found.items() if number > 2}


def test_every_fault_of_the_wire_is_mixed_in() -> None:
    """A fault that is new has to be told apart here: is it taken, without effect, or either? (One is left out.)"""
    found = {
        name
        for partner in PARTNERS
        for seed in range(150)
        for step in planned(partner, seed)[0].steps
        for name in step.fault
    }
    assert found == set(FAULTS) - {"wrap"}


@pytest.mark.parametrize("partner", PARTNERS)
def test_what_is_expected_of_a_fault_is_what_any_right_receiver_does(partner: str) -> None:
    """Correct requests are acknowledged, others are left open; an export told of by one alone is there, or is not."""
    seen: Counter[str] = Counter()
    for seed in range(150):
        scenario, deliveries = planned(partner, seed)
        expected = {one.name: one.status for one in scenario.expectations}
        alone = {step.export: step for step in scenario.steps if step.fault}
        for step in scenario.steps:
            if step.fault:
                assert (expected.get(step.name) == ("ack",)) == correct(step.fault), step
                assert step.name.startswith("no-effect-") == undone(step.fault), step
        for claim in scenario.claims:
            if not claim.invariant and claim.of in alone:
                step = alone[claim.of]
                assert [one.step for one in deliveries if one.export == claim.of] == [step.name]
                kind = "absent" if "absent" in claim.wants else "there"
                assert correct(step.fault) == (kind == "there"), step
                assert kind == "there" or undone(step.fault), step
                seen[kind] += 1
    assert min(seen["absent"], seen["there"]) > 25


@pytest.mark.parametrize("partner", PARTNERS)
def test_some_exports_are_told_of_side_by_side_and_end_once_whatever_is_answered(partner: str) -> None:
    """At one moment nobody knows which is first: a start may be refused, and a copy of what is being worked on."""
    seen: Counter[str] = Counter()
    for seed in range(150):
        scenario, deliveries = planned(partner, seed)
        expected = {one.name: one.status for one in scenario.expectations}
        claims = {one.of: one.wants for one in scenario.claims if "effects" in one.wants}
        tied = {step.export for step in scenario.steps if step.name.startswith(("crowd", "start", "end"))}
        assert set(claims) == tied
        for export, wanted in claims.items():
            told = [one for one in deliveries if one.export == export]
            assert all(one.genuine for one in told)
            assert len({one.due for one in told}) == 1
            assert len(told) > 1
            assert {one.status for one in told if one.end} == {wanted["status"]}
            assert len({one.body for one in told if one.end}) == wanted["effects"] == 1
            for one in told:
                right = ("any",) if one.together > 1 else (("ack",) if one.end else ("2xx", "4xx"))
                assert expected.get(one.step, ("ack",)) == right, one
            if len({one.event for one in told}) > 1:
                seen[f"first {told[0].event}"] += 1
            seen["same time"] += len({one.at for one in told}) == 1
            seen["copies"] += any(one.together > 1 for one in told)
    both = {"first completed", "first initiated"} if partner == "clevertap" else set()
    assert {name for name, number in seen.items() if number > 10} == both | {"copies", "same time"}


@pytest.mark.parametrize("partner", PARTNERS)
def test_of_a_copy_of_what_is_being_worked_on_no_invariant_asks_for_an_answer(partner: str) -> None:
    for seed in range(150):
        scenario, _ = planned(partner, seed)
        crowded = {one.of for one in scenario.claims if "effects" in one.wants}
        asked = {one.of for one in scenario.claims if one.invariant == "repeats-change-nothing"}
        copied = any(step.repeat.count > 1 for step in scenario.steps if step.export in crowded)
        assert not asked & crowded
        assert not (copied and "" in asked)


def correct(fault: Mapping[str, Any]) -> bool:
    """Whether it is a request that RFC 9110 and 9112 want every server to understand."""
    ((name, setting),) = fault.items()
    if name == "content-type":
        return str(setting).lower().startswith("application/json")
    return name in {"pause", "drip", "split", "chunked", "expect-continue"} or (
        name == "headers" and "repeat" not in setting
    )


def undone(fault: Mapping[str, Any]) -> bool:
    """Whether no receiver may act on it."""
    return set(fault) <= {"truncate", "content-length"} or fault == {"method": "GET"}


def test_nothing_is_forged_where_no_credentials_are_asked_for() -> None:
    for seed in range(50):
        scenario, _ = planned("clevertap", seed, authorized=False)
        assert {step.credentials for step in scenario.steps} <= {"right"}


@pytest.mark.parametrize("partner", PARTNERS)
def test_nothing_is_claimed_of_what_the_receiver_does_not_show(partner: str) -> None:
    for seed in range(30):
        without = schedule(partner, seed, authorized=True, shown=("effects",))
        assert {name for claim in parse_scenario(without, "own").claims for name in claim.wants} <= {
            "absent",
            "effects",
        }
        blind = parse_scenario(schedule(partner, seed, authorized=True, shown=()), "own")
        assert all(claim.invariant for claim in blind.claims)
        assert [step.name for step in blind.steps] == [step.name for step in planned(partner, seed)[0].steps]


def test_a_partner_nobody_can_mix_is_refused() -> None:
    with pytest.raises(UsageError, match="'mailchimp'"):
        schedule("mailchimp", 1, authorized=True, shown=SHOWN)
