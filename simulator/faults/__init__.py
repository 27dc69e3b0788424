"""What can go wrong with a delivery on purpose: on the wire (`FAULTS`), in its payload, in its credentials.

Creating a fault of the wire: a function `(head, body, setting, dice) -> Script` and a line in `FAULTS`. `head` is the
request line and all headers; its last line is the whole body's Content-Length. `setting` is what the scenario says
beside the fault's name; `dice` are seeded by seed and step. A setting that makes no sense raises ValueError with a
sentence.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from simulator.faults.chunked import chunked
from simulator.faults.content_length import content_length
from simulator.faults.content_type import content_type
from simulator.faults.drip import drip
from simulator.faults.encoding import encoding
from simulator.faults.expect_continue import expect_continue
from simulator.faults.hang_up import hang_up
from simulator.faults.headers import headers
from simulator.faults.method import method
from simulator.faults.pause import pause
from simulator.faults.split import split
from simulator.faults.truncate import truncate
from simulator.faults.wrap import wrap
from simulator.model import Script

FAULTS: Final[Mapping[str, Callable[[bytes, bytes, Any, Random], Script]]] = {
    "truncate": truncate,
    "pause": pause,
    "hang-up": hang_up,
    "drip": drip,
    "split": split,
    "chunked": chunked,
    "expect-continue": expect_continue,
    "headers": headers,
    "method": method,
    "content-length": content_length,
    "content-type": content_type,
    "encoding": encoding,
    "wrap": wrap,
}
