"""The one file that outlives the process."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.console.store import Store
from simulator.errors import StorageError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "deep" / "state.sqlite")


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path, store: Store) -> None:
    store.set("account", {"seed": 1})
    store.put("webhook", "a", {"url": "x"})
    store.close()
    again = Store(tmp_path / "deep" / "state.sqlite")
    assert again.setting("account") == {"seed": 1}
    assert again.get("webhook", "a") == {"url": "x"}
    again.close()


def test_a_setting_that_is_not_there_is_the_default(store: Store) -> None:
    assert store.setting("nothing", {}) == {}
    store.close()


def test_numbers_of_a_row_are_given_out_once(store: Store) -> None:
    assert [store.count_up(name) for name in ("serial", "other", "serial", "serial")] == [0, 0, 1, 2]
    store.close()


def test_things_come_in_the_order_they_were_made_whatever_is_written_to_them_later(store: Store) -> None:
    for name in "bca":
        store.put("webhook", name, 1)
    store.put("webhook", "b", 2)
    assert store.things("webhook") == [("b", 2), ("c", 1), ("a", 1)]
    assert store.things("webhook", offset=1, limit=1) == [("c", 1)]
    assert store.number_of("webhook") == 3
    store.close()


def test_a_dropped_thing_is_gone_and_a_second_drop_says_so(store: Store) -> None:
    store.put("webhook", "a", 1)
    assert store.drop("webhook", "a")
    assert not store.drop("webhook", "a")
    assert store.get("webhook", "a") is None
    store.close()


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fails() -> None:
        with store.transaction():
            store.set("a", 1)
            with store.transaction():
                store.set("b", 2)
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fails()
    assert (store.setting("a"), store.setting("b")) == (None, None)
    store.close()


def test_the_file_is_for_its_owner_alone(store: Store) -> None:
    assert store.path.stat().st_mode & 0o777 == 0o600
    store.close()


def test_a_file_that_another_process_uses_is_refused_with_the_way_out(store: Store) -> None:
    program = f"from pathlib import Path; from simulator.console.store import Store; Store(Path({str(store.path)!r}))"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "is in use by another process" in other.stderr
    store.close()


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be looked at" * 30, b"SQLite format 3\0"]
)
def test_a_file_that_is_no_state_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.sqlite").write_bytes(content)
    with pytest.raises(StorageError, match=r"cannot use .*state\.sqlite"):
        Store(tmp_path / "state.sqlite")


def test_another_programs_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "state.sqlite")
    other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(StorageError, match="another program's"):
        Store(tmp_path / "state.sqlite")
    other = sqlite3.connect(tmp_path / "state.sqlite")
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]
    other.close()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="name another folder"):
        Store(tmp_path / "file" / "state.sqlite")


def test_an_emptied_store_is_as_new(store: Store) -> None:
    store.set("a", 1)
    store.put("webhook", "a", 1)
    store.empty()
    assert (store.setting("a"), store.things("webhook")) == (None, [])
    store.close()
