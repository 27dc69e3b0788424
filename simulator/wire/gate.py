"""Lets requests leave together: each waits, its connection open, until all of them could leave."""

import asyncio
from collections.abc import Callable


class Gate:
    """Opens when `count` requests wait at it, or `patience` seconds after the first came: then all go in one turn.

    Who comes later goes at once. It is for one batch of requests to one endpoint, and is used once.
    """

    def __init__(self, count: int, patience: float) -> None:
        self.patience = patience
        self._missing = count
        self._settle = 0.0
        self._waiting: list[Callable[[], None]] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._open = False

    def wait(self, go: Callable[[], None], settle: float = 0.0) -> None:
        """`go` is called when the gate opens. `settle` seconds more are to pass once nobody is missing any more."""
        if self._open:
            go()
            return
        self._waiting.append(go)
        self._settle = max(self._settle, settle)
        if self._alarm is None:
            self._ring_in(self.patience)
        self._come()

    def without(self, go: Callable[[], None] | None = None) -> None:
        """One is not coming; or, where it waited with `go`, it does not wait any longer."""
        if go in self._waiting:
            self._waiting.remove(go)
        elif not self._open:
            self._come()

    def _come(self) -> None:
        self._missing -= 1
        if self._missing > 0 or not self._waiting:
            return
        if self._settle:
            self._ring_in(self._settle)
        else:
            self._let_go()

    def _ring_in(self, seconds: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        self._open = True
        if self._alarm is not None:
            self._alarm.cancel()
        waiting, self._waiting = self._waiting, []
        for go in waiting:
            go()
