"""How shown values are compared and told, and what verdicts are made of."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.check import Finding, Tally
from simulator.check.state import count, equal, fits, shown, value, wanted
from simulator.model import Observation, Result
from tests.unit.checks.told_run import Told

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_value_is_equal_to_itself(one: Any) -> None:
    assert equal(one, one)


@given(JSON, JSON)
def test_equality_is_the_same_from_either_side(one: Any, other: Any) -> None:
    assert equal(one, other) == equal(other, one)


@pytest.mark.parametrize(
    ("shown_", "wanted_", "same"),
    [
        (2, 2.0, True),
        (2, 2.5, False),
        ("2", 2, False),
        ("1690283492", "1690283492", True),
        ("01", "1", False),
        (9007199254740993, 9007199254740992.0, False),
        (True, 1, False),
        (0, False, False),
        (None, 0, False),
        ("é", "e\u0301", False),
        ([1, 2], [1, 2.0], True),
        ([1, True], [1, 1], False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"b": 1}, False),
    ],
)
def test_numbers_are_numbers_and_texts_are_texts(shown_: Any, wanted_: Any, *, same: bool) -> None:
    assert equal(shown_, wanted_) is same


@pytest.mark.parametrize(
    ("name", "shown_", "wanted_", "same"),
    [
        ("status", "completed", "Completed", True),
        ("status", "fertig", "Completed", True),
        ("status", "Fertig", "Initiated", False),
        ("status", 1, "1", False),
        ("effects", [1, 2], 2, True),
        ("effects", 2, 2, True),
        ("effects", "2", 2, False),
        ("effects", True, 1, False),
        ("effects", ["a"], ["a"], True),
        ("runs", [], 0, True),
        ("total", [1, 2], 2, False),
        ("at", "2023-07-25T16:50:52+05:30", "2023-07-25T11:20:52.000Z", True),
        ("at", "2023-07-25T16:50:52", "2023-07-25T16:50:52", True),
        ("at", "2023-07-25T16:50:52", "2023-07-25T16:50:52Z", False),
        ("at", 5, "5", False),
        ("name", "2023-07-25T16:50:52+05:30", "2023-07-25T11:20:52Z", False),
    ],
)
def test_a_select_name_has_its_own_measure(tmp_path: Path, name: str, shown_: Any, wanted_: Any, *, same: bool) -> None:
    case = Told(folder=tmp_path, words={"Completed": ["FERTIG"]}).case()
    assert fits(case, name, shown_, wanted_) is same


@given(st.lists(st.integers(), max_size=4))
def test_a_list_counts_by_its_length(many: list[int]) -> None:
    assert count(many) == len(many)


@pytest.mark.parametrize("one", [None, "3", True, {"a": 1}])
def test_what_is_no_number_and_no_list_counts_nothing(one: Any) -> None:
    assert count(one) is None


def seen(**how: Any) -> Observation:
    how = {"present": True, **how}
    return Observation(line=1, probe="p", export="e", run=1, id="1", moment="end", asked=0, done=0, **how)


@pytest.mark.parametrize(
    ("one", "names", "text"),
    [
        (seen(values={"status": "é", "effects": [1]}), (), 'status "é", effects [1]'),
        (seen(values={"status": "x", "effects": 1}), ("effects", "at"), "effects 1, no at"),
        (seen(values={}), (), "the export"),
        (seen(present=False), ("status",), "no such export"),
        (seen(present=None, detail="500"), (), "nothing: 500"),
    ],
)
def test_a_reading_in_words(one: Observation, names: tuple[str, ...], text: str) -> None:
    assert shown(one, names) == text


def test_a_long_value_is_cut() -> None:
    assert value("x" * 200) == '"' + "x" * 79 + "…"


def test_what_is_wanted_in_words() -> None:
    assert wanted({"status": "Completed", "effects": 1}) == "status Completed and effects 1"
    assert (wanted({"absent": True}), wanted({"absent": False})) == ("no such export", "the export")


@given(st.lists(st.sampled_from(list(Result)), max_size=60))
def test_the_gravest_finding_is_the_outcome(results: list[Result]) -> None:
    tally = Tally()
    for line, result in enumerate(results):
        tally.add(Finding(result, str(line), (line,), measure=float(line)))
    order = [Result.FAILED, Result.INCONCLUSIVE, Result.PASSED, Result.NOT_APPLICABLE]
    assert tally.outcome == next((one for one in order if one in results), None)
    assert tally.total == len(results)
    for result in set(results):
        lines = [line for line, one in enumerate(results) if one is result]
        assert tally.first[result].because == str(lines[0])
        assert tally.lines(result) == tuple(lines[:20])
    if Result.PASSED in results:
        assert tally.longest is not None
        assert tally.longest.measure == max(line for line, one in enumerate(results) if one is Result.PASSED)
