"""For how long processes of a load gave no sign of life: each changes, while it lives, a file of its own.

Who writes it, and what is a sign, says `loadtests.alive`. A journal's own time is left alone: see `merging`.
"""

from pathlib import Path

_AWAKE = 1.0  # seconds between two looks that count, at most: longer, and whoever looks did not run either


def sign_of(folder: Path, worker: int | None) -> Path:
    """The file that a worker (from 0), or the one that holds them together, changes; taken away, that it cannot."""
    return folder / ("master.alive" if worker is None else f"worker-{worker:03d}.alive")


class Silence:
    """Of the processes whose signs are in `folder`, by their workers' numbers; looks when it is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signs: dict[int | None, bytes] = {}  # the last one; empty before there was any
        self._silent: dict[int | None, float] = {}
        self._looked: dict[int | None, float] = {}

    def of(self, worker: int | None, now: float) -> float:
        """Seconds since its last sign, or since it was first asked for; `now` is a moment of one's own clock.

        0.0 of one that gave signs and took the file away.
        """
        sign, known = _sign(sign_of(self._folder, worker)), self._signs.get(worker)
        passed = min(now - self._looked.get(worker, now), _AWAKE)
        self._silent[worker] = self._silent[worker] + passed if sign == known else 0.0
        self._signs[worker], self._looked[worker] = sign or known or b"", now
        return self._silent[worker]

    def began(self, worker: int | None) -> bool:
        """Whether it ever gave any, when it was last asked for."""
        return self._signs.get(worker, b"") != b""


def _sign(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
