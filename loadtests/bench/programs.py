"""Where the programs are that others wrote: on the path, where Debian puts servers, or where `make bench` put them."""

import os
import shutil
from pathlib import Path
from typing import Final

_OURS: Final = Path(__file__).parents[2] / "build" / "bench" / "node_modules" / ".bin"


def program(name: str) -> str | None:
    """Its whole path; None where it is not installed."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", str(_OURS)]))
