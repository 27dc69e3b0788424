"""Reads `expect` and `then` of a scenario: what the receiver is to answer, and what its state is to show."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator import clock, limits
from simulator.authoring.exports import no_such_run
from simulator.authoring.findings import Findings, Path
from simulator.authoring.steps import find_export, unknown_export
from simulator.documents import did_you_mean, quoted, suggestion
from simulator.scenario import Claim, Expectation, Export, Step

_OWN_KEYS: Final = ("probe", "of", "run", "absent", "within", "for", "goes")
_READ: Final = frozenset(("status", "effects", "runs", "at", "name", "total", "total_failed", "total_succeeded"))
"""Names of `select` that checks know: never taken for misspelt keys of a claim."""


def expectations(
    findings: Findings, exports: tuple[Export, ...], steps: tuple[Step, ...], events: Sequence[str]
) -> tuple[Expectation, ...]:
    """Every entry of `expect`; without one, that each delivery is acknowledged.

    `events` are those that exports may send; empty when there is no such partner.
    """
    written: dict[str, dict[str, Any]] | None = findings.document.value.get("expect")
    if written is None:
        return (Expectation(name="each"),)
    known = {export.name: export for export in exports}
    names = ["each", *(step.name for step in steps), *known]
    names += [f"{export.name}.{event}" for export in exports for event in export.emits or events]
    named, made = set(names), []
    for name, keys in written.items():
        if name not in named and not _of_nobody(name, known, events):
            message = f"no step or export is named {quoted(name)}{did_you_mean(name, names)}"
            findings.add(
                ("expect", name), message, "name a step, an export, or one event of it: nightly.completed", key=True
            )
        within = clock.seconds(keys["within"]) if "within" in keys else None
        if within == 0:
            findings.add(("expect", name, "within"), "no answer comes in no time", "e.g. within: 2s")
        made.append(Expectation(name=name, status=codes(keys.get("status", "ack")), within=within))
    return tuple(made)


def codes(written: str | int | list[str | int]) -> tuple[str, ...]:
    """Status codes and classes as texts: ("200", "4xx")."""
    return tuple(str(int(one)) if isinstance(one, int | float) else one for one in _several(written))


def _several(written: Any) -> list[Any]:
    return written if isinstance(written, list) else [written]


def _of_nobody(name: str, known: Mapping[str, Export], events: Sequence[str]) -> bool:
    """Whether a name may be an event of an export of a partner that does not exist, which is told elsewhere."""
    return not events and name.partition(".")[0] in known


def claims(findings: Findings, exports: tuple[Export, ...]) -> tuple[Claim, ...]:
    """Every item of `then`, in the file's order."""
    known = {export.name: export for export in exports}
    made = []
    for number, item in enumerate(findings.document.value.get("then", ())):
        path: tuple[str | int, ...] = ("then", number)
        if "invariant" in item:
            _of(findings, item, path, known)
            made.append(Claim(kind="invariant", number=number + 1, invariant=item["invariant"], of=item.get("of", "")))
        elif "eventually" in item:
            keys = item["eventually"]
            window = clock.seconds(keys.get("within", limits.EVENTUALLY))
            made.append(_claim(findings, number, "eventually", keys, window, known))
        else:
            keys = item["never"]
            window = clock.seconds(keys.get("for", limits.NEVER))
            made.append(_claim(findings, number, "never", keys, window, known))
    return tuple(made)


def _claim(
    findings: Findings, number: int, kind: Any, keys: dict[str, Any], window: float, known: Mapping[str, Export]
) -> Claim:
    path: tuple[str | int, ...] = ("then", number, kind)
    wants = {key: value for key, value in keys.items() if key not in _OWN_KEYS or key == "absent"}
    export = _of(findings, keys, path, known)
    if export and (run := keys.get("run", 1)) > export.runs:
        findings.add((*path, "run"), *no_such_run(export, run))
    _looks_for_something(findings, path, wants, keys)
    _misspelt(findings, path, wants)
    return Claim(
        kind=kind,
        number=number + 1,
        probe=keys.get("probe", "export"),
        of=keys.get("of", ""),
        run=int(keys["run"]) if "run" in keys else None,
        wants=wants,
        goes=(keys["goes"][0], keys["goes"][1]) if "goes" in keys else None,
        window=window,
    )


def _of(findings: Findings, keys: Mapping[str, Any], path: Path, known: Mapping[str, Export]) -> Export | None:
    """The export that `of` names; None when there is none, or no such."""
    if "of" not in keys:
        return None
    export = find_export(keys["of"], known)
    if export is None:
        findings.add((*path, "of"), *unknown_export(keys["of"], known))
    return export


def _looks_for_something(findings: Findings, path: Path, wants: Mapping[str, Any], keys: Mapping[str, Any]) -> None:
    """A claim that names no value proves nothing, and one that no export exists leaves no value to look at."""
    if not wants and "goes" not in keys:
        findings.add(path, f"{quoted(path[-1])} names nothing to look for", "e.g. status: Completed", key=True)
    elif wants and "goes" in keys:
        message = "`goes` and a value are two claims"
        findings.add((*path, "goes"), message, "write an item of `then` for each", key=True)
    elif "absent" in wants and len(wants) > 1:
        message = "an export that is absent has no values"
        findings.add((*path, "absent"), message, "write an item of `then` for each", key=True)


def _misspelt(findings: Findings, path: Path, wants: Mapping[str, Any]) -> None:
    """Any word may be a name of `select`; one that is all but a key of ours is a slip."""
    for name in wants:
        if name in _READ or name in _OWN_KEYS:
            continue
        if near := suggestion(name, _OWN_KEYS, cutoff=0.75):
            message = f"{quoted(name)} is no key of a claim; did you mean {quoted(near)}?"
            remedy = "if a probe's `select` has it, give it another name there"
            findings.add((*path, name), message, remedy, key=True)
