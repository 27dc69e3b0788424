"""What falls due happens in order, with what follows from it."""

from pathlib import Path

from simulator.console.agenda import Agenda
from simulator.console.happening import Consequence, Happening
from simulator.console.store import Store
from simulator.console.unfolding import AT_ONCE, Unfolded, unfold


def happening(due: float, what: str) -> Happening:
    return Happening(due, "clevertap", "e", 1, what)


def unfolded(agenda: Agenda, until: float, follows: dict[str, list[Happening]]) -> tuple[list[str], Unfolded]:
    """What happened, in order, and what came of it."""
    seen: list[str] = []

    def happens(one: Happening) -> Consequence:
        seen.append(one.what)
        return Consequence(next=tuple(follows.get(one.what, ())))

    return seen, unfold(agenda, agenda.due(until, AT_ONCE), until, happens)


def test_what_follows_in_time_happens_in_its_place_and_what_follows_later_waits(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    agenda = Agenda(store)
    agenda.add([happening(30.0, "c"), happening(10.0, "a"), happening(99.0, "z")])
    seen, came = unfolded(agenda, 50.0, {"a": [happening(20.0, "b"), happening(60.0, "y")]})
    assert (seen, came) == (["a", "b", "c"], Unfolded(3, 50.0, []))
    assert [one.what for _, one in agenda.due(1e9, 9)] == ["y", "z"]
    store.close()


def test_what_is_more_than_happens_at_once_waits_and_keeps_its_place(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    agenda = Agenda(store)
    agenda.add(happening(float(number), str(number)) for number in range(AT_ONCE + 1))
    seen, came = unfolded(agenda, 1e9, {})
    assert (seen, came.until) == ([str(number) for number in range(AT_ONCE)], AT_ONCE - 1.0)
    assert agenda.next_due() == AT_ONCE
    endless = {str(AT_ONCE): [happening(AT_ONCE + 1.0, "again")], "again": [happening(AT_ONCE + 1.0, "again")]}
    seen, came = unfolded(agenda, 1e9, endless)
    assert (len(seen), came.until) == (AT_ONCE * 2, AT_ONCE + 1.0)
    assert [one.what for _, one in agenda.due(1e9, 9)] == ["again"]
    store.close()
