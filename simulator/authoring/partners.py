"""Knows the partners by the scenario schema: their names, their exports' events, their account's zone."""

from functools import cache
from typing import Any

from simulator.documents import did_you_mean, quoted, schema


@cache
def partner_names() -> tuple[str, ...]:
    """The partners that partnersim itself plays."""
    return tuple(schema("scenario").content["properties"]["provider"]["anyOf"][0]["enum"])


def unknown_partner(name: str) -> tuple[str, str] | None:
    """Message and remedy for a name that is neither ours nor that of an installed plug-in; None for one that is."""
    if name in partner_names():
        return None
    from importlib.metadata import entry_points  # late: it is slow to import, and few have plug-ins

    if entry_points(group="partnersim.providers", name=name):
        return None
    message = f"there is no partner {quoted(name)}{did_you_mean(name, partner_names())}"
    return message, f"partners are: {', '.join(map(quoted, partner_names()))}"


def export_events(provider: str) -> tuple[str, ...]:
    """The events that a partner's exports send by themselves; none are known of a plug-in's."""
    items = _definition(f"{provider}-export").get("emits", {}).get("items", {})
    return tuple(items.get("enum", ())) if provider in partner_names() else ()


def account_zone(provider: str, readings: dict[str, str]) -> str:
    """The zone of times without an offset: the reading `zone`, its default, or UTC where the partner has none."""
    default = _definition(f"{provider}-readings").get("zone", {}).get("default", "UTC")
    return readings.get("zone", str(default))


def _definition(name: str) -> dict[str, Any]:
    found = schema("scenario").content["$defs"].get(name, {}).get("properties", {})
    return found if isinstance(found, dict) else {}
