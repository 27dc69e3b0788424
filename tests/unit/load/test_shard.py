"""What a process of a load says of itself at the end of its journal."""

from pathlib import Path

import pytest

from loadtests.shard import Shard
from simulator.journal import Journal
from simulator.model import Exchange, Outcome
from tests.unit.load.told_load import Told


def test_its_own_lateness_is_what_no_connection_was_waited_for(tmp_path: Path) -> None:
    shard = Shard(tmp_path / "shard.ndjson", {}, (), lambda: 1.0)
    for late, one in enumerate(Told(folder=tmp_path, rate=50.0, seconds=4.0).planned.share(0, 1)):
        exchange = Exchange(Outcome.ANSWERED, 200, sent=1.0, done=1.0)
        shard.outcome(shard.intent(one), one, exchange, late=late / 100 + 5.0, held=5.0)
    shard.close(complete=True)
    shard.close(complete=False)
    footer = Journal.open(tmp_path / "shard.ndjson").footer
    assert footer is not None
    assert footer["complete"]
    assert footer["lateness"] == pytest.approx({"p50": 0.99, "p99": 1.97, "max": 1.99}, rel=0.01)
