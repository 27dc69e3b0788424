"""How often Python looks for garbage in a process that sends."""

import gc
from typing import Final

_OBJECTS: Final = 20_000  # more of them made than let go of, before the youngest are looked at
_YOUNG, _OLDER = 50, 100  # looks at the youngest before one at those that outlived it, and so on


def collect_seldom() -> None:
    """Look for it seldom, in this whole process: what a run makes by the thousand dies by itself.

    Sending costs about a tenth less so; see `loadtests/bench`.
    """
    gc.set_threshold(_OBJECTS, _YOUNG, _OLDER)
