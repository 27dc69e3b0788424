"""Plays the script of a request that misbehaves on purpose: bytes, pauses, and perhaps a hang-up at its end."""

import asyncio
from collections.abc import Callable

from simulator.model import HangUp, Pause, Script


class Player:
    """`write` takes the bytes, `hang_up` the hang-up, in order; after `stop` nothing more comes."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        script: Script,
        write: Callable[[bytes], None],
        hang_up: Callable[[HangUp], None],
    ) -> None:
        self.finished = False  # whether every byte was handed over
        self._loop = loop
        self._pieces = iter(script)
        self._write = write
        self._hang_up = hang_up
        self._pause: asyncio.TimerHandle | None = None
        self._stopped = False

    def play(self) -> None:
        """Go on until the next pause, or to the end."""
        for piece in self._pieces:
            if isinstance(piece, bytes):
                self._write(piece)
            elif isinstance(piece, Pause):
                self._pause = self._loop.call_later(piece.seconds, self.play)
                return
            else:
                self._hang_up(piece)
                return
            if self._stopped:  # the writing itself brought the end
                return
        self.finished = True

    def stop(self) -> None:
        """Leave it there."""
        self._stopped = True
        if self._pause is not None:
            self._pause.cancel()
