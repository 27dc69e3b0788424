"""The partners partnersim can play, in one table."""

from collections.abc import Mapping
from typing import Final

from simulator.errors import UsageError
from simulator.provider import Provider
from simulator.providers.clevertap import CLEVERTAP
from simulator.providers.reachfive import REACHFIVE

PROVIDERS: Final[Mapping[str, Provider]] = {one.name: one for one in (CLEVERTAP, REACHFIVE)}

GROUP: Final = "partnersim.providers"
"""Entry points of this group name further providers; one is looked up only when the table has none of its name."""


def provider(name: str) -> Provider:
    """The provider of that name: ours, or one that an installed distribution offers.

    Raises:
        UsageError: there is none, or what the entry point names is no `Provider`.
    """
    if name in PROVIDERS:
        return PROVIDERS[name]
    from importlib.metadata import entry_points

    for found in entry_points(group=GROUP, name=name):
        try:
            offered = found.load()
        except Exception as error:  # somebody else's module: whatever it raises is to be told
            raise UsageError(
                f"provider {name!r} cannot be loaded from {found.value}: {error}", "mend or uninstall it"
            ) from error
        if not isinstance(offered, Provider):
            raise UsageError(
                f"provider {name!r}: {found.value} is no Provider", f"its entry point in {GROUP} is to name one"
            )
        return offered
    raise UsageError(f"there is no provider {name!r}", _suggestion(name))


def _suggestion(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), PROVIDERS, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(PROVIDERS)}"
