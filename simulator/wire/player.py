"""Plays the script of a request that misbehaves on purpose: bytes, rests, and perhaps an end of the connection."""

import asyncio
from collections.abc import Callable

from simulator.model import AwaitContinue, EndWriting, HangUp, Pause, Script


class Player:
    """`write` takes the bytes, `end` the end of one side, `hang_up` the hang-up, in order; after `stop` nothing comes.

    `asking` is for how many seconds it waited, or waits, for `100 Continue`: 0.0 when it did not have to.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        script: Script,
        write: Callable[[bytes], None],
        end: Callable[[], None],
        hang_up: Callable[[HangUp], None],
    ) -> None:
        self.finished = False  # whether every byte was handed over
        self.asking = 0.0
        self._loop = loop
        self._pieces = iter(script)
        self._write = write
        self._end = end
        self._hang_up = hang_up
        self._pause: asyncio.TimerHandle | None = None
        self._awaiting = False
        self._continued = False
        self._stopped = False

    def play(self) -> None:
        """Go on until the next rest, or to the end."""
        self._awaiting = False
        for piece in self._pieces:
            match piece:
                case bytes() if piece:
                    self._write(piece)
                case EndWriting():
                    self._end()
                case HangUp():
                    self._hang_up(piece)
                    return
                case Pause():
                    self._pause = self._loop.call_later(piece.seconds, self.play)
                    return
                case AwaitContinue() if not self._continued:
                    self._awaiting = True
                    self.asking = piece.seconds
                    self._pause = self._loop.call_later(piece.seconds, self.play)
                    return
            if self._stopped:  # the writing itself brought the end
                return
        self.finished = True

    def continued(self) -> None:
        """The receiver said `100 Continue`: what waits for it goes on, now or later."""
        self._continued = True
        if self._awaiting and self._pause is not None:
            self._pause.cancel()
            self.asking = 0.0
            self.play()

    def stop(self) -> None:
        """Leave it there."""
        self._stopped = True
        if self._pause is not None:
            self._pause.cancel()
