"""What orders come to: loads with what their scenarios refer to filled in, and nothing secret in what is written."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.authoring import receiver_at
from simulator.errors import UsageError
from simulator.load.orders import FILE, Orders, planned_for, read_orders, write_orders

RECEIVER = receiver_at("http://127.0.0.1:8000/hook")
SECRET = "opensesame-opensesame"
TEXT = """\
scenario: With credentials of its own
provider: clevertap
webhook: {authorization: "Bearer ${env:HOOK_TOKEN}"}
exports:
  one: {takes: 2s}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    (tmp_path / "own.yaml").write_text(TEXT)
    return Orders(
        scenarios=(str(tmp_path / "own.yaml"),), to="x", rate=5.0, seconds=2.0, seed=1, start="2026-01-05T00:00:00Z"
    )


def test_a_scenarios_own_credentials_are_sent_and_no_head_shows_them(orders: Orders) -> None:
    planned = planned_for(orders, RECEIVER, {"HOOK_TOKEN": SECRET})
    assert all(f"Authorization: Bearer {SECRET}\r\n".encode() in one.data for one in planned.share(0, 1))
    assert SECRET in " ".join(planned.secrets)
    assert SECRET not in str(planned.head)


def test_a_variable_that_is_not_set_is_named_before_anything_is_sent(orders: Orders) -> None:
    with pytest.raises(UsageError, match="HOOK_TOKEN"):
        planned_for(orders, RECEIVER, {})


def test_orders_are_read_as_they_were_written(orders: Orders, tmp_path: Path) -> None:
    more = replace(orders, allow=("example.org",), shape="midnight", repeat=0.05)
    write_orders(tmp_path, more)
    assert read_orders(tmp_path / FILE) == more
