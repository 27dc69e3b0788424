"""What holds for all tests."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on what else the machine does: speed is measured in loadtests/bench/ alone.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

LONG = Path(__file__).parent / "acceptance"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the files, the long ones go first: one that came last would run alone at the end.

    However the rest is shuffled: it stays so.
    """
    items.sort(key=lambda one: LONG not in one.path.parents)
