"""What comes of the journals of other machines' workers, put together where the load is judged."""

import os
from contextlib import suppress
from pathlib import Path

from simulator.load.machines.roll import Roll
from simulator.load.orders import shard_of


class Intake:
    """Puts pieces of the shards of other machines' workers together, in the folder of a load and nowhere else."""

    def __init__(self, folder: Path, roll: Roll) -> None:
        self._folder = folder
        self._roll = roll
        self._lengths: dict[int, int] = {}

    def take(self, node: str, number: object, offset: object, data: object) -> int | None:
        """Append a piece, when it is the next one; gives where the next one begins.

        None, and nothing is written, when the node is not one of another machine that has that number, or when that
        is no piece.

        Raises:
            OSError: the shard cannot be written.
        """
        own = self._roll.foreign(node)
        if own is None or type(number) is not int or number != own or not self._roll.complete:
            return None
        if type(offset) is not int or not isinstance(data, bytes):
            return None
        length = self._lengths.get(own, 0)
        if offset == length and data:
            self._put(own, length, data)
        return self._lengths.get(own, 0)

    def _put(self, own: int, length: int, data: bytes) -> None:
        """Write it; of what the disk had no room for nothing is left, so that there is some for a word about it."""
        shard = shard_of(self._folder, own)
        flags = os.O_WRONLY if own in self._lengths else os.O_WRONLY | os.O_CREAT | os.O_EXCL
        file = os.open(shard, flags, 0o600)
        try:
            self._lengths[own] = length  # from now on the file is ours
            _write(file, length, data)
        finally:
            os.close(file)
        self._lengths[own] = length + len(data)


def _write(file: int, length: int, data: bytes) -> None:
    left = memoryview(data)
    try:
        os.ftruncate(file, length)  # what an earlier try may have left, all the same
        while left:
            left = left[os.pwrite(file, left, length + len(data) - len(left)) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, length)
        raise
