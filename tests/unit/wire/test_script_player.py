"""A script is played piece by piece; `100 Continue` ends exactly the rest that waits for it."""

from collections.abc import Callable
from typing import Any

from simulator.model import AwaitContinue, EndWriting, HangUp, Pause, Script
from simulator.wire.player import Player


class Rest:
    """A rest that ends when the test says so."""

    def __init__(self, seconds: float, over: Callable[[], None]) -> None:
        self.seconds = seconds
        self.over = over
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Stage:
    """A player, what it did, and its rests."""

    def __init__(self, *script: Any) -> None:
        self.did: list[Any] = []
        self.rests: list[Rest] = []
        pieces: Script = script
        loop: Any = self
        self.player = Player(loop, pieces, self.did.append, lambda: self.did.append("end"), self.did.append)
        self.player.play()

    def call_later(self, seconds: float, over: Callable[[], None]) -> Rest:
        self.rests.append(Rest(seconds, over))
        return self.rests[-1]


def test_100_ends_the_rest_that_waits_for_it_and_no_other() -> None:
    stage = Stage(b"head", AwaitContinue(3.0), b"a", Pause(7.0), b"b")
    assert (stage.did, stage.player.asking) == ([b"head"], 3.0)
    stage.player.continued()
    stage.player.continued()
    assert (stage.did, stage.rests[0].cancelled, stage.rests[1].cancelled) == ([b"head", b"a"], True, False)
    stage.rests[1].over()
    assert (stage.did, stage.player.finished, stage.player.asking) == ([b"head", b"a", b"b"], True, 0.0)


def test_100_that_came_before_is_not_waited_for() -> None:
    stage = Stage(b"head", Pause(1.0), AwaitContinue(3.0), b"body")
    stage.player.continued()
    assert not stage.rests[0].cancelled
    stage.rests[0].over()
    assert (stage.did, len(stage.rests), stage.player.asking) == ([b"head", b"body"], 1, 0.0)


def test_100_that_comes_too_late_changes_nothing() -> None:
    stage = Stage(b"head", AwaitContinue(3.0), b"a", Pause(7.0), b"b")
    stage.rests[0].over()
    stage.player.continued()
    assert (stage.did, stage.rests[1].cancelled, stage.player.asking) == ([b"head", b"a"], False, 3.0)


def test_empty_pieces_are_passed_over_and_a_hang_up_is_the_last() -> None:
    stage = Stage(b"", b"a", EndWriting(), HangUp(reset=True), b"never")
    assert stage.did == [b"a", "end", HangUp(reset=True)]
    assert not stage.player.finished


def test_nothing_comes_after_a_stop() -> None:
    stage = Stage(b"a", Pause(1.0), b"b")
    stage.player.stop()
    assert stage.rests[0].cancelled
    assert stage.did == [b"a"]
