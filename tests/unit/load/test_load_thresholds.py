"""Thresholds: read from a command line and from a scenario, told apart by kind, and held against a load's figures."""

import json
from typing import Any

import pytest

from simulator.errors import UsageError
from simulator.load.judging.thresholds import COUNTS, NAMES, Threshold, figure, threshold, thresholds
from simulator.model import Drain, Ledger, LoadResult, Spread
from simulator.model.load import DURATIONS, GivenUp
from simulator.resources import folder


def result(**changes: Any) -> LoadResult:
    usual: dict[str, Any] = {
        "model": "open",
        "shape": "steady",
        "rate": 1.0,
        "seconds": 1.0,
        "workers": 1,
        "planned": 9,
        "sent": 4,
        "acknowledged": 4,
        "given_up": {GivenUp.NO_CONNECTION: 2},
        "unsent": 3,
        "ledger": Ledger(lost=1, twice=2, stale=3, refused=4, accepted_wrong=5),
        "ack": Spread(4, 0.1, 0.2, 0.3, 0.4),
        "service": Spread(),
        "effect": Spread(),
        "late": Spread(),
        "held": Spread(),
        "drain": None,
    }
    return LoadResult(**(usual | changes))


def test_names_are_those_of_the_schema() -> None:
    schema = json.loads((folder("schemas") / "scenario.schema.json").read_text(encoding="utf-8"))
    assert set(NAMES) == set(schema["$defs"]["load"]["properties"]["thresholds"]["properties"])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ack_p99<200ms", Threshold(name="ack_p99", limit=0.2, below=True)),
        ("ack_max <= 2s", Threshold(name="ack_max", limit=2.0)),
        ("drain<1m", Threshold(name="drain", limit=60.0, below=True)),
        ("lost<=0", Threshold(name="lost", limit=0.0)),
        ("lost<=5000", Threshold(name="lost", limit=5000.0)),
        (" unsent < 5 ", Threshold(name="unsent", limit=5.0, below=True)),
        ("drain<=0s", Threshold(name="drain", limit=0.0)),
        ("ack_max<=2h", Threshold(name="ack_max", limit=7200.0)),
        ("ack_p50<0.05ms", Threshold(name="ack_p50", limit=0.00005, below=True)),
    ],
)
def test_it_is_read_as_it_is_written(text: str, wanted: Threshold) -> None:
    assert threshold(text) == wanted
    assert threshold(str(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ack_p99>200ms", "is no threshold"),
        ("ack_p99", "is no threshold"),
        ("akc_p99<2s", "did you mean 'ack_p99'"),
        ("losst<=0", "did you mean 'lost'"),
        ("lost<=0.5", "not a whole number"),
        ("lost<=-1", "not a whole number"),
        ("ack_p99<fast", "is not a duration"),
    ],
)
def test_what_is_none_says_so_and_what_to_write(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        threshold(text)
    assert says in error.value.message.replace("`", "'").replace('"', "'")
    assert text.strip() in error.value.message
    assert error.value.remedy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lost<0", "no number is below 0"),
        ("unsent<0", "no number is below 0"),
        ("drain<0s", "nothing takes less than no time"),
        ("effect_max<0s", "nothing takes less than no time"),
        ("ack_p99<0s", "nothing takes less than no time"),
        ("ack_p99<=0s", "no answer comes in no time"),
        ("ack_max<=0.0001ms", "no answer comes in no time"),
        ("effect_p50<=0s", "no effect shows in no time"),
        ("ack_p99<=61m", "what takes longer than 1h counts as 1h"),
        ("effect_p50<2h", "what takes longer than 1h counts as 1h"),
    ],
)
def test_what_nothing_can_keep_to_or_nothing_can_break_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"threshold `{text}`: {says}") as error:
        threshold(text)
    assert f"e.g. {text.partition('<')[0]}<" in error.value.remedy
    threshold(error.value.remedy.removeprefix("e.g. ").partition(",")[0])


def test_so_it_is_in_a_scenario_where_none_is_to_be_exceeded() -> None:
    with pytest.raises(UsageError, match=r"threshold `load\.thresholds\.ack_p99`: no answer comes in no time"):
        thresholds({"ack_p99": 0})
    assert [str(one) for one in thresholds({"drain": 0, "lost": 0})] == ["drain<=0s", "lost<=0"]


def test_a_count_may_be_written_with_a_point_as_the_schema_has_it() -> None:
    assert [str(one) for one in thresholds({"lost": 2.0})] == ["lost<=2"]


def test_a_scenarios_own_are_not_to_be_exceeded_and_a_command_line_comes_first() -> None:
    found = thresholds({"ack_p99": "200ms", "lost": 2, "drain": 5}, ["lost<=0"])
    assert [str(one) for one in found] == ["ack_p99<=200ms", "drain<=5s", "lost<=0"]


@pytest.mark.parametrize("value", [True, -1, "many", 1.5, None])
def test_a_count_in_a_scenario_is_a_whole_number(value: object) -> None:
    with pytest.raises(UsageError, match=r"load\.thresholds\.lost"):
        thresholds({"lost": value})


def test_two_of_one_name_contradict_one_another() -> None:
    with pytest.raises(UsageError, match="about the same"):
        thresholds({}, ["lost<=0", "lost<5"])


def test_below_is_less_and_else_as_much_is_fine() -> None:
    assert threshold("lost<=5").holds(5)
    assert not threshold("lost<5").holds(5)
    assert threshold("lost<5").holds(4)


def test_every_name_has_its_figure() -> None:
    told = result(drain=Drain(7.0, 7.0), effect=Spread(1, 1.1, 1.2, 1.3, 1.4))
    single = [one for one in DURATIONS if one.startswith("ack_")]
    assert [figure(one, told) for one in (*single, *COUNTS)] == [0.1, 0.2, 0.3, 0.4, 1, 2, 3, 4, 5, 5]


def test_what_lies_between_readings_or_was_not_measured_has_none() -> None:
    told = result(drain=Drain(7.0, 7.0), effect=Spread(1, 1.1, 1.2, 1.3, 1.4), ack=Spread())
    assert [figure(one, told) for one in DURATIONS] == [None] * 9
