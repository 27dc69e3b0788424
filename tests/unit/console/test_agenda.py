"""What falls due, and runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.console.agenda import Agenda, KeptRun
from simulator.console.happening import START, Happening
from simulator.console.store import Store


@pytest.fixture
def agenda(tmp_path: Path) -> Iterator[Agenda]:
    store = Store(tmp_path / "state.sqlite")
    yield Agenda(store)
    store.close()


def happening(due: float, export: str = "export-1", what: str = START, run: int = 1) -> Happening:
    return Happening(due, "clevertap", export, run, what)


def kept(number: int, export: str = "export-1", state: str = "running", ident: str = "7") -> KeptRun:
    return KeptRun("clevertap", export, number, ident, state, 1.0, 2.0, {"serial": 0})


def test_what_is_due_comes_in_order_of_time_and_then_as_it_was_added(agenda: Agenda) -> None:
    agenda.add([happening(5.0, "b"), happening(3.0, "c"), happening(5.0, "a"), happening(9.0, "d")])
    assert [one.export for _, one in agenda.due(5.0, 10)] == ["c", "b", "a"]
    assert [one.export for _, one in agenda.due(5.0, 2)] == ["c", "b"]


def test_what_has_happened_is_due_no_more(agenda: Agenda) -> None:
    agenda.add([happening(1.0), happening(2.0)])
    agenda.done(place for place, _ in agenda.due(1.0, 10))
    assert [one.due for _, one in agenda.due(9.0, 10)] == [2.0]
    assert agenda.next_due() == 2.0


def test_nothing_is_due_next_when_nothing_is_to_come(agenda: Agenda) -> None:
    assert agenda.next_due() is None
    assert agenda.next_start("clevertap", "export-1") is None


def test_the_next_start_of_an_export_is_its_own(agenda: Agenda) -> None:
    agenda.add([happening(1.0, what="completed"), happening(4.0), happening(2.0, "export-2")])
    assert agenda.next_start("clevertap", "export-1") == 4.0


def test_a_cancelled_export_keeps_what_has_begun_only_when_that_is_meant(agenda: Agenda) -> None:
    agenda.add([happening(1.0, what="completed"), happening(4.0), happening(2.0, "export-2")])
    agenda.cancel("clevertap", "export-1", starts_only=True)
    assert [(one.export, one.what) for _, one in agenda.due(9.0, 9)] == [("export-1", "completed"), ("export-2", START)]
    agenda.cancel("clevertap", "export-1")
    assert [one.export for _, one in agenda.due(9.0, 9)] == ["export-2"]


def test_a_run_that_is_written_again_takes_the_place_of_the_old_one(agenda: Agenda) -> None:
    agenda.keep_run(kept(1))
    agenda.keep_run(kept(2))
    agenda.keep_run(kept(1, state="completed"))
    assert agenda.runs("clevertap", "export-1") == (2, [kept(1, state="completed"), kept(2)])
    assert agenda.run("clevertap", "export-1", 1) == kept(1, state="completed")


def test_runs_are_found_by_id_export_and_state(agenda: Agenda) -> None:
    agenda.keep_run(kept(1, ident="a"))
    agenda.keep_run(kept(1, export="export-2", ident="b", state="completed"))
    found = agenda.run_of_id("clevertap", "b")
    assert found is not None
    assert found.export == "export-2"
    assert agenda.run_of_id("reachfive", "b") is None
    assert agenda.runs("clevertap", state="completed")[0] == 1
    assert agenda.runs("clevertap", offset=1, limit=5) == (
        2,
        [kept(1, export="export-2", ident="b", state="completed")],
    )
