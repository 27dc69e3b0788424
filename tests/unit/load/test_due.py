"""What waits until it is due, and streams side by side: everything once, in order, with breaks to do something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.load import due
from simulator.load.due import Waiting, side_by_side
from simulator.model import Delivery
from tests.unit.load.told_load import Told


@pytest.fixture
def share(tmp_path: Path) -> list[Delivery]:
    """60 deliveries or so."""
    return list(Told(folder=tmp_path).planned.share(0, 1))


def with_breaks(share: list[Delivery]) -> Iterator[Delivery | None]:
    for one in share:
        yield None
        yield one
    yield None


@pytest.mark.parametrize("parts", [0, 1, 2, 3, 100])
def test_streams_side_by_side_come_to_all_of_them_in_order(share: list[Delivery], parts: int) -> None:
    streams = [share[place::parts] for place in range(parts)]
    told = list(side_by_side([with_breaks(one) for one in streams]))
    assert [one for one in told if one is not None] == (share if parts else [])
    assert told.count(None) == sum(len(one) + 1 for one in streams), "none of their breaks is left out"


@pytest.mark.parametrize("whole", [0, 3, 1000])
def test_what_waits_is_given_when_it_is_due_whether_it_was_held_or_is_made_again(
    share: list[Delivery], whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "_WHOLE", whole)
    by_number = {one.number: one for one in share}
    made: list[int] = []

    def again(number: int) -> Delivery:
        made.append(number)
        return by_number[number]

    waiting = Waiting(again)
    waiting.add(reversed(share))
    assert list(waiting.until(share[0].due - 1.0)) == []
    first = [one for one in share if one.due <= 1.0]
    assert list(waiting.until(1.0)) == first
    assert list(waiting.until(1.0)) == []
    waiting.add(first)
    assert list(waiting.until(1e9)) == first + share[len(first) :]
    asked = len(share) + len(first)
    assert len(made) == asked - min(whole, asked), "those that are held are due last here"
