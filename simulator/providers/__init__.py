"""The partners partnersim can play, in one table."""

from collections.abc import Mapping
from typing import Final

from simulator.errors import UsageError
from simulator.plug_ins import plug_in
from simulator.provider import Provider
from simulator.providers.clevertap import CLEVERTAP
from simulator.providers.reachfive import REACHFIVE

PROVIDERS: Final[Mapping[str, Provider]] = {one.name: one for one in (CLEVERTAP, REACHFIVE)}


def provider(name: str) -> Provider:
    """The provider of that name: ours, or one that an installed distribution offers.

    Raises:
        UsageError: there is none, or what an entry point names cannot be used.
    """
    if name in PROVIDERS:
        return PROVIDERS[name]
    if offered := plug_in(name):
        return offered
    from simulator.documents import did_you_mean  # late: the table is to load fast

    raise UsageError(
        f"there is no provider {name!r}{did_you_mean(name, PROVIDERS)}", f"there are {', '.join(PROVIDERS)}"
    )
