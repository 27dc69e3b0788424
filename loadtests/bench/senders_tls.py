"""The same senders over TLS, against nginx with a certificate made for this once; ours verify it, Locust's does not."""

from collections.abc import Iterator
from typing import Final

from loadtests.bench.figures import Asked, Figure
from loadtests.bench.null_receiver import null_receiver
from loadtests.bench.senders import SENDERS, Against, side_by_side

_OVER_TLS: Final = ("timeline", "load user", "load user, journal", "wrk", "Locust FastHttpUser")
_RATIOS: Final = (
    Against("timeline", "wrk"),
    Against("timeline", "Locust FastHttpUser", 5.0),
    Against("load user", "Locust FastHttpUser", 5.0),
    Against("load user, journal", "Locust FastHttpUser"),
)


def figures(asked: Asked) -> Iterator[Figure]:
    """Requests a CPU second of each, and the ratios."""
    with null_receiver(tls=True) as receiver:
        yield from side_by_side({name: SENDERS[name] for name in _OVER_TLS}, _RATIOS, receiver, asked)
