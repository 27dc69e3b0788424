"""Two reports of `conform` side by side, as JSON values: what differs, and whether the second is worse."""

from collections.abc import Iterable, Mapping
from typing import Any

Value = Mapping[str, Any]
"""A report, as `schemas/report.schema.json` has it."""

Verdicts = dict[tuple[str, str], Value]
"""(rule, partner) → its verdict in a report."""

_SCORED = ("must", "should")


def rules_of(report: Value) -> Verdicts:
    """What a report says of each rule with each partner; empty when it is none of `conform`."""
    partners = {play["source"]: play["provider"] for play in report["plays"]}
    found: Verdicts = {}
    for verdict in report["verdicts"]:
        partner = partners.get(verdict["scenario"], "")
        own = verdict["scenario"].removesuffix(f"@{partner}").removesuffix(".yaml").removesuffix(".yml")
        if not partner or not f"/{own}".replace("\\", "/").endswith(f"/{verdict['rule']}"):
            return {}
        found[verdict["rule"], partner] = verdict
    return found


def compared(a: Value, b: Value) -> dict[str, Any]:
    """What differs between two reports of `conform`.

    Members: `a`, `b` (version, seed, start, deliveries, attempts, rules, exit code of each); `worse` (passed in a,
    failed in b), `better` (the other way round), `different` (any other change), each a list of {rule, partner, level,
    a, b, because}, where a and b are outcomes and because is b's; `only_a`, `only_b`: {rule, partner, level, outcome};
    `families`: {family, a, b}, where a and b are level → [how many passed, how many have a verdict or should have];
    `exit_code`: 1 when any is worse, else 0. What only may be is never worse or better.
    """
    before, after = rules_of(a), rules_of(b)
    changes = [_change(key, before[key], after[key]) for key in sorted(before.keys() & after.keys())]
    changes = [one for one in changes if one["a"] != one["b"]]
    worse = [one for one in changes if _turned(one, "passed", "failed")]
    better = [one for one in changes if _turned(one, "failed", "passed")]
    return {
        "a": _facts(a, before),
        "b": _facts(b, after),
        "worse": worse,
        "better": better,
        "different": [one for one in changes if one not in worse and one not in better],
        "only_a": [_alone(key, before[key]) for key in sorted(before.keys() - after.keys())],
        "only_b": [_alone(key, after[key]) for key in sorted(after.keys() - before.keys())],
        "families": _families(before, after),
        "exit_code": 1 if worse else 0,
    }


def _facts(report: Value, rules: Verdicts) -> dict[str, Any]:
    names = ("partnersim", "seed", "started", "deliveries", "attempts", "exit_code")
    return {name: report[name] for name in names} | {"rules": len(rules)}


def _change(key: tuple[str, str], before: Value, after: Value) -> dict[str, str]:
    words = {"level": after["level"], "a": before["outcome"], "b": after["outcome"], "because": after["because"]}
    return {"rule": key[0], "partner": key[1], **words}


def _turned(change: Mapping[str, str], before: str, after: str) -> bool:
    return change["level"] in _SCORED and (change["a"], change["b"]) == (before, after)


def _alone(key: tuple[str, str], verdict: Value) -> dict[str, str]:
    return {"rule": key[0], "partner": key[1], "level": verdict["level"], "outcome": verdict["outcome"]}


def _families(before: Verdicts, after: Verdicts) -> list[dict[str, Any]]:
    names = sorted({rule.partition("/")[0] for rule, _ in (*before, *after)})
    return [{"family": name, "a": _kept(_of(before, name)), "b": _kept(_of(after, name))} for name in names]


def _of(verdicts: Verdicts, family: str) -> list[Value]:
    return [one for (rule, _), one in verdicts.items() if rule.partition("/")[0] == family]


def _kept(verdicts: Iterable[Value]) -> dict[str, list[int]]:
    """Level → how many passed, of how many that are applicable; levels that have none are left out."""
    found: dict[str, list[int]] = {}
    for one in verdicts:
        if one["level"] in _SCORED and one["outcome"] != "not-applicable":
            numbers = found.setdefault(one["level"], [0, 0])
            numbers[0] += one["outcome"] == "passed"
            numbers[1] += 1
    return {level: found[level] for level in _SCORED if level in found}
