"""Finds what a name stands for: a scenario's file, a shipped scenario, or a rule played with one partner."""

import json
from pathlib import Path

from simulator import resources
from simulator.authoring.files import content
from simulator.authoring.rules import load_rule, shipped_rules
from simulator.authoring.scenario import parse_scenario
from simulator.documents import did_you_mean, quoted
from simulator.errors import UsageError
from simulator.scenario import Scenario


def load_scenario(name_or_path: str) -> Scenario:
    """The scenario in a file, or the shipped one of that name (`clevertap/one-time-export`).

    `rules/auth/absent@clevertap` is what the rule plays of that partner; so is a rule file's path with `@clevertap`.

    Raises:
        UsageError: there is none, or its file cannot be read.
        DocumentError: every mistake in it.
    """
    path = Path(name_or_path)
    if name_or_path.endswith((".yaml", ".yml", ".json")) or _is_path(path):
        return parse_scenario(content(path, "scenario file"), name_or_path)
    named, at, partner = name_or_path.rpartition("@")
    if at and (named.endswith((".yaml", ".yml")) or named.startswith(resources.RULES)):
        return _played(named, partner)
    shipped = resources.shipped_scenario(name_or_path)
    if shipped is None:
        if name_or_path.startswith(resources.RULES):
            return _played(name_or_path, "")
        near = did_you_mean(name_or_path, resources.shipped_scenarios())
        if not near and name_or_path.partition("@")[0] in shipped_rules():
            near = f"; did you mean {quoted(resources.RULES + name_or_path)}?"
        raise UsageError(
            f"there is no scenario {quoted(name_or_path)}{near}",
            "`partnersim list scenarios` shows all that ship; a file's name ends in .yaml",
        )
    return parse_scenario(content(shipped, "scenario file"), name_or_path)


def _played(named: str, partner: str) -> Scenario:
    """What a rule plays of a partner; without one, of the only one there is."""
    rule = load_rule(named)
    if not partner and len(rule.played) == 1:
        return next(iter(rule.played.values()))
    if partner not in rule.played:
        whom = f"has nothing for {quoted(partner)}{did_you_mean(partner, rule.played)}" if partner else "plays several"
        ways = " or ".join(f"{rule.origin}@{one}" for one in rule.played)
        raise UsageError(f"the rule {quoted(rule.name)} {whom}", f"say {ways}")
    return rule.played[partner]


def _is_path(path: Path) -> bool:
    """Whether something is there; a folder that happens to be named like a shipped scenario is not meant."""
    try:
        return path.exists() and (not path.is_dir() or path.is_absolute())
    except (OSError, ValueError):
        return False


def kind_of(path: str) -> str:
    """`receiver`, `rule` or `baseline` when a file's own words say so, else `scenario`.

    It decides which mistakes are worth telling.

    Raises:
        UsageError: the file cannot be read.
    """
    data = content(Path(path), "file")
    try:
        keys = (
            set(json.loads(data))
            if data.lstrip()[:1] == b"{"
            else {line.partition(b":")[0] for line in data.splitlines()}
        )
    except (ValueError, RecursionError):
        keys = set()
    words = {key.decode(errors="replace") if isinstance(key, bytes) else str(key) for key in keys}
    if "scenario" in words:
        return "scenario"
    if words & {"receiver", "endpoints", "probes"}:
        return "receiver"
    if words & {"rule", "played"}:
        return "rule"
    return "baseline" if "known" in words else "scenario"
