"""Copies know how many leave with them; those that are spaced leave alone."""

from datetime import UTC, datetime

import pytest

from simulator.authoring import receiver_at
from simulator.scenario import Export, Repeat, Scenario, Step
from simulator.timeline import plan


@pytest.mark.parametrize(("spacing", "together"), [(0.0, 4), (0.5, 1)])
def test_copies_without_spacing_leave_together(spacing: float, together: int) -> None:
    again = Step(name="again", event="completed", export="quiet", repeat=Repeat(count=4, spacing=spacing))
    quiet = Export(name="quiet", emits=())
    scenario = Scenario(title="t", provider="clevertap", source="", text="", exports=(quiet,), steps=(again,))
    planned = list(
        plan(scenario, receiver_at("http://127.0.0.1:8000/"), seed=1, start=datetime(2026, 1, 5, tzinfo=UTC))
    )
    assert [one.copy for one in planned] == [0, 1, 2, 3]
    assert {one.together for one in planned} == {together}
