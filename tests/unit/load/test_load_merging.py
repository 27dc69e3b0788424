"""Shards become one journal: in order of moments, lines renumbered, whoever was lost named."""

import os
from itertools import islice, pairwise
from pathlib import Path

import orjson
import pytest

from simulator.errors import StorageError
from simulator.journal import Journal, JournalWriter
from simulator.load.judging.merging import BEGAN, merged, untold
from simulator.load.mix import per_life
from simulator.load.orders import shard_of
from simulator.model import Lateness
from tests.unit.load.told_load import Model, Told


def told(folder: Path, workers: int = 3, **how: object) -> Told:
    one = Told(folder=folder, workers=workers, rate=60.0, repeat=0.2, **how)  # type: ignore[arg-type]  # of any kind
    one.send()
    return one


def test_entries_are_in_order_and_outcomes_find_their_intents(tmp_path: Path) -> None:
    one = told(tmp_path)
    whole = merged(tmp_path, one.planned, 3, {})
    lines = [orjson.loads(line) for line in whole.path.read_bytes().splitlines()]
    moments = [line.get("wall", line.get("done")) for line in lines[1:]]
    assert all(before <= after for before, after in pairwise(moments))
    for outcome in (line for line in lines if line["kind"] == "outcome"):
        assert lines[outcome["of"] - 1]["kind"] == "intent"
        assert lines[outcome["of"] - 1]["n"] == outcome["n"]
    assert {line["kind"] for line in lines[1:]} == {"intent", "outcome"}


def test_nothing_of_any_shard_is_left_out_or_told_otherwise(tmp_path: Path) -> None:
    one = told(tmp_path)
    parts = [attempt for number in range(3) for attempt in Journal.open(shard_of(tmp_path, number)).attempts()]
    whole = merged(tmp_path, one.planned, 3, {})
    both = [
        sorted((attempt.number, attempt.id, attempt.intended, attempt.done, attempt.body) for attempt in attempts)
        for attempts in (parts, Journal.open(whole.path).attempts())
    ]
    assert both[0] == both[1]
    assert len(both[0]) == whole.sent == whole.planned


def test_its_end_is_written_when_somebody_says_so(tmp_path: Path) -> None:
    whole = merged(tmp_path, told(tmp_path).planned, 3, {})
    assert Journal.open(whole.path).footer is None
    whole.close(9.0, Lateness(p99=0.5))
    journal = Journal.open(whole.path)
    assert journal.complete
    assert journal.footer is not None
    assert journal.footer["lateness"]["p99"] == 0.5


def test_a_shard_that_is_cut_short_anywhere_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    one = told(tmp_path, 2)
    path = shard_of(tmp_path, 1)
    data = path.read_bytes()
    for place, end in enumerate((0, 5, len(data) // 3, len(data) - 200, len(data) - 1)):
        path.write_bytes(data[:end])
        whole = merged(tmp_path, one.planned, 2, {})
        assert whole.shares[1].lost, place
        assert not whole.shares[0].lost
        assert whole.shares[1].planned > 0
        assert whole.shares[1].sent == sum(
            b'"kind":"intent"' in line for line in data[:end].splitlines(True) if line.endswith(b"\n")
        )
        whole.path.unlink()


def test_a_worker_that_had_nothing_to_send_is_not_lost(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, workers=4, rate=1.0, seconds=2.0)
    one.send()
    for number in range(4):
        if not any(True for _ in one.planned.share(number, 4)):
            shard_of(tmp_path, number).unlink()
    whole = merged(tmp_path, one.planned, 4, {})
    assert [share.lost for share in whole.shares if share.planned == 0]
    assert not any(share.lost for share in whole.shares)


def test_what_is_no_journal_says_where(tmp_path: Path) -> None:
    one = told(tmp_path, 2)
    path = shard_of(tmp_path, 1)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"what\n", *lines[3:]]))
    with pytest.raises(StorageError, match=r"shard-001\.ndjson: line 4 is no journal entry"):
        merged(tmp_path, one.planned, 2, {})


def test_a_line_without_its_moment_says_where(tmp_path: Path) -> None:
    one = told(tmp_path, 1)
    path = shard_of(tmp_path, 0)
    path.write_bytes(path.read_bytes() + b'{"kind":"note"}\n')
    with pytest.raises(StorageError, match=r"line \d+ is no journal entry"):
        merged(tmp_path, one.planned, 1, {})


@pytest.mark.parametrize(
    "entry",
    [
        b'{"kind":"intent","wall":9.0}',
        b'{"kind":"intent","wall":9.0,"attempt":1,"n":1,"due":"soon"}',
        b'{"kind":"outcome","done":9.0}',
        b'{"kind":"outcome","done":9.0,"outcome":"eaten","of":2}',
    ],
)
def test_an_entry_that_is_not_whole_says_where(tmp_path: Path, entry: bytes) -> None:
    one = told(tmp_path, 2)
    path = shard_of(tmp_path, 1)
    path.write_bytes(path.read_bytes() + entry + b"\n")
    line = len(path.read_bytes().splitlines())
    with pytest.raises(StorageError, match=rf"shard-001\.ndjson: line {line} is no journal entry"):
        merged(tmp_path, one.planned, 2, {}, closed=True)


def test_seconds_are_counted_as_they_were_planned(tmp_path: Path) -> None:
    one = told(tmp_path, 3, gone=frozenset({0}), model=Model())
    whole = merged(tmp_path, one.planned, 3, {})
    due = [int(delivery.due) for delivery in one.planned.share(0, 1)]
    assert whole.due == {second: due.count(second) for second in set(due)}


