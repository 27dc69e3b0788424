"""What can go wrong with a delivery on purpose: on the wire (`FAULTS`), in its payload, in its credentials.

Creating a fault of the wire: a function `(head, body, setting, dice) -> Script` and a line in `FAULTS`. `head` is the
request line and all headers with the whole body's Content-Length; `setting` is what the scenario says beside the
fault's name; `dice` are seeded by seed and step. A setting that makes no sense raises ValueError with a sentence.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from simulator.faults.hang_up import hang_up
from simulator.faults.pieces import pause, truncate
from simulator.model import Script

FAULTS: Final[Mapping[str, Callable[[bytes, bytes, Any, Random], Script]]] = {
    "truncate": truncate,
    "pause": pause,
    "hang-up": hang_up,
}
