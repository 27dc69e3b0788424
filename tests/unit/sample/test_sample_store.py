"""What the sample receiver's store keeps, and how often it acts."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from simulator.errors import StorageError
from simulator.sample.export import Export, runs_kept_apart
from simulator.sample.notification import Notification
from simulator.sample.store import Store

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ARRIVED = datetime(2026, 1, 5, 13, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "sample.db")
    yield opened
    opened.close()


def told(status: str, minutes: float | None = 0, **changes: Any) -> Notification:
    weights = {"Initiated": 0, "RUNNING": 0, "Completed": 1, "SUCCESS": 1, "FAILED": 2, "FAILURE": 2}
    provider = "clevertap" if status in {"Initiated", "Completed"} else "reachfive"
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Notification(
        **{"provider": provider, "id": "7", "status": status, "weight": weights[status], "at": at, **changes}
    )


def keep(store: Store, *notifications: Notification) -> list[bool]:
    return [store.keep(one, ARRIVED) for one in notifications]


def export(store: Store, provider: str = "clevertap", id: str = "7") -> Export:  # noqa: A002 - the partners' own word
    found = store.export(provider, id)
    assert found is not None
    return found


def test_an_export_nobody_spoke_of_is_not_there(store: Store) -> None:
    keep(store, told("Completed"))
    assert store.export("clevertap", "8") is None
    assert store.export("reachfive", "7") is None


def test_a_start_and_an_end_are_one_run_acted_on_once(store: Store) -> None:
    assert keep(store, told("Initiated"), told("Completed", 9)) == [True, True]
    seen = export(store)
    assert (seen.status, seen.effects, seen.runs) == ("Completed", 1, 1)
    assert (seen.started, seen.ended, seen.at) == (
        "2026-01-05T12:00:00+00:00",
        "2026-01-05T12:09:00+00:00",
        "2026-01-05T12:09:00+00:00",
    )


def test_a_start_alone_is_no_end(store: Store) -> None:
    keep(store, told("Initiated"))
    assert (export(store).status, export(store).effects, export(store).ended) == ("Initiated", 0, None)


def test_a_repeat_changes_nothing_but_the_count_of_repeats(store: Store) -> None:
    keep(store, told("Completed"))
    before = export(store)
    assert keep(store, told("Completed"), told("Completed")) == [False, False]
    after = export(store)
    assert (after.repeats, before.repeats) == (2, 0)
    assert after.facts() | {"repeats": 0} == before.facts()


def test_the_same_instant_written_in_another_zone_is_the_same(store: Store) -> None:
    elsewhere = NOON.astimezone(tz=None)
    assert keep(store, told("SUCCESS"), told("SUCCESS", at=elsewhere)) == [True, False]


def test_every_order_of_arrival_ends_in_the_same_state(tmp_path: Path) -> None:
    notifications = [told("Initiated"), told("Completed", 9), told("Initiated", 240), told("Completed", 249)]
    states = []
    for number, order in enumerate(permutations(notifications)):
        opened = Store(tmp_path / f"{number}.db")
        keep(opened, *order)
        states.append(export(opened).facts())
        opened.close()
    assert len(states) == 24
    assert all(state == states[0] for state in states)
    assert (states[0]["status"], states[0]["effects"], states[0]["runs"]) == ("Completed", 2, 2)
    assert states[0]["at"] == "2026-01-05T16:09:00+00:00"


def test_a_late_start_does_not_undo_an_end(store: Store) -> None:
    keep(store, told("Completed", 9))
    assert export(store).status == "Completed"
    keep(store, told("Initiated", 0))
    assert (export(store).status, export(store).effects, export(store).runs) == ("Completed", 1, 1)


@pytest.mark.parametrize("order", [("Initiated", "Completed"), ("Completed", "Initiated")])
def test_a_tie_inside_one_second_ends_as_completed(store: Store, order: tuple[str, str]) -> None:
    keep(store, *(told(status) for status in order))
    assert (export(store).status, export(store).effects, export(store).runs) == ("Completed", 1, 1)


def test_the_next_run_of_the_same_id_starts_and_ends_anew(store: Store) -> None:
    keep(store, told("Initiated"), told("Completed", 9), told("Initiated", 240))
    assert (export(store).status, export(store).effects, export(store).runs) == ("Initiated", 1, 2)
    keep(store, told("Completed", 249))
    assert (export(store).status, export(store).effects, export(store).runs) == ("Completed", 2, 2)


def test_two_jobs_of_one_definition_stay_two(store: Store) -> None:
    same = {"definition_id": "d", "name": "n"}
    keep(store, told("SUCCESS", id="a", details=same), told("SUCCESS", id="b", details=same))
    assert [export(store, "reachfive", one).effects for one in "ab"] == [1, 1]


def test_partners_do_not_share_ids(store: Store) -> None:
    keep(store, told("Completed"), told("FAILED"))
    assert (export(store).status, export(store, "reachfive").status) == ("Completed", "FAILED")


def test_ids_that_look_alike_stay_apart(store: Store) -> None:
    for one in ("7", "07", "7 ", "7.0", "７", "a", "A", "a\x00", "a\x00b", "-7"):
        keep(store, told("Completed", id=one))
        assert export(store, id=one).repeats == 0


def test_an_end_of_unknown_time_stays_an_end(store: Store) -> None:
    keep(store, told("Completed", None), told("Initiated", 5), told("Initiated", None))
    assert (export(store).status, export(store).at, export(store).effects) == ("Completed", None, 1)
    assert keep(store, told("Completed", None)) == [False]


def test_running_is_not_an_end_and_does_not_undo_one(store: Store) -> None:
    keep(store, told("RUNNING", 5))
    assert (export(store, "reachfive").status, export(store, "reachfive").effects) == ("RUNNING", 0)
    keep(store, told("SUCCESS", 9), told("RUNNING", 7))
    assert (export(store, "reachfive").status, export(store, "reachfive").effects) == ("SUCCESS", 1)


@pytest.mark.parametrize("order", list(permutations(["SUCCESS", "FAILED", "FAILURE"])))
def test_ends_that_contradict_at_one_instant_are_never_a_success(store: Store, order: tuple[str, ...]) -> None:
    keep(store, *(told(status) for status in order))
    assert export(store, "reachfive").status == "FAILURE"


def test_a_success_that_left_something_out_is_partial(store: Store) -> None:
    counts = {"total_succeeded": 2, "total_failed": 1, "total_operations": 3}
    keep(store, told("SUCCESS", details=counts))
    seen = export(store, "reachfive")
    assert seen.partial
    assert seen.status == "SUCCESS"
    assert {name: seen.facts()[name] for name in counts} == counts


@pytest.mark.parametrize(("status", "failed"), [("SUCCESS", 0), ("FAILED", 3)])
def test_a_whole_success_and_a_failure_are_not_partial(store: Store, status: str, failed: int) -> None:
    keep(store, told(status, details={"total_failed": failed}))
    assert not export(store, "reachfive").partial


def test_another_job_than_an_export_is_kept_apart(store: Store) -> None:
    keep(store, told("SUCCESS", kind="import"))
    assert store.export("reachfive", "7") is None
    assert store.totals().effects == 0
    assert [(one.kind, one.counted) for one in store.exports(limit=5)] == [("import", False)]
    keep(store, told("FAILED"))
    assert (export(store, "reachfive").status, export(store, "reachfive").effects) == ("FAILED", 1)


def test_counts_beyond_a_machine_word_survive(store: Store) -> None:
    keep(store, told("SUCCESS", details={"total_operations": 10**39}))
    assert export(store, "reachfive").details["total_operations"] == 10**39


def test_eight_threads_with_one_notification_act_once(store: Store) -> None:
    for number in range(20):
        together, outcomes = Barrier(8), list[bool]()

        def tell(one: Notification, together: Barrier = together, outcomes: list[bool] = outcomes) -> None:
            together.wait()
            outcomes.append(store.keep(one, ARRIVED))

        threads = [Thread(target=tell, args=(told("Completed", id=str(number)),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 7 + [True]
        assert (export(store, id=str(number)).effects, export(store, id=str(number)).repeats) == (1, 7)


def test_those_who_wait_together_are_committed_together(store: Store) -> None:
    commits = list[str]()
    store._db.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    threads = [Thread(target=keep, args=(store, told("Completed", id=str(one)))) for one in range(30)]
    with store._lock:
        for thread in threads:
            thread.start()
        while len(store._waiting) < len(threads):
            pass
    for thread in threads:
        thread.join()
    store._db.set_trace_callback(None)
    assert len(commits) == 1
    assert store.totals().effects == len(threads)


def test_what_was_kept_is_in_the_files_before_keep_returns(store: Store, tmp_path: Path) -> None:
    keep(store, told("Completed"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("sample.db*"):
        shutil.copy(file, copy)
    crashed = Store(copy / "sample.db")
    assert export(crashed).effects == 1
    crashed.close()


def test_each_commit_waits_for_the_disk(store: Store) -> None:
    settings = [store._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]
    assert settings == [2, "wal"]


def test_what_was_kept_is_there_after_opening_again(tmp_path: Path) -> None:
    for expected in (True, False):
        opened = Store(tmp_path / "sample.db")
        assert keep(opened, told("Completed")) == [expected]
        opened.close()


def test_a_second_opener_is_turned_away(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kw: connect(*args, **(kw | {"timeout": 0})))
    with pytest.raises(StorageError, match=r"sample\.db.*locked"):
        Store(tmp_path / "sample.db")
    assert keep(store, told("Completed")) == [True]


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    other, text = tmp_path / "other.db", tmp_path / "text.db"
    database = sqlite3.connect(other)
    database.execute("CREATE TABLE theirs (one)")
    database.close()
    text.write_text("not a database, and longer than a header of SQLite would be" * 3)
    for path in (other, text, tmp_path / "no-folder" / "x.db"):
        with pytest.raises(StorageError, match=path.name):
            Store(path)


def test_a_failed_write_keeps_nothing_and_says_so(store: Store) -> None:
    store._db.execute("CREATE TRIGGER full BEFORE INSERT ON effects BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(StorageError, match="disk full"):
        keep(store, told("Completed"))
    assert store.export("clevertap", "7") is None
    store._db.execute("DROP TRIGGER full")
    assert keep(store, told("Completed")) == [True]


def test_one_that_cannot_be_written_does_not_take_others_with_it(store: Store) -> None:
    store._db.execute(
        "CREATE TRIGGER bad BEFORE INSERT ON notifications WHEN NEW.status = 'Initiated'"
        " BEGIN SELECT RAISE(ABORT, 'bad'); END"
    )
    outcomes = dict[str, bool | str]()

    def tell(one: Notification) -> None:
        try:
            outcomes[one.id] = store.keep(one, ARRIVED)
        except StorageError as error:
            outcomes[one.id] = error.message[-3:]

    wanted = [told("Completed", id="a"), told("Initiated", id="b"), told("Completed", id="c")]
    threads = [Thread(target=tell, args=(one,)) for one in wanted]
    with store._lock:
        for thread in threads:
            thread.start()
        while len(store._waiting) < len(threads):
            pass
    for thread in threads:
        thread.join()
    assert outcomes == {"a": True, "b": "bad", "c": True}


def test_a_writer_that_is_interrupted_leaves_nobody_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write, first = Store._write, [True]

    def interrupted(self: Store, one: Notification, received: datetime) -> bool:
        if first.pop() if first else False:
            raise KeyboardInterrupt
        return write(self, one, received)

    monkeypatch.setattr(Store, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        keep(store, told("Completed"))
    assert keep(store, told("Completed")) == [True]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    opened = Store(tmp_path / "sample.db")
    opened.close()
    with pytest.raises(StorageError, match="closed"):
        keep(opened, told("Completed"))


def test_the_list_leads_on_from_the_latest_to_the_first(store: Store) -> None:
    keep(store, *(told("Completed", id=str(one)) for one in range(5)))
    first = store.exports(limit=3)
    rest = store.exports(limit=3, before=first[-1].number)
    assert [one.id for one in first + rest] == ["4", "3", "2", "1", "0"]


def test_totals_count_everything(store: Store) -> None:
    keep(store, told("Initiated"), told("Completed", 9), told("Completed", 9), told("FAILED"))
    assert store.totals() == (2, 3, 1, 2)


@pytest.mark.parametrize(
    ("ends", "runs"),
    [
        ([], 0),
        ([False], 1),
        ([True], 1),
        ([False, True], 1),
        ([True, True], 2),
        ([False, False, True, True], 2),
        ([False, False, False], 3),
        ([False, True, True, False], 3),
    ],
)
def test_runs_are_told_apart(ends: list[bool], runs: int) -> None:
    assert runs_kept_apart(ends) == runs
