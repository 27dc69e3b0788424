"""Knows our partners by the scenario schema, others by themselves: names, exports' events, account's zone."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from simulator.documents import did_you_mean, quoted, schema
from simulator.plug_ins import plug_in


@cache
def partner_names() -> tuple[str, ...]:
    """The partners that partnersim itself plays."""
    return tuple(schema("scenario").content["properties"]["provider"]["anyOf"][0]["enum"])


def unknown_partner(name: str) -> tuple[str, str] | None:
    """Message and remedy for a name that is neither ours nor that of an installed plug-in; None for one that is."""
    if name in partner_names():
        return None
    if plug_in(name):
        return None
    message = f"there is no partner {quoted(name)}{did_you_mean(name, partner_names())}"
    return message, f"partners are: {', '.join(map(quoted, partner_names()))}"


def export_events(provider: str) -> tuple[str, ...]:
    """The events that a partner's exports may send by themselves; none when it is no partner at all."""
    if provider in partner_names():
        return tuple(_definition(f"{provider}-export").get("emits", {}).get("items", {}).get("enum", ()))
    foreign = plug_in(provider)
    return tuple(foreign.events) if foreign else ()


def account_zone(provider: str, readings: Mapping[str, str]) -> ZoneInfo:
    """The zone of times without an offset: the reading `zone`, its default, or UTC where the partner has none."""
    if provider in partner_names():
        default = _definition(f"{provider}-readings").get("zone", {}).get("default", "UTC")
        return ZoneInfo(readings.get("zone", str(default)))
    zone = None
    if (foreign := plug_in(provider)) and (reading := foreign.readings.get("zone")):
        with suppress(ValueError):  # an option that does not exist: the provider tells, at planning
            zone = reading.choose(readings.get("zone", reading.options[0].name)).value
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")


def _definition(name: str) -> dict[str, Any]:
    found = schema("scenario").content["$defs"].get(name, {}).get("properties", {})
    return found if isinstance(found, dict) else {}
