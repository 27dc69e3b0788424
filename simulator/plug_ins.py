"""Finds the partners that other installed packages bring."""

from typing import Final

from simulator.errors import UsageError
from simulator.provider import Provider

GROUP: Final = "partnersim.providers"
"""Entry points of this group name a `Provider` each; the name of the entry point is the partner's own."""


def plug_in(name: str) -> Provider | None:
    """The partner of that name that an installed distribution offers; None when none does.

    Raises:
        UsageError: what the entry point names cannot be loaded, or is no `Provider` of that name.
    """
    from importlib.metadata import entry_points  # late: it is slow to import, and few have plug-ins

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
        if offered.name != name:
            raise UsageError(
                f"provider {name!r}: {found.value} calls itself {offered.name!r}",
                f"its entry point in {GROUP} is to have the same name",
            )
        return offered
    return None
