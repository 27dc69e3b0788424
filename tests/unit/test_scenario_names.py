"""One among many alike: what `count` makes of an export's name, said in one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import Export, Scenario, export_named

FLEET = Export(name="fleet", count=12)
ALONE = Export(name="fleet-a")


def scenario(*exports: Export) -> Scenario:
    return Scenario(title="t", provider="clevertap", source="", text="", exports=exports)


def test_several_alike_are_numbered_from_one() -> None:
    assert list(Export(name="fleet", count=3).names()) == ["fleet-1", "fleet-2", "fleet-3"]
    assert list(ALONE.names()) == ["fleet-a"]


@given(st.integers(1, 1_000_000), st.data())
def test_a_name_and_an_index_lead_to_each_other(count: int, data: st.DataObject) -> None:
    export, index = Export(name="a-1", count=count), data.draw(st.integers(0, count - 1))
    assert export.index(export.name_of(index)) == index


@pytest.mark.parametrize(
    "name",
    [
        "fleet",
        "fleet-0",
        "fleet-13",
        "fleet-01",
        "fleet-",
        "fleet--1",
        "fleet-+1",
        "fleet- 1",
        "fleet-1_0",
        "fleet-١",
        "fleet-²",
        "Fleet-1",
        "other-1",
        "fleet-1-1",
        f"fleet-{'9' * 5000}",
        "",
    ],
)
def test_no_other_name_is_of_the_fleet(name: str) -> None:
    assert FLEET.index(name) is None
    assert scenario(FLEET).export_named(name) is None


def test_a_scenario_knows_which_export_a_delivery_speaks_of() -> None:
    told = scenario(FLEET, ALONE, Export(name="lone-1"), Export(name="deep-1", count=2))
    assert told.export_named("fleet-12") == (FLEET, 11)
    assert told.export_named("fleet-a") == (ALONE, 0)
    assert told.export_named("lone-1") == (Export(name="lone-1"), 0)
    assert told.export_named("deep-1-2") == (Export(name="deep-1", count=2), 1)
    assert told.export_named("deep-1") is None
    assert export_named({}, "fleet-1") is None
