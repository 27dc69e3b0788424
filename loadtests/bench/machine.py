"""On what it ran: a figure says little without it. Names no host and no folder."""

import platform
import sys
from importlib.metadata import version
from pathlib import Path

from loadtests.bench.cores import cores
from simulator.version import __version__


def ran_on(date: str) -> list[str]:
    """Processor, cores, Python, versions, and the day."""
    return [
        f"{_processor()}, {len(cores())} cores ({platform.system()}, {platform.machine()})",
        f"{platform.python_implementation()} {platform.python_version()}, Locust {version('locust')}",
        f"partnersim {__version__}, {date}",
    ]


def _processor() -> str:
    if sys.platform == "linux":
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name")[2].partition("\n")[0]
        if told:
            return told.lstrip("\t :").strip()
    return platform.processor() or "a processor without a name"
