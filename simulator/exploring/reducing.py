"""Delta debugging: the smallest part of many that still does what the whole does. Pure; knows nothing of scenarios."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

Scout = Callable[[Sequence[Sequence[T]]], Sequence[bool]]
"""Which of several parts seem to do it still; they are independent of one another, and may be tried side by side."""

Confirm = Callable[[Sequence[T]], bool]
"""Whether one part surely does it still."""


def smallest(elements: Sequence[T], scout: Scout[T], confirm: Confirm[T]) -> list[T]:
    """A part of `elements`, in their order, that `confirm` says does it, and of which no single one can be spared.

    The whole is taken to do it. Halves are left out first, then quarters, and single ones at last, until none can be.
    Whatever `scout` found spare by itself is left out together; where that is too much, as much of it as can be.
    """
    kept = list(range(len(elements)))

    def chosen(places: Iterable[int]) -> list[T]:
        return [elements[place] for place in places]

    def sure(places: list[int]) -> bool:
        return confirm(chosen(places))

    size = max(len(kept) // 2, 1)
    while kept:
        before = len(kept)
        parts = [kept[place : place + size] for place in range(0, len(kept), size)]
        seems = scout([chosen(_less(kept, part)) for part in parts])
        kept = _spared(kept, [part for part, spare in zip(parts, seems, strict=True) if spare], sure)
        if size > 1:
            size //= 2
        elif len(kept) == before:
            break
    return chosen(kept)


def _spared(kept: list[int], parts: list[list[int]], sure: Callable[[list[int]], bool]) -> list[int]:
    """What is left without those parts, or without as many of them as can be."""
    if not parts:
        return kept
    fewer = _less(kept, [place for part in parts for place in part])
    if sure(fewer):
        return fewer
    if len(parts) == 1:
        return kept
    half = len(parts) // 2
    return _spared(_spared(kept, parts[:half], sure), parts[half:], sure)


def _less(kept: Sequence[int], without: Iterable[int]) -> list[int]:
    gone = set(without)
    return [place for place in kept if place not in gone]


def least(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from `low` to `high` that holds; each above one that holds does too, and `high` surely."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return high
