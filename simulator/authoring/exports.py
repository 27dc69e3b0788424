"""Reads `exports` of a scenario: the keys all partners share, and what only makes sense of one partner's."""

from collections.abc import Callable
from typing import Any, Final

from simulator import clock
from simulator.authoring.findings import Findings
from simulator.authoring.moments import Moments
from simulator.documents import quoted
from simulator.scenario import Export, export_named

_SHARED: Final = frozenset(("at", "runs", "takes", "emits", "count", "apart", "id"))
_LARGEST: Final = 2**63 - 1  # what JSON encoders of all kinds can write


def exports(findings: Findings, moments: Moments, provider: str) -> tuple[Export, ...]:
    """Every export, in the file's order; what makes no sense is added to the findings."""
    written: dict[str, dict[str, Any]] = findings.document.value.get("exports", {})
    made = tuple(_export(moments, name, keys) for name, keys in written.items())
    check = _OF_PARTNER.get(provider)
    for export in made:
        _shared(findings, export)
        if check:
            check(findings, export)
    _names(findings, made)
    return made


def _export(moments: Moments, name: str, keys: dict[str, Any]) -> Export:
    path = ("exports", name)
    return Export(
        name=name,
        at=moments.optional(keys, "at", path) or 0.0,
        runs=int(keys.get("runs", 1)),
        takes=clock.seconds(keys.get("takes", "9m20s")),
        emits=tuple(keys["emits"]) if "emits" in keys else None,
        count=int(keys.get("count", 1)),
        apart=clock.seconds(keys.get("apart", 0)),
        id=_whole(keys.get("id")),
        traits={key: value for key, value in keys.items() if key not in _SHARED},
    )


def _whole(ident: Any) -> Any:
    """`5.0` is a whole number to JSON Schema; in a payload it is to be one, too."""
    return int(ident) if isinstance(ident, float) else ident


def _shared(findings: Findings, export: Export) -> None:
    path = ("exports", export.name)
    if export.name == "each":
        findings.add(path, "`each` stands for every delivery in `expect`", "name the export otherwise", key=True)
    if export.apart and export.count == 1:
        findings.add((*path, "apart"), "`apart` says nothing of one export alone", "give `count` besides", key=True)
    if isinstance(export.id, int) and export.id > _LARGEST:
        findings.add((*path, "id"), f"{export.id} takes more than 63 bits", "put it in quotes if it is text")
    if export.id is not None and export.count > 1:
        message = f"{quoted('id')} would give {export.count:,} exports one id"
        findings.add((*path, "id"), message, "take out `count`, or write an export for each", key=True)


def _clevertap(findings: Findings, export: Export) -> None:
    path = ("exports", export.name)
    one_time = str(export.traits.get("frequency", "one time")).casefold() == "one time"
    if one_time and export.runs > 1:
        message = f"a one-time export has one run, not {export.runs:,}"
        findings.add((*path, "runs"), message, "give it a frequency, e.g. frequency: every 4 hours")
    for number, run in enumerate(export.traits.get("fails", ())):
        if run > export.runs:
            findings.add((*path, "fails", number), *no_such_run(export, run))


def _reachfive(findings: Findings, export: Export) -> None:
    path, traits = ("exports", export.name), export.traits
    if export.runs > 1 and not clock.seconds(traits.get("every", 0)):
        message = f"nothing says how far apart the {export.runs:,} runs start"
        findings.add((*path, "every" if "every" in traits else "runs"), message, "e.g. every: 1d")
    if export.runs == 1 and "every" in traits:
        findings.add((*path, "every"), "`every` says nothing of a single run", "give `runs` besides", key=True)
    result, total, failed = traits.get("result", "success"), traits.get("total", 3), traits.get("failed")
    at = (*path, "failed" if "failed" in traits else "total" if "total" in traits else "result")
    if failed is not None and failed > total:
        findings.add(at, f"{failed:,} of {total:,} operations cannot fail", "raise `total`, or lower `failed`")
    elif result == "success" and failed:
        findings.add(at, f"{failed:,} failed, and the result is success", "say result: partial failure")
    elif result == "partial failure" and failed == 0:
        findings.add(at, "nothing failed, and the result is partial failure", "say result: success, or failed: 1")
    elif result == "partial failure" and total <= (1 if failed is None else failed):
        message = f"all of {total:,} failed, and the result is partial failure"
        findings.add(at, message, "say result: failed, or raise `total`")


def no_such_run(export: Export, run: int) -> tuple[str, str]:
    """Message and remedy for a run that an export does not have."""
    runs = "1 run" if export.runs == 1 else f"{export.runs:,} runs"
    return f"{quoted(export.name)} has {runs} and no run {run:,}", "raise its `runs`, or name a run it has"


def _names(findings: Findings, made: tuple[Export, ...]) -> None:
    """What `count` makes of one name must not be another's."""
    several = {export.name: export for export in made if export.count > 1}
    for export in made:
        if found := export_named(several, export.name):
            message = (
                f"{quoted(found[0].name)} is {found[0].count:,} exports, one of them named {quoted(export.name)} too"
            )
            findings.add(("exports", export.name), message, "name this one otherwise", key=True)


_OF_PARTNER: Final[dict[str, Callable[[Findings, Export], None]]] = {
    "clevertap": _clevertap,
    "reachfive": _reachfive,
}