def test_in_a_closed_model_as_many_were_planned_as_were_begun(tmp_path: Path) -> None:
    whole = merged(tmp_path, told(tmp_path).planned, 3, {}, closed=True)
    assert [one.planned for one in whole.shares] == [one.sent for one in whole.shares]
    assert sum(whole.due.values()) == whole.planned > 0


def test_the_whole_began_when_the_first_of_its_shards_did(tmp_path: Path) -> None:
    planned = Told(folder=tmp_path, workers=2).planned
    for number, second in enumerate((9, 3)):
        JournalWriter(shard_of(tmp_path, number), {"started": f"2026-01-05T10:00:0{second}+00:00"}, str)
    whole = merged(tmp_path, planned, 2, {"started": "2026-01-05T10:00:30+00:00"})
    assert Journal.open(whole.path).header["started"] == "2026-01-05T10:00:03+00:00"


def _noted(folder: Path, worker: int, moment: str, *, at: float = 0.0) -> None:
    """The note of when the load began, as who sends writes it behind the head of its journal."""
    path = shard_of(folder, worker)
    head, *rest = path.read_bytes().splitlines(True)
    note = orjson.dumps({"kind": "note", "wall": at, "what": BEGAN, "detail": moment}) + b"\n"
    path.write_bytes(b"".join([head, note, *rest]))


def test_a_load_began_when_its_workers_were_told_that_it_does(tmp_path: Path) -> None:
    one = told(tmp_path, 2)
    _noted(tmp_path, 1, "1763820000.250000")
    for number in range(2):
        os.utime(shard_of(tmp_path, number), (5.0, 5.0))
    whole = merged(tmp_path, one.planned, 2, {})
    assert whole.began == 1763820000.25
    assert b'"what":"began","detail":"1763820000.250000"' in whole.path.read_bytes()


def test_a_note_of_when_it_began_that_tells_nothing_says_where(tmp_path: Path) -> None:
    one = told(tmp_path, 1)
    _noted(tmp_path, 0, "soon")
    with pytest.raises(StorageError, match=r"shard-000\.ndjson: line 2 is no journal entry"):
        merged(tmp_path, one.planned, 1, {})


def test_without_that_it_began_as_long_before_the_time_of_a_journal_as_its_last_entry_says(tmp_path: Path) -> None:
    one = Told(folder=tmp_path, workers=2, cut=frozenset({1}))
    one.send()
    for number, end in enumerate((1000.0, 990.0)):
        os.utime(shard_of(tmp_path, number), (end, end))
    last = [orjson.loads(_whole(shard_of(tmp_path, number))[-1]) for number in range(2)]
    latest = [entry.get("done", entry.get("wall")) for entry in last]
    assert merged(tmp_path, one.planned, 2, {}).began == pytest.approx(min(1000.0 - latest[0], 990.0 - latest[1]))


@pytest.mark.parametrize("ended", [False, True])
def test_a_worker_that_never_began_says_nothing_of_when_the_load_did(tmp_path: Path, *, ended: bool) -> None:
    one = Told(folder=tmp_path, workers=2, gone=frozenset({1}))
    one.send()
    os.utime(shard_of(tmp_path, 0), (1000.0, 1000.0))
    writer = JournalWriter(shard_of(tmp_path, 1), {}, str)
    if ended:
        writer.close(0.0, deliveries=0, attempts=0, complete=False, reached=False, lateness=Lateness())
    os.utime(shard_of(tmp_path, 1), (900.0, 900.0))
    latest = orjson.loads(_whole(shard_of(tmp_path, 0))[-1])["wall"]
    assert merged(tmp_path, one.planned, 2, {}).began == pytest.approx(1000.0 - latest)


def test_of_a_day_that_was_interrupted_what_would_have_come_is_reckoned_and_not_made(tmp_path: Path) -> None:
    planned = Told(folder=tmp_path, rate=300.0, seconds=86400.0, repeat=0.2).planned
    sent = list(islice(planned.share(0, 1), 1500))
    writer = JournalWriter(shard_of(tmp_path, 0), {}, str)
    for one in sent:
        writer.intent(one, 1, one.due)
    writer.flush()
    whole = merged(tmp_path, planned, 1, {})
    (load,) = planned.loads
    assert whole.planned == pytest.approx(load.count * per_life(load.mix, load.lives.first), rel=0.001)
    assert whole.sent == len(sent)
    last = int(sent[-1].due)
    assert set(whole.due) == set(range(last + 1))
    due = [int(one.due) for one in sent]
    assert {second: whole.due[second] for second in range(last)} == {
        second: due.count(second) for second in range(last)
    }


def test_ids_whose_worker_told_no_end_are_those_of_which_more_may_have_been_sent(tmp_path: Path) -> None:
    one = told(tmp_path, 4, cut=frozenset({1, 2}), gone=frozenset({3}))
    shards = [[orjson.loads(line) for line in _whole(shard_of(tmp_path, number))] for number in (1, 2)]
    ids = [{entry["id"] for entry in shard if entry["kind"] == "intent"} for shard in shards]
    assert untold(one.folder, range(4)) == ids[0] | ids[1]
    assert untold(one.folder, [0, 2, 3]) == ids[1] != set()
    assert untold(one.folder, [0]) == frozenset()


def _whole(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(True) if line.endswith(b"\n")]
