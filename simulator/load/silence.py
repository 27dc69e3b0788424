"""For how long workers gave no sign of life: whatever one does, the time of its journal moves on every second."""

from pathlib import Path

from simulator.load.orders import shard_of

_AWAKE = 1.0  # seconds between two looks that count, at most: longer, and whoever looks did not run either


class Silence:
    """Of the workers whose journals are in `folder`; looks when it is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signs: dict[int, int] = {}  # by worker: when its journal was last touched, in ns; 0 where there is none
        self._silent: dict[int, float] = {}
        self._looked: dict[int, float] = {}

    def of(self, worker: int, now: float) -> float:
        """Seconds since its last sign, or since it was first asked for; `now` is a moment of one's own clock."""
        sign = _sign(shard_of(self._folder, worker))
        passed = min(now - self._looked.get(worker, now), _AWAKE)
        same = sign == self._signs.get(worker)
        self._silent[worker] = self._silent[worker] + passed if same else 0.0
        self._signs[worker], self._looked[worker] = sign, now
        return self._silent[worker]

    def began(self, worker: int) -> bool:
        """Whether it ever gave any, when it was last asked for."""
        return self._signs.get(worker, 0) != 0


def _sign(shard: Path) -> int:
    try:
        return shard.stat().st_mtime_ns
    except OSError:
        return 0
