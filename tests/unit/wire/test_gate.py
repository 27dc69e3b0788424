"""Requests that are to leave together wait for each other, and never for long."""

import asyncio
from collections.abc import Callable

from simulator.wire.gate import Gate


def played(
    count: int, patience: float, *acts: Callable[[Gate, Callable[[str], Callable[[], None]]], None]
) -> list[str]:
    """What happened: `acts` one after another, and the letters of those that left."""
    told: list[str] = []
    made: dict[str, Callable[[], None]] = {}

    def go(name: str) -> Callable[[], None]:
        return made.setdefault(name, lambda: told.append(name))

    async def main() -> None:
        gate = Gate(count, patience)
        for act in acts:
            act(gate, go)
            told.append("|")
        await asyncio.sleep(0.05)

    asyncio.run(main())
    return told


def test_nobody_leaves_before_the_last_has_come() -> None:
    comes = [lambda gate, go, name=name: gate.wait(go(name)) for name in "abc"]
    assert played(3, 30.0, *comes) == ["|", "|", "a", "b", "c", "|"]


def test_who_does_not_come_is_not_waited_for() -> None:
    acts = (
        lambda gate, go: gate.wait(go("a")),
        lambda gate, go: gate.without(),
        lambda gate, go: gate.wait(go("b")),
    )
    assert played(3, 30.0, *acts) == ["|", "|", "a", "b", "|"]


def test_who_gave_up_does_not_leave_and_holds_nobody() -> None:
    acts = (
        lambda gate, go: gate.wait(go("a")),
        lambda gate, go: gate.without(go("a")),
        lambda gate, go: gate.wait(go("b")),
        lambda gate, go: gate.without(go("c")),
    )
    assert played(2, 30.0, *acts) == ["|", "|", "b", "|", "|"]


def test_patience_has_an_end_and_who_comes_later_goes_at_once() -> None:
    told = played(3, 0.01, lambda gate, go: gate.wait(go("a")), lambda gate, go: gate.wait(go("b")))
    assert told == ["|", "|", "a", "b"]

    async def late() -> list[str]:
        gate, told = Gate(3, 0.0), []
        gate.wait(lambda: told.append("a"))
        await asyncio.sleep(0.02)
        gate.wait(lambda: told.append("b"))
        return told

    assert asyncio.run(late()) == ["a", "b"]


def test_a_gate_settles_before_it_opens() -> None:
    told = played(2, 30.0, lambda gate, go: gate.wait(go("a"), 0.01), lambda gate, go: gate.wait(go("b")))
    assert told == ["|", "|", "a", "b"]
