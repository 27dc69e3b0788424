"""What a process of a load says of itself at the end of its journal."""

from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent import GreenletExit

from loadtests.shard import Shard
from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter
from simulator.model import Delivery, Exchange, Outcome
from tests.unit.load.told_load import Told

ANSWERED = Exchange(Outcome.ANSWERED, 200, sent=1.0, done=1.0)
REFUSED = Exchange(Outcome.REFUSED, detail="connection failed")


@pytest.fixture
def share(tmp_path: Path) -> list[Delivery]:
    """200 deliveries."""
    return list(Told(folder=tmp_path, rate=50.0, seconds=4.0).planned.share(0, 1))


@pytest.fixture
def shard(tmp_path: Path) -> Shard:
    return Shard(tmp_path / "shard.ndjson", {}, (), lambda: 1.0)


def footer(folder: Path) -> Any:
    return Journal.open(folder / "shard.ndjson").footer


def test_its_own_lateness_is_what_no_connection_was_waited_for(
    tmp_path: Path, shard: Shard, share: list[Delivery]
) -> None:
    for late, one in enumerate(share):
        shard.outcome(shard.intent(one), one, ANSWERED, late=late / 100 + 5.0, held=5.0)
    shard.close(complete=True)
    assert footer(tmp_path)["lateness"] == pytest.approx({"p50": 0.99, "p99": 1.97, "max": 1.99}, rel=0.001)


@pytest.mark.parametrize("last", [ANSWERED, REFUSED])
def test_what_left_what_came_of_it_and_whether_anybody_was_there(
    tmp_path: Path, shard: Shard, share: list[Delivery], last: Exchange
) -> None:
    for one, exchange in zip(share[:2], (last, REFUSED), strict=True):
        shard.outcome(shard.intent(one), one, exchange, late=0.0, held=0.0)
    shard.intent(share[2])
    shard.close(complete=False)
    told = footer(tmp_path)
    assert (told["deliveries"], told["attempts"], told["complete"]) == (2, 3, False)
    assert told["reached"] == (last is ANSWERED)


def test_once_it_is_closed_nothing_is_sent_and_nothing_changes(
    tmp_path: Path, shard: Shard, share: list[Delivery]
) -> None:
    line = shard.intent(share[0])
    shard.close(complete=True)
    closed = (tmp_path / "shard.ndjson").read_bytes()
    with pytest.raises(GreenletExit):
        shard.intent(share[1])
    shard.outcome(line, share[0], ANSWERED, late=0.0, held=0.0)
    shard.close(complete=False)
    assert (tmp_path / "shard.ndjson").read_bytes() == closed
    assert footer(tmp_path)["complete"]


def test_what_came_of_the_last_one_stands_on_the_file_though_nothing_more_is_sent(
    tmp_path: Path, shard: Shard, share: list[Delivery]
) -> None:
    failed: list[Exception] = []
    shard.outcome(shard.intent(share[0]), share[0], ANSWERED, late=0.0, held=0.0)
    assert '"outcome":"answered"' not in (tmp_path / "shard.ndjson").read_text()
    shard.keep_flushing(failed.append)
    gevent.idle()
    assert '"outcome":"answered"' in (tmp_path / "shard.ndjson").read_text()
    shard.close(complete=True)
    assert failed == []


def test_that_nothing_more_can_be_written_is_told_at_once(shard: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise StorageError("the disk is full")

    failed: list[Exception] = []
    monkeypatch.setattr(JournalWriter, "flush", full)
    shard.keep_flushing(failed.append)
    gevent.idle()
    (error,) = failed
    assert str(error) == "the disk is full"
