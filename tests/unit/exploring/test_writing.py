"""What is written says the same as what was read."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.authoring import load_scenario
from simulator.documents import parse
from simulator.exploring.writing import written
from simulator.resources import shipped_scenarios

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_shipped_scenario_comes_back_as_it_was(name: str) -> None:
    scenario = load_scenario(name)
    value = parse(scenario.text, name, "scenario").value
    assert parse(written(value), name, "scenario").value == value


@given(JSON)
def test_any_payload_comes_back_as_it_was(body: Any) -> None:
    document = {
        "scenario": "Whatever",
        "provider": "clevertap",
        "timeline": {"odd": {"event": "completed", "body": body, "valid": False}},
    }
    text = written(document)
    text.encode()
    assert parse(text, "mine.yaml", "scenario").value == document


@pytest.mark.parametrize(
    "text", ["yes: no", "0o17", "1e3", "~", "- a", "a #b", "12:30:00", "#", "a: ", "é", "", " x", "null"]
)
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    document = {
        "scenario": "Whatever",
        "provider": "clevertap",
        "timeline": {"odd": {"event": "completed", "body": text}},
    }
    assert parse(written(document), "mine.yaml", "scenario").value == document


def test_remarks_stand_at_the_top_and_break_no_line() -> None:
    text = written({"scenario": "One"}, ["Made of\nsomething: {odd} " + "word " * 60, "Second"])
    comment = [line for line in text.splitlines() if line.startswith("#")]
    assert comment[-1] == "# Second"
    assert max(map(len, comment)) <= 120
    assert text.endswith("\n\nscenario: One\n")
