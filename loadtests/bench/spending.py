"""What a process costs: CPU time is steadier than that of the clock on a machine that others use too."""

import resource
import subprocess
from collections.abc import Mapping, Sequence


def spent_by(command: Sequence[str], env: Mapping[str, str] | None = None) -> tuple[str, float]:
    """What a process printed, and the CPU seconds it took from its start to its end; `env` is ours where it is None.

    Raises:
        CalledProcessError: it failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
