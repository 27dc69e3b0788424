"""The store's log, and when it is worked into its file."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.console import write_ahead
from simulator.console.store import Store

NAME = "state.sqlite"


class Disk:
    """Says who brings what to it, and is done when it is told so."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self.asked = threading.Event()
        self.free = threading.Event()
        self.fails = False

    def __call__(self, _: int) -> None:
        self.threads.append(threading.current_thread())
        self.asked.set()
        assert self.free.wait(60)
        if self.fails:
            raise OSError("no disk")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(write_ahead, "_sync", disk)
    monkeypatch.setattr(write_ahead, "COMMITS", 10)
    return disk


@pytest.fixture
def store(tmp_path: Path, disk: Disk) -> Iterator[Store]:
    store = Store(tmp_path / NAME)
    yield store
    disk.free.set()
    store.close()


def grow(store: Store, commits: int) -> None:
    """Commits of 10 kB each."""
    for _ in range(commits):
        store.put("thing", str(store.number_of("thing")), "x" * 10_000)


def test_a_long_log_is_brought_to_the_disk_on_a_thread_and_nobody_waits_for_it(
    tmp_path: Path, store: Store, disk: Disk
) -> None:
    before = (tmp_path / NAME).stat().st_size
    grow(store, 500)
    assert disk.asked.wait(60)
    assert [one is threading.current_thread() for one in disk.threads] == [False]
    assert (tmp_path / NAME).stat().st_size == before, "it was worked into the file before it was on the disk"
    assert store.number_of("thing") == 500


@pytest.mark.parametrize("fails", [False, True])
def test_then_it_is_worked_into_the_file_whatever_the_disk_said(
    tmp_path: Path, store: Store, disk: Disk, fails: bool
) -> None:
    disk.fails = fails
    grow(store, 10)
    disk.free.set()
    _join()
    grow(store, 1)
    assert (tmp_path / NAME).stat().st_size > 100_000
    grow(store, 10)
    _join()
    assert len(disk.threads) == 2


def test_who_reads_at_that_moment_puts_it_off(tmp_path: Path, store: Store, disk: Disk) -> None:
    disk.free.set()
    grow(store, 10)
    before = (tmp_path / NAME).stat().st_size
    _join()
    reading = store.connection.execute("SELECT value FROM thing")
    assert reading.fetchone()
    grow(store, 1)
    assert (tmp_path / NAME).stat().st_size == before
    reading.close()
    grow(store, 10)
    _join()
    grow(store, 1)
    assert (tmp_path / NAME).stat().st_size > 200_000


def _join() -> None:
    for thread in threading.enumerate():
        if thread.name == "write-ahead log":
            thread.join(60)
